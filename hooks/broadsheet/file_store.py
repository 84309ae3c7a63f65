"""File store: what builds have made at a cost, each piece in a file of its own, for the next build.

It is not in the cache's database: it is a thousand times larger than what is there, no build wants to read what has
not changed, and it stays right when the engine is another (names tell all that a file is made of), while the database
begins anew.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from broadsheet.cache_file import may_be_written
from broadsheet.packing import digest


@dataclass(frozen=True, slots=True)
class Kind:
    """What one store is for."""

    folder: str
    """The directory's name, in that of the cache."""
    names: re.Pattern[str]
    """Those of its files; no other file there is touched. A file that is being written has a number behind its name."""
    most_spare: int
    """What nobody uses any more is kept up to so many bytes, for a branch that comes back."""


PICTURES = Kind("pictures", re.compile(r"[0-9a-f]{24}-\d+\.webp(?:\.\d+)?"), 300_000_000)
INDEX_PARTS = Kind("search", re.compile(r"[0-9a-f]{32}\.part(?:\.\d+)?"), 30_000_000)

_CHECK = 16


class FileStore:
    """Files by name. What is in one never changes, so two builds may share them; each takes its place whole.

    A file begins with a digest of the rest: one that is cut off or altered is as good as none.
    """

    def __init__(self, folder: Path | None, kind: Kind = PICTURES) -> None:
        """Take the directory of the cache; without one, files are kept until `close`."""
        self.warning = ""
        self._kind = kind
        self._folder = folder / kind.folder if folder else None
        self._own: Path | None = None
        if self._folder is not None and self._folder.is_symlink():
            self.warning = f"{kind.folder}: a symbolic link: done without"
            self._folder = None

    def list_names(self) -> set[str]:
        """The names of all files there are."""
        folder = self._folder or self._own
        with suppress(OSError):
            return {path.name for path in folder.iterdir()} if folder else set()
        return set()

    def load(self, name: str) -> bytes | None:
        """A file; None where there is none, a damaged one, or one that is or may be of another user."""
        folder = self._folder or self._own
        with suppress(OSError):
            data = (folder / name).read_bytes() if folder and _is_own(folder / name) else b""
            if len(data) >= _CHECK and digest(data[_CHECK:]) == data[:_CHECK]:
                return data[_CHECK:]
        return None

    def save(self, name: str, data: bytes) -> None:
        """Keep a file."""
        try:
            self._write(self._find_folder(), name, data)
        except OSError as error:
            self.warning = f"{self._kind.folder}: {error.strerror}: done without"
            self._folder = None
            self._write(self._find_folder(), name, data)

    def prune(self, used: Collection[str], most: int | None = None) -> None:
        """Remove what is not used, the oldest first, until at most so many bytes of it are left."""
        most = self._kind.most_spare if most is None else most
        spare: list[tuple[int, str, int]] = []
        if self._folder is None:
            return
        with suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                # Nothing else is touched, whatever it is and whoever has put it there.
                if entry.name in used or not self._kind.names.fullmatch(entry.name):
                    continue
                if entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    spare.append((status.st_mtime_ns, entry.name, status.st_size))
        size = sum(one for _, _, one in spare)
        for _, name, one in sorted(spare):
            if size <= most:
                break
            with suppress(OSError):
                (self._folder / name).unlink()
            size -= one

    def close(self) -> None:
        """Remove what was kept for one run."""
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)
            self._own = None

    def _find_folder(self) -> Path:
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            return self._folder
        if self._own is None:
            self._own = Path(tempfile.mkdtemp(prefix="broadsheet-"))
        return self._own

    @staticmethod
    def _write(folder: Path, name: str, data: bytes) -> None:
        part = folder / f"{name}.{os.getpid()}"
        try:
            part.write_bytes(digest(data) + data)
            # Whatever the system's habits are: what others may write is not believed.
            part.chmod(0o644)
            part.replace(folder / name)
        except OSError:
            # On a full disk the half of it is in the way.
            part.unlink(missing_ok=True)
            raise


def _is_own(path: Path) -> bool:
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and not may_be_written(status)


def measure_store(folder: Path, kind: Kind) -> tuple[int, int]:
    """How many files the store in the cache's directory has, and their bytes."""
    files = _list_ours(folder, kind)
    return len(files), sum(path.stat().st_size for path in files)


def remove_store(folder: Path, kind: Kind) -> bool:
    """Remove the store's files; False where there was none."""
    files = _list_ours(folder, kind)
    for path in files:
        path.unlink(missing_ok=True)
    with suppress(OSError):
        (folder / kind.folder).rmdir()
    return bool(files)


def _list_ours(folder: Path, kind: Kind) -> list[Path]:
    place = folder / kind.folder
    if place.is_symlink() or not place.is_dir():
        return []
    return [path for path in sorted(place.iterdir()) if kind.names.fullmatch(path.name) and path.is_file()]
