"""File store: resized images of earlier builds, one file each in the cache directory.

They are not in the cache's database: they are a thousand times larger, a build only looks whether they are there, and
a new version of the engine can use them (a file's name has a digest of all that it is made from), while the database
starts again.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from broadsheet.core.cache import is_foreign
from broadsheet.core.serialization import digest

IMAGE_DIR = "pictures"
"""The directory of the store in the cache directory."""

_NAME = re.compile(r"[0-9a-f]{24}-\d+\.webp(?:\.\d+)?")
"""The names of its files. Other files in the directory are never touched. A file that is being written has the number
of the writing process behind its name."""
_MAX_UNUSED_BYTES = 300_000_000
"""Unused files are kept up to this size, for a branch of the repository that is checked out again."""
_DIGEST_BYTES = 16


class FileStore:
    """Files by name. A file's content never changes, so two builds may share a store; a file is put in place whole.

    A file begins with a digest of the rest: a file that is cut off or altered is ignored.
    """

    def __init__(self, folder: Path | None) -> None:
        """Use a directory in the cache directory `folder`; with None, a temporary one that `close` deletes."""
        self.warning = ""
        self._folder = folder / IMAGE_DIR if folder else None
        self._temporary: Path | None = None
        if self._folder is not None and self._folder.is_symlink():
            self.warning = f"{IMAGE_DIR}: a symbolic link: done without"
            self._folder = None

    def list_names(self) -> set[str]:
        """The names of all files there are."""
        folder = self._folder or self._temporary
        with suppress(OSError):
            return {path.name for path in folder.iterdir()} if folder else set()
        return set()

    def load(self, name: str) -> bytes | None:
        """A file's bytes; None where the file is missing, damaged, or possibly written by another user."""
        folder = self._folder or self._temporary
        with suppress(OSError):
            data = (folder / name).read_bytes() if folder and _is_own(folder / name) else b""
            if len(data) >= _DIGEST_BYTES and digest(data[_DIGEST_BYTES:]) == data[:_DIGEST_BYTES]:
                return data[_DIGEST_BYTES:]
        return None

    def save(self, name: str, data: bytes) -> None:
        """Store a file. If the directory cannot be written, use a temporary one and set `warning`."""
        try:
            self._write(self._make_folder(), name, data)
        except OSError as error:
            self.warning = f"{IMAGE_DIR}: {error.strerror}: done without"
            self._folder = None
            self._write(self._make_folder(), name, data)

    def prune(self, used: Collection[str], max_bytes: int = _MAX_UNUSED_BYTES) -> None:
        """Delete unused files, the oldest first, until at most `max_bytes` are left."""
        unused: list[tuple[int, str, int]] = []
        if self._folder is None:
            return
        with suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name in used or not _NAME.fullmatch(entry.name):
                    continue
                if entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    unused.append((status.st_mtime_ns, entry.name, status.st_size))
        total = sum(size for _, _, size in unused)
        for _, name, size in sorted(unused):
            if total <= max_bytes:
                break
            with suppress(OSError):
                (self._folder / name).unlink()
            total -= size

    def close(self) -> None:
        """Delete the temporary directory, if there is one."""
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None

    def _make_folder(self) -> Path:
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            return self._folder
        if self._temporary is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="broadsheet-"))
        return self._temporary

    @staticmethod
    def _write(folder: Path, name: str, data: bytes) -> None:
        partial_file = folder / f"{name}.{os.getpid()}"
        try:
            partial_file.write_bytes(digest(data) + data)
            # Whatever the umask is: `load` ignores a file that other users may write.
            partial_file.chmod(0o644)
            partial_file.replace(folder / name)
        except OSError:
            # On a full disk the partial file would take up space.
            partial_file.unlink(missing_ok=True)
            raise


def _is_own(path: Path) -> bool:
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and not is_foreign(status)


def measure_store(folder: Path) -> tuple[int, int]:
    """The number of files in a store, and their size in bytes."""
    files = _list_files(folder)
    return len(files), sum(path.stat().st_size for path in files)


def remove_store(folder: Path) -> bool:
    """Delete the files of a store; False where there were none."""
    files = _list_files(folder)
    for path in files:
        path.unlink(missing_ok=True)
    with suppress(OSError):
        (folder / IMAGE_DIR).rmdir()
    return bool(files)


def _list_files(folder: Path) -> list[Path]:
    directory = folder / IMAGE_DIR
    if directory.is_symlink() or not directory.is_dir():
        return []
    return [path for path in sorted(directory.iterdir()) if _NAME.fullmatch(path.name) and path.is_file()]
