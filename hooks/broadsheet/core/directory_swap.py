"""Directory swap: replace the site by a complete next one in a single step.

Beside `site` lies `.site.spare`, a standby tree: a second copy of the site's files, as hard links. A build changes the
standby tree, exchanges the two directories in one system call, makes the same changes in the old tree, and exchanges
the directories back. Whoever opens `site` by its path sees the whole old or the whole new site, even when the build is
killed in between. The directory itself stays the same, with its owner, its mode and whatever a container has mounted.

The standby tree is kept for the next build, which checks it: to link and remove thousands of files each time would
take longer than to render what has changed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from broadsheet.core.output_dir import (
    SiteState,
    clear_path,
    find_abandoned_dirs,
    find_unchanged,
    list_site_files,
    make_staging_dir,
    move_files,
    remove_files,
    replace_file,
)

_AT_FDCWD = -100
_EXCHANGE = 2
"""`RENAME_EXCHANGE` of Linux, `RENAME_SWAP` of macOS."""
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE}


class StagedSite:
    """A site, and an empty staging directory beside it, whose files replace those of the site."""

    def __init__(
        self, site: str, log: Callable[[str], None], *, in_place: bool = False, is_locked: bool = False
    ) -> None:
        """Repair what a killed build has left, and make the staging directory.

        Args:
            site: the directory of the site; where it is a symbolic link, its target is replaced and the link stays.
            log: logs why a site is replaced file by file.
            in_place: replace the site file by file, as `mkdocs serve` does with its temporary site.
            is_locked: whether no other build of the site can run.

        """
        self.path = Path(os.path.realpath(site))
        """The directory of the published site."""
        self._name = Path(os.path.relpath(site)).as_posix()
        self._log = log
        if not in_place:
            recover_site(self.path, is_locked=is_locked)
        self._work_dir = make_staging_dir(self.path, is_locked=is_locked)
        self._standby = find_standby(self.path)
        self.staging = self._work_dir / "site"
        """The directory to which a build writes."""
        self.staging.mkdir()
        self._swaps = not in_place and self.path.is_dir()
        self._obstacle = find_swap_obstacle(self.path, self._work_dir) if self._swaps else ""
        self._discards_standby = False
        """Whether the standby tree has files that are not published yet, or is not needed any more."""

    def publish(self, unchanged: Collection[str], site_files: SiteState) -> tuple[Collection[str], SiteState]:
        """Put new and changed files into the site, and remove all other files of the site.

        The site is replaced in one step, or left alone where nothing has changed. Where it cannot be replaced as a
        whole, each file is replaced in one step. Cost: a comparison of each staged file that has the size of the old.

        Args:
            unchanged: paths that are not in the staging directory and stay.
            site_files: the files of the site: see `list_site_files`.

        Returns:
            the files that are new or changed, and the state of all files of the site as this build left them. Another
            build may have replaced them since; its files must not be taken for these.

        """
        staged = list_site_files(self.staging, hidden=True)
        if not site_files and _rename_to_missing(self.staging, self.path):
            return staged.keys(), staged
        same = find_unchanged(self.staging, self.path, staged, site_files)
        changed = {path: state for path, state in staged.items() if path not in same}
        removed = site_files.keys() - staged.keys() - set(unchanged)
        kept = {path: state for path, state in site_files.items() if path not in removed and path not in changed}
        if not self._swaps or self._obstacle:
            self._replace_files(self.staging, changed, removed, self._obstacle)
        elif changed or removed:
            self._swap(site_files, kept, changed, removed)
        return changed.keys(), {**kept, **same, **changed}

    def discard(self) -> None:
        """Remove the staging directory; the site stays."""
        for folder in (self._work_dir, *([self._standby] if self._discards_standby else [])):
            shutil.rmtree(folder, ignore_errors=True)

    def _swap(self, old: SiteState, kept: SiteState, changed: SiteState, removed: Collection[str]) -> None:
        buffer = self._work_dir / "file"
        self._discards_standby = True
        try:
            fill_standby(self.path, self._standby, kept, buffer)
        except (PermissionError, shutil.Error) as error:
            # A hidden file of the site's that this user may not read.
            reason = str(error.strerror or "some of its hidden files cannot be read")
            self._replace_files(self.staging, changed, removed, reason)
            return
        move_files(self.staging, self._standby, changed)
        with hold_interrupts():
            try:
                replace_site(self.path, self._standby, old, {**kept, **changed}, changed, buffer)
                self._discards_standby = False
            except OSError as error:
                self._replace_files(self._standby, changed, removed, error.strerror or str(error))

    def _replace_files(self, source: Path, changed: Collection[str], removed: Collection[str], obstacle: str) -> None:
        """Replace the files of the site one by one, where the site cannot be replaced as a whole."""
        if obstacle:
            self._log(
                f"'{self._name}' cannot be replaced as a whole ({obstacle}): its files are replaced one by one, and a "
                "build that is killed meanwhile leaves some old and some new ones"
            )
            # A later build may not find the obstacle, and the tree may hold articles that are withdrawn now.
            self._discards_standby = True
        with hold_interrupts():
            move_files(source, self.path, changed)
            remove_files(self.path, removed)


@contextmanager
def hold_interrupts() -> Iterator[None]:
    """Delay SIGINT and SIGTERM until the work in the context, which must not be interrupted, is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    numbers = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not None]
    handlers = {number: signal.signal(number, lambda number, _: received.append(number)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for received_signal in received[:1]:
            signal.raise_signal(received_signal)


def find_standby(site: Path) -> Path:
    """Return the path of a site's standby tree."""
    return site.with_name(f".{site.name}.spare")


def find_swap_obstacle(site: Path, staging: Path) -> str:
    """Return why a site's directory cannot be exchanged for another; '' when no reason is known."""
    if os.path.ismount(site):
        return "it is a mount point"
    if staging.is_relative_to(site):
        return "nothing can be written beside it"
    return ""


def recover_site(site: Path, *, is_locked: bool = False) -> None:
    """Repair what a killed build has left; `is_locked` tells whether no other build of the site can run.

    Where directories cannot be exchanged in one step, the site may have been set aside: it comes back. The standby
    tree of a killed build, or one without a site, is removed: it may hold withdrawn articles.
    """
    for index in site.glob(".search-*-*"):
        # A killed build of a version before 0.2 has left an index with the texts of its articles there.
        shutil.rmtree(index, ignore_errors=True)
    aside, standby = _find_aside(site), find_standby(site)
    for path in (aside, standby):
        # A link that somebody has committed or put there must not lead the build to the files of others.
        if path.is_symlink() or path.is_file():
            path.unlink()
    if aside.is_dir():
        if not site.exists():
            aside.rename(site)
        else:
            shutil.rmtree(aside, ignore_errors=True)
    if standby.is_dir() and not (site.is_dir() and not find_abandoned_dirs(site, is_locked=is_locked)):
        shutil.rmtree(standby, ignore_errors=True)


def fill_standby(site: Path, standby: Path, wanted: SiteState, temporary: Path) -> None:
    """Make the standby tree a copy of the `wanted` files of the site, by hard links where possible.

    Hidden files and directories at the top are copied too: they are not the engine's, and must not be missing from
    the site when a build is killed. Cost: one look at each file that is there already, some 100 ms for 6,000 files in
    3,700 directories.

    Args:
        site: the directory that readers see.
        standby: the standby tree; made where there is none.
        wanted: the files that do not change.
        temporary: a path on the same disk at which nothing is.

    """
    standby.mkdir(exist_ok=True)
    _mirror(site, standby, wanted, list_site_files(standby), temporary)
    _remove_hidden(standby)
    for entry in _list_hidden(site):
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, standby / entry.name, symlinks=True, copy_function=_link_or_copy)
        else:
            _link_or_copy(entry, standby / entry.name)


def replace_site(
    site: Path, standby: Path, old: SiteState, new: SiteState, changed: Collection[str], temporary: Path
) -> None:
    """Exchange the site and the standby tree, which is the next site; then bring the standby tree up to date.

    Where the directories cannot be exchanged, nothing has changed when this raises.

    Args:
        site: the directory that readers see.
        standby: the complete next site.
        old: the files of the site.
        new: the files of the next site.
        changed: the files of the next site that are new or changed.
        temporary: a path on the same disk at which nothing is.

    Raises:
        OSError: when the directories cannot be exchanged.

    """
    shutil.copymode(site, standby)
    is_one_step = swap_directories(site, standby)
    visible = {path: state for path, state in new.items() if not path.startswith(".")}
    try:
        unchanged = {path: state for path, state in old.items() if path not in changed}
        _mirror(site, standby, visible, unchanged, temporary)
        for path in changed:
            if path.startswith("."):
                _copy_into(site / path, standby / path, standby, temporary)
        if is_one_step:
            swap_directories(site, standby)
        _remove_hidden(standby)
        # A repository may ignore `site` by another name only.
        (standby / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError:
        # The new site is in place; the other tree may hold withdrawn articles.
        shutil.rmtree(standby, ignore_errors=True)


def swap_directories(first: Path, second: Path) -> bool:
    """Exchange two directories of the same disk; return whether that was one step.

    Where the system has no such step, one is set aside for a moment: see `recover_site`.
    """
    if _exchange(first, second):
        return True
    aside = _find_aside(first)
    first.rename(aside)
    try:
        second.rename(first)
    except OSError:
        aside.rename(first)
        raise
    aside.rename(second)
    return False


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two directories in one step; return False where the system, or the file system, has no such step."""
    if sys.platform not in ("linux", "darwin"):
        return False
    library = ctypes.CDLL(None, use_errno=True)
    paths = os.fsencode(first), os.fsencode(second)
    try:
        if sys.platform == "darwin":
            failed = library.renamex_np(*paths, _EXCHANGE)
        else:
            failed = library.renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _EXCHANGE)
    except AttributeError:
        # An older C library.
        return False
    number = ctypes.get_errno()
    if failed and number not in _UNSUPPORTED:
        raise OSError(number, os.strerror(number), str(first), None, str(second))
    return not failed


def _rename_to_missing(staging: Path, site: Path) -> bool:
    """Rename a directory to a path where nothing is; return whether that was possible.

    An existing directory stays, even an empty one: it may have an owner and a mode of its own.
    """
    try:
        if site.is_symlink() or site.exists():
            return False
        staging.rename(site)
    except OSError:
        return False
    return True


def _find_aside(site: Path) -> Path:
    return site.with_name(f".{site.name}.old")


def _mirror(source: Path, target: Path, wanted: SiteState, target_files: SiteState, temporary: Path) -> None:
    """Make a tree have the `wanted` files of another tree; neither state has hidden files."""
    remove_files(target, target_files.keys() - wanted.keys())
    for path, state in wanted.items():
        if target_files.get(path) != state:
            _copy_into(source / path, target / path, target, temporary)


def _copy_into(source: Path, target: Path, tree: Path, temporary: Path) -> None:
    """Link a file into another tree, or copy it where there can be no link; an old file is replaced in one step."""
    clear_path(target, tree)
    if not _try_link(source, target):
        temporary.unlink(missing_ok=True)
        _link_or_copy(source, temporary)
        replace_file(temporary, target)


def _link_or_copy(source: str | Path, target: str | Path) -> None:
    """Link or copy a file to a path at which nothing is."""
    if not _try_link(source, target):
        shutil.copy2(source, target, follow_symlinks=False)


def _try_link(source: str | Path, target: str | Path) -> bool:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno in _DISK_ERRORS:
            raise
        return False
    return True


def _list_hidden(tree: Path) -> list[Path]:
    return [path for path in tree.iterdir() if path.name.startswith(".")]


def _remove_hidden(tree: Path) -> None:
    for path in _list_hidden(tree):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
