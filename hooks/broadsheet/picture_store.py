"""Picture store: the renditions of pictures, each in a file of its own, for the next build.

They are not in the cache's database: they are a thousand times larger than what is there, no build wants to read
those that have not changed, and they stay right when the engine is another (their names tell all that they are
made of), while the database begins anew.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from broadsheet.packing import digest

FOLDER = "pictures"
"""The directory's name, in that of the cache."""

MOST_SPARE = 300_000_000
"""What no page shows any more is kept up to so many bytes, for a branch or a picture that comes back."""

_CHECK = 16
_OURS = re.compile(r"[0-9a-f]{24}-\d+\.webp(?:\.\d+)?")


class PictureStore:
    """Files by name. What is in one never changes, so two builds may share them; each takes its place whole.

    A file begins with a digest of the rest: one that is cut off or altered is as good as none.
    """

    def __init__(self, folder: Path | None) -> None:
        """Take the directory of the cache; without one, files are kept until `close`."""
        self.warning = ""
        self._folder = folder / FOLDER if folder else None
        self._own: Path | None = None
        if self._folder is not None and self._folder.is_symlink():
            self.warning = f"{FOLDER}: a symbolic link: done without"
            self._folder = None

    def list_names(self) -> set[str]:
        """The names of all files there are."""
        folder = self._folder or self._own
        with suppress(OSError):
            return {path.name for path in folder.iterdir()} if folder else set()
        return set()

    def load(self, name: str) -> bytes | None:
        """A file; None where there is none, or a damaged one."""
        folder = self._folder or self._own
        with suppress(OSError):
            data = (folder / name).read_bytes() if folder else b""
            if len(data) >= _CHECK and digest(data[_CHECK:]) == data[:_CHECK]:
                return data[_CHECK:]
        return None

    def save(self, name: str, data: bytes) -> None:
        """Keep a file."""
        try:
            self._write(self._find_folder(), name, data)
        except OSError as error:
            self.warning = f"{FOLDER}: {error.strerror}: done without"
            self._folder = None
            self._write(self._find_folder(), name, data)

    def prune(self, used: Collection[str], most: int = MOST_SPARE) -> None:
        """Remove what is not used, the oldest first, until at most so many bytes of it are left."""
        spare: list[tuple[int, str, int]] = []
        if self._folder is None:
            return
        with suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                # Nothing else is touched, whatever it is and whoever has put it there.
                if entry.name not in used and _OURS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
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
        part.write_bytes(digest(data) + data)
        part.replace(folder / name)


def measure_store(folder: Path) -> tuple[int, int]:
    """How many files the store in the cache's directory has, and their bytes."""
    files = _list_ours(folder)
    return len(files), sum(path.stat().st_size for path in files)


def remove_store(folder: Path) -> bool:
    """Remove the store's files; False where there was none."""
    files = _list_ours(folder)
    for path in files:
        path.unlink(missing_ok=True)
    with suppress(OSError):
        (folder / FOLDER).rmdir()
    return bool(files)


def _list_ours(folder: Path) -> list[Path]:
    place = folder / FOLDER
    if place.is_symlink() or not place.is_dir():
        return []
    return [path for path in sorted(place.iterdir()) if _OURS.fullmatch(path.name) and path.is_file()]
