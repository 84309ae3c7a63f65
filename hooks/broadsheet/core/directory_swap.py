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
import sys
from collections.abc import Collection
from pathlib import Path

from broadsheet.core.output_dir import SiteState, clear_path, find_abandoned_dirs, list_site_files, remove_files

_AT_FDCWD = -100
_EXCHANGE = 2
"""`RENAME_EXCHANGE` of Linux, `RENAME_SWAP` of macOS."""
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE}


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

    Where the directories cannot be exchanged, nothing has changed when this raises; see `replace_files`.

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


def replace_files(site: Path, standby: Path, new: SiteState, changed: Collection[str], temporary: Path) -> None:
    """Replace the files of the site one by one, where `replace_site` fails; it describes the arguments."""
    site_files = list_site_files(site)
    for path, state in new.items():
        if path in changed or site_files.get(path) != state:
            _copy_into(standby / path, site / path, site, temporary)
    remove_files(site, site_files.keys() - new.keys())
    _remove_hidden(standby)


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
        try:
            temporary.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            # The tree is mounted from elsewhere on the same disk.
            copy = target.with_name(f".{target.name}.{os.getpid()}")
            shutil.copy2(source, copy, follow_symlinks=False)
            copy.replace(target)


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
