"""Site files: a new state of the site put in the old one's place, and of what is the same not a byte written."""

from __future__ import annotations

import glob
import os
import posixpath
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SiteState = Mapping[str, tuple[int, int]]
"""The files of a site by path, with size and modification time in nanoseconds."""

_PART = "part"
_SIGNALS_END = os.name == "nt"
"""Whether any signal ends a process: on Windows 0 is that of Control-C."""


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """A file of the site as it was left: nobody has touched it since while size and time are the same."""

    imprint: bytes
    size: int
    changed: int
    """Its modification time, in nanoseconds."""


def make_staging_dir(site: Path) -> Path:
    """An empty directory beside the site, in which its next state is made ready.

    What a build that was killed has left there goes. In a directory where nothing may be made, it lies inside
    the site, hidden; so it does where the site is on a disk of its own, to which nothing can be renamed.
    """
    apart = site.is_dir() and site.stat().st_dev != site.parent.stat().st_dev
    for parent in (site,) if apart else (site.parent, site):
        for left in find_left(site, parent):
            shutil.rmtree(left, ignore_errors=True)
        with suppress(PermissionError):
            staging = parent / f".{site.name}.{_PART}-{os.getpid()}"
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir(parents=True)
            return staging
    raise PermissionError(f"'{site}' cannot be written")


def find_left(site: Path, parent: Path | None = None) -> list[Path]:
    """What builds of a site that were killed have left, beside it or in another directory."""
    found = (parent or site.parent).glob(f".{glob.escape(site.name)}.{_PART}-*")
    return [path for path in found if not is_process_alive(path.name.rpartition("-")[2])]


def is_process_alive(process: str) -> bool:
    """Whether there is a process of that number, or may be."""
    if not process.isdecimal():
        return False
    if _SIGNALS_END:
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def list_site_files(site: Path, others: Collection[str] = (), *, hidden: bool = False) -> dict[str, tuple[int, int]]:
    """Every file of a site by its path, with size and modification time.

    Hidden files at the top may be anyone's, so they are only told of with `hidden`; `others` names directories
    there that someone else looks after.
    """
    found: dict[str, tuple[int, int]] = {}
    folders = [(site, "")]
    while folders:
        folder, prefix = folders.pop()
        with suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                if not prefix and ((entry.name.startswith(".") and not hidden) or entry.name in others):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append((Path(entry.path), f"{prefix}{entry.name}/"))
                else:
                    status = entry.stat(follow_symlinks=False)
                    found[f"{prefix}{entry.name}"] = (status.st_size, status.st_mtime_ns)
    return found


def find_unchanged_pages(
    digests: Mapping[str, bytes], printed: Mapping[str, WrittenPage], there: SiteState
) -> set[str]:
    """The files that need not be printed: same imprint as when they were, and untouched since.

    Args:
        digests: of the pages to come, by path.
        printed: what the last build noted.
        there: what the site has (see `list_site_files`).

    """
    kept = set()
    for path, imprint in digests.items():
        known = printed.get(path)
        if known is not None and known.imprint == imprint and there.get(path) == (known.size, known.changed):
            kept.add(path)
    return kept


def publish(
    staging: Path, site: Path, kept: Collection[str], there: SiteState
) -> tuple[set[str], dict[str, tuple[int, int]]]:
    """Move what is new or other than before from the staging directory to the site, and remove the rest of the old.

    Every file takes its place whole. Cost: one rename a changed file, one comparison an unchanged one; one rename for
    all where there was no directory of the site.

    Returns:
        the files that were written, and the size and time of all that were made ready, as this build left them:
        another may have put its own in their place since, which must not be taken for these.

    """
    fresh = list_site_files(staging, hidden=True)
    if not there and _take_place(staging, site):
        return set(fresh), fresh
    left = find_unchanged(staging, site, fresh, there)
    changed = fresh.keys() - left.keys()
    for path in sorted(changed):
        make_room(site / path, site)
        (staging / path).replace(site / path)
    remove_files(site, there.keys() - fresh.keys() - set(kept))
    return changed, {**fresh, **left}


def find_unchanged(staging: Path, site: Path, fresh: SiteState, there: SiteState) -> dict[str, tuple[int, int]]:
    """Those of the fresh files that the site has already, byte for byte, with the size and time that they have there.

    Of hidden files at the top `there` need not tell.
    """
    found = {}
    for path, (size, _) in fresh.items():
        old = there.get(path) or (_look(site / path) if path.startswith(".") else None)
        if old is not None and old[0] == size and _is_same(staging / path, site / path):
            found[path] = old
    return found


def remove_files(tree: Path, paths: Collection[str]) -> None:
    """Remove files, and the directories that are empty then."""
    for path in paths:
        # What was a directory may be a file now, and the other way round: then it has gone already.
        with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            (tree / path).unlink()
    _remove_empty(tree, {posixpath.dirname(path) for path in paths})


def _take_place(staging: Path, site: Path) -> bool:
    """Put a directory where there is none; whether that could be done.

    One that is there, though it be empty, may be somebody's, with a mode of its own.
    """
    try:
        if site.is_symlink() or site.exists():
            return False
        staging.rename(site)
    except OSError:
        return False
    return True


def _is_same(source: Path, target: Path) -> bool:
    try:
        return source.read_bytes() == target.read_bytes()
    except OSError:
        # Another build has taken it away.
        return False


def _look(path: Path) -> tuple[int, int] | None:
    try:
        status = path.lstat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def make_room(target: Path, site: Path) -> None:
    """Make the directory for a file; where a tree has a file in the way, or a directory, that goes."""
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    for parent in reversed(target.relative_to(site).parents):
        above = site / parent
        if above != site and (above.is_file() or above.is_symlink()):
            above.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)


def _remove_empty(site: Path, folders: Collection[str]) -> None:
    for folder in sorted(folders, key=len, reverse=True):
        path = site / folder
        while path != site:
            try:
                path.rmdir()
            except OSError:
                break
            path = path.parent


def record_pages(
    digests: Mapping[str, bytes],
    printed: Mapping[str, WrittenPage],
    kept: Collection[str],
    left: SiteState,
) -> dict[str, WrittenPage]:
    """What was printed and how it was left (see `publish`), for the next build: see `find_unchanged_pages`."""
    noted = {}
    for path, imprint in digests.items():
        if path in kept:
            noted[path] = printed[path]
        elif path in left:
            noted[path] = WrittenPage(imprint, *left[path])
    return noted
