"""Output directory: list the files of a site, find unchanged ones, move and remove files; staging directories."""

from __future__ import annotations

import errno
import glob
import os
import posixpath
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

FileState = tuple[int, int]
"""Size, and modification time in nanoseconds."""
SiteState = Mapping[str, FileState]
"""The files of a site by path."""

UNWRITABLE_ERRORS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
"""The errors of a directory in which this process may not write."""

_STAGING_SUFFIX = "part"
_KILL_ENDS_PROCESS = os.name == "nt"
"""Whether `os.kill` ends a process with every signal. On Windows, signal 0 is Control-C."""


def make_staging_dir(site: Path, *, is_locked: bool = False) -> Path:
    """Make an empty directory beside the site for its next state.

    Staging directories of killed builds are removed: all of them where `is_locked` tells that no other build of the
    site can run, else those whose process has ended. Where the parent directory cannot be written, or the site is on
    a disk of its own, to which nothing outside can be renamed, the directory is a hidden one inside the site.
    """
    on_own_disk = site.is_dir() and site.stat().st_dev != site.parent.stat().st_dev
    for parent in (site,) if on_own_disk else (site.parent, site):
        for abandoned in find_abandoned_dirs(site, parent, is_locked=is_locked):
            shutil.rmtree(abandoned, ignore_errors=True)
        try:
            staging = parent / f".{site.name}.{_STAGING_SUFFIX}-{os.getpid()}"
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir(parents=True)
        except OSError as error:
            if error.errno not in UNWRITABLE_ERRORS:
                raise
        else:
            return staging
    raise PermissionError(f"'{site}' cannot be written")


def find_abandoned_dirs(site: Path, parent: Path | None = None, *, is_locked: bool = False) -> list[Path]:
    """Return the staging directories of killed builds of a site, beside it or in another directory.

    The number of a process in the name says little: systems use it again. With a lock it need not be asked.
    """
    staging_dirs = (parent or site.parent).glob(f".{glob.escape(site.name)}.{_STAGING_SUFFIX}-*")
    return [path for path in staging_dirs if is_locked or not is_process_alive(path.name.rpartition("-")[2])]


def is_process_alive(process: str) -> bool:
    """Return whether there is a process with this number, or may be."""
    if not process.isdecimal():
        return False
    if _KILL_ENDS_PROCESS:
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def list_site_files(site: Path, excluded: Collection[str] = (), *, hidden: bool = False) -> dict[str, FileState]:
    """Return every file of a site by path, with size and modification time.

    Args:
        site: the directory.
        excluded: names of directories at the top that are left out: another part of the engine keeps them.
        hidden: whether to include hidden files at the top, which may be anyone's.

    """
    files: dict[str, FileState] = {}
    folders = [(site, "")]
    while folders:
        folder, prefix = folders.pop()
        with suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                if not prefix and ((entry.name.startswith(".") and not hidden) or entry.name in excluded):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append((Path(entry.path), f"{prefix}{entry.name}/"))
                else:
                    status = entry.stat(follow_symlinks=False)
                    files[f"{prefix}{entry.name}"] = (status.st_size, status.st_mtime_ns)
    return files


def record_pages(digests: Mapping[str, bytes], site_files: SiteState) -> dict[str, tuple[bytes, int, int]]:
    """Return the digest, size and modification time of each page of the site, by path.

    The next build need not render a page that has the same record then: it would come out the same, and nobody has
    touched its file.
    """
    return {path: (digest, *site_files[path]) for path, digest in digests.items() if path in site_files}


def find_unchanged(staging: Path, site: Path, staged: SiteState, site_files: SiteState) -> dict[str, FileState]:
    """Return the staged files that the site has already, byte for byte, with their state in the site.

    `site_files` need not have hidden files at the top.
    """
    unchanged = {}
    for path, (size, _) in staged.items():
        old = site_files.get(path) or (_read_state(site / path) if path.startswith(".") else None)
        if old is not None and old[0] == size and _is_same(staging / path, site / path):
            unchanged[path] = old
    return unchanged


def move_files(source: Path, target: Path, paths: Collection[str]) -> None:
    """Move files from one tree to another on the same disk; each file is replaced in one step."""
    for path in sorted(paths):
        clear_path(target / path, target)
        replace_file(source / path, target / path)


def replace_file(source: Path, target: Path) -> None:
    """Move a file to the path of another file of the same disk in one step."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # The tree of the target is mounted from elsewhere on the same disk.
        copy = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copy2(source, copy, follow_symlinks=False)
        copy.replace(target)


def remove_files(tree: Path, paths: Collection[str]) -> None:
    """Remove files, and the directories that become empty."""
    for path in paths:
        # A directory may have become a file, or the other way round: then the old file is gone already.
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            (tree / path).unlink()
    _remove_empty_dirs(tree, {posixpath.dirname(path) for path in paths})


def clear_path(target: Path, tree: Path) -> None:
    """Make the parent directory of a file in a tree; remove files and directories that are in its way."""
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    for parent in reversed(target.relative_to(tree).parents):
        ancestor = tree / parent
        if ancestor != tree and (ancestor.is_file() or ancestor.is_symlink()):
            ancestor.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)


def _is_same(source: Path, target: Path) -> bool:
    try:
        # The files of a search bundle are hard links in every tree.
        return source.samefile(target) or source.read_bytes() == target.read_bytes()
    except OSError:
        # Another build has removed the file.
        return False


def _read_state(path: Path) -> FileState | None:
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _remove_empty_dirs(tree: Path, folders: Collection[str]) -> None:
    for folder in sorted(folders, key=len, reverse=True):
        path = tree / folder
        while path != tree:
            try:
                path.rmdir()
            except OSError:
                break
            path = path.parent
