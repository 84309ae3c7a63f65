"""Site swap: a complete next site that takes the place of the old one in a single step.

Beside `site` lies `.site.spare`, a second tree with the same files, as hard links. A build changes the spare tree,
exchanges the two directories in one system call, makes the same changes to the old tree, and exchanges them back.
Whoever opens `site` by its path sees the whole old or the whole new site, even when the build is killed in between.
The directory itself stays the same, with its owner, its mode and whatever a container has mounted of it.

The spare tree is kept for the next build, which checks it: to link and remove thousands of files each time would take
longer than to print what has changed.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from broadsheet.core.output_dir import SiteState, find_left, list_site_files, make_room, remove_files

_AT_FDCWD = -100
_EXCHANGE = 2
"""`RENAME_EXCHANGE` of Linux, `RENAME_SWAP` of macOS."""
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
_DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE}


def find_spare(site: Path) -> Path:
    """Where the second tree of a site lies."""
    return site.with_name(f".{site.name}.spare")


def find_hindrance(site: Path, staging: Path) -> str:
    """Why a site's directory cannot be exchanged for another; '' when nothing is known to hinder it."""
    if os.path.ismount(site):
        return "it is a mount point"
    if staging.is_relative_to(site):
        return "nothing can be written beside it"
    return ""


def recover_site(site: Path) -> None:
    """Put back what a build has set aside that was killed where directories cannot be exchanged in one step.

    The spare tree of a build that was killed goes, and one without a site: they may hold what was withdrawn.
    """
    for left in site.glob(".search-*-*"):
        # A killed build of a version before 0.2 has left an index with the texts of its articles there.
        shutil.rmtree(left, ignore_errors=True)
    aside, spare = _find_aside(site), find_spare(site)
    if aside.is_dir():
        if not site.exists():
            aside.rename(site)
        else:
            shutil.rmtree(aside, ignore_errors=True)
    if spare.is_dir() and not (site.is_dir() and not find_left(site)):
        shutil.rmtree(spare, ignore_errors=True)


def fill_spare(site: Path, spare: Path, wanted: SiteState, via: Path) -> None:
    """Make the spare tree a copy of those files of the site that are `wanted`, by hard links where possible.

    Hidden files and directories at the top come along: they are not the engine's, and must not be missing from a
    site that was killed at the wrong moment. Cost: one look at a file that is there already, some 100 ms for 6,000
    files in 3,700 directories.
    """
    spare.mkdir(exist_ok=True)
    _mirror(site, spare, wanted, list_site_files(spare), via)
    _remove_hidden(spare)
    for entry in _list_hidden(site):
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, spare / entry.name, symlinks=True, copy_function=_carry)
        else:
            _carry(entry, spare / entry.name)


def move_files(source: Path, target: Path, paths: Collection[str]) -> None:
    """Move files from one tree to another on the same disk; each takes its place whole."""
    for path in sorted(paths):
        make_room(target / path, target)
        (source / path).replace(target / path)


def replace_site(site: Path, spare: Path, old: SiteState, new: SiteState, changed: Collection[str], via: Path) -> None:
    """Put the spare tree, which is the next site, in the place of the site, and make the old tree the spare one.

    Where the directories cannot be exchanged, nothing has changed when this raises; see `replace_files`.

    Args:
        site: the directory that readers see.
        spare: the complete next site.
        old: the files of the site.
        new: the files of the next site.
        changed: those of the next site that are new or other than in the site.
        via: a path on the same disk at which nothing is.

    Raises:
        OSError: when the directories cannot be exchanged.

    """
    shutil.copymode(site, spare)
    at_once = swap_directories(site, spare)
    plain = {path: state for path, state in new.items() if not path.startswith(".")}
    # Should this fail, the new site is in place, and the next build puts the spare tree right.
    with suppress(OSError):
        _mirror(site, spare, plain, {path: state for path, state in old.items() if path not in changed}, via)
        for path in changed:
            if path.startswith("."):
                _place(site / path, spare / path, spare, via)
        if at_once:
            swap_directories(site, spare)
        _remove_hidden(spare)


def replace_files(site: Path, spare: Path, new: SiteState, changed: Collection[str], via: Path) -> None:
    """Put the files of the spare tree in the site one by one, where `replace_site` cannot; see there."""
    found = list_site_files(site)
    for path, state in new.items():
        if path in changed or found.get(path) != state:
            _place(spare / path, site / path, site, via)
    remove_files(site, found.keys() - new.keys())
    _remove_hidden(spare)


def swap_directories(one: Path, other: Path) -> bool:
    """Exchange two directories of the same disk; True when that was done in one step.

    Where the system has no such step, one is set aside for a moment: see `recover_site`.
    """
    if _exchange(one, other):
        return True
    aside = _find_aside(one)
    one.rename(aside)
    try:
        other.rename(one)
    except OSError:
        aside.rename(one)
        raise
    aside.rename(other)
    return False


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two directories in one step; False where the system, or the file system, has none."""
    if sys.platform not in ("linux", "darwin"):
        return False
    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            failed = library.renamex_np(first, second, _EXCHANGE)
        else:
            failed = library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, _EXCHANGE)
    except AttributeError:
        # An older C library.
        return False
    number = ctypes.get_errno()
    if failed and number not in _UNSUPPORTED:
        raise OSError(number, os.strerror(number), str(one), None, str(other))
    return not failed


def _find_aside(site: Path) -> Path:
    return site.with_name(f".{site.name}.old")


def _mirror(source: Path, target: Path, wanted: SiteState, found: SiteState, via: Path) -> None:
    """Make the files of a tree those of another, of which size and time are known; both without hidden ones."""
    remove_files(target, found.keys() - wanted.keys())
    for path, state in wanted.items():
        if found.get(path) != state:
            _place(source / path, target / path, target, via)


def _place(source: Path, target: Path, root: Path, via: Path) -> None:
    """Link a file into another tree, or copy it where there can be no link; what is there is replaced in one step."""
    make_room(target, root)
    if _try_link(source, target):
        return
    via.unlink(missing_ok=True)
    if not _try_link(source, via):
        shutil.copy2(source, via, follow_symlinks=False)
    via.replace(target)


def _carry(source: str | Path, target: str | Path) -> None:
    """Link or copy a file to where nothing is."""
    if not _try_link(source, target):
        shutil.copy2(source, target, follow_symlinks=False)


def _try_link(source: str | Path, target: str | Path) -> bool:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno in _DISK_FAULTS:
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
