"""Bundle store: search bundles in directories of the cache, for the next build."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from broadsheet.core import is_foreign, is_process_alive

FOLDER = "search"
"""The directory of the store in that of the cache."""

_MANIFEST = "bundle.json"
"""The file that lists all others of a bundle with size and time; it is written last."""
_MAX_UNUSED_BYTES = 30_000_000
"""How much is kept of bundles that are not used any more, for a branch that comes back."""
_NAME = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}")


def write_bundle(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a bundle as a directory, which appears under its name only when it is complete.

    Raises:
        OSError: where it cannot be written; nothing is left of it then.

    """
    part = folder.with_name(f"{folder.name}.{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        listed = {}
        for path, data in sorted(files.items()):
            target = part / path
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)
            listed[path] = [len(data), target.stat().st_mtime_ns // 10**9]
        (part / _MANIFEST).write_text(json.dumps(listed), encoding="utf-8")
        part.rename(folder)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        # Another build may have made the same bundle at the same time.
        if not (folder / _MANIFEST).exists():
            raise


class BundleStore:
    """Bundles in directories under digests of their records, so that two builds may share them.

    A bundle is trusted while its files have the sizes and times with which they were written, and nobody else can
    have written them. Cost: 7 µs a file.
    """

    def __init__(self, cache: Path | None) -> None:
        """Take the directory of the cache; without one, or where it cannot be used, bundles are kept until `close`."""
        self.warning = ""
        self._own: Path | None = None
        fault = _find_fault(cache / FOLDER) if cache else ""
        if fault:
            self.warning = f"{FOLDER}: {fault}: done without"
        self.path = cache / FOLDER if cache and not fault else self._make_own()

    def _make_own(self) -> Path:
        self._own = Path(tempfile.mkdtemp(prefix="broadsheet-search-"))
        return self._own

    def list_files(self, name: str) -> list[str]:
        """The files of a bundle; empty where it is not there, or not as it was written: then it is removed."""
        folder = self.path / name
        with suppress(OSError, ValueError, TypeError):
            listed: dict[str, list[int]] = json.loads((folder / _MANIFEST).read_bytes())
            own = not any(is_foreign(path.lstat()) for path in (folder, folder / _MANIFEST))
            if own and not folder.is_symlink() and all(_is_as_written(folder / path, *listed[path]) for path in listed):
                return list(listed)
        if folder.is_symlink():
            folder.unlink()
        else:
            shutil.rmtree(folder, ignore_errors=True)
        return []

    def has_beginning(self, beginning: str) -> bool:
        """Whether there may be a bundle whose name begins in this way."""
        return any(self.path.glob(f"{beginning}-*"))

    def prune(self, used: Collection[str], most: int = _MAX_UNUSED_BYTES) -> None:
        """Remove bundles that are not used, the oldest first, until at most that many bytes of them are left."""
        unused = []
        for path in self.path.iterdir():
            name, _, process = path.name.partition(".")
            if not _NAME.fullmatch(name) or not path.is_dir() or path.is_symlink():
                continue
            if process:
                # A bundle of which the writing was broken off.
                if not is_process_alive(process):
                    shutil.rmtree(path, ignore_errors=True)
            elif name not in used:
                unused.append((path.stat().st_mtime_ns, name, _measure(path)))
        size = sum(bytes_ for _, _, bytes_ in unused)
        for _, name, bytes_ in sorted(unused):
            if size <= most:
                break
            shutil.rmtree(self.path / name, ignore_errors=True)
            size -= bytes_

    def close(self) -> None:
        """Remove what was kept for one run."""
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)


def _find_fault(folder: Path) -> str:
    """Why a directory cannot be used, or ''; it is made where there is none."""
    if folder.is_symlink():
        return "a symbolic link"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return str(error.strerror)
    return "" if os.access(folder, os.W_OK) else "it cannot be written"


def _is_as_written(path: Path, size: int, seconds: int) -> bool:
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and (status.st_size, status.st_mtime_ns // 10**9) == (size, seconds)


def _measure(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure_bundles(cache: Path) -> tuple[int, int]:
    """How many bundles the store in the cache's directory has, and their bytes."""
    folders = _list_bundles(cache)
    return len(folders), sum(map(_measure, folders))


def remove_bundles(cache: Path) -> bool:
    """Remove the store's bundles; False where there was none."""
    folders = _list_bundles(cache)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        (cache / FOLDER).rmdir()
    return bool(folders)


def _list_bundles(cache: Path) -> list[Path]:
    place = cache / FOLDER
    if place.is_symlink() or not place.is_dir():
        return []
    return [path for path in sorted(place.iterdir()) if _NAME.fullmatch(path.name.partition(".")[0]) and path.is_dir()]
