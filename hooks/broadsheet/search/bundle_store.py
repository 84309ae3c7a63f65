"""Bundle store: keep search bundles in the cache directory for the next build."""

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
"""The directory of the store in the cache directory."""

_MANIFEST = "bundle.json"
"""The file with size and time of all other files of a bundle; it is written last."""
_MAX_UNUSED_BYTES = 30_000_000
"""How many bytes of unused bundles are kept, for a branch that is checked out again."""
_NAME = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}")


def write_bundle(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a bundle to a directory, which gets its name when it is complete.

    Raises:
        OSError: when the bundle cannot be written; no part of it stays.

    """
    part = folder.with_name(f"{folder.name}.{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        sizes_and_times = {}
        for path, data in sorted(files.items()):
            target = part / path
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)
            sizes_and_times[path] = [len(data), target.stat().st_mtime_ns // 10**9]
        (part / _MANIFEST).write_text(json.dumps(sizes_and_times), encoding="utf-8")
        part.rename(folder)
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        # Another build may have made the same bundle at the same time.
        if not (folder / _MANIFEST).exists():
            raise


class BundleStore:
    """Bundles in directories that are named by digests of their records, so two builds may share them.

    A bundle is used while its files have the sizes and times with which they were written, and no other user can have
    written them. Cost: 7 µs a file.
    """

    def __init__(self, cache: Path | None) -> None:
        """Open the store in the cache directory, or, without a usable one, in a temporary directory until `close`."""
        self.warning = ""
        self._temporary: Path | None = None
        fault = _find_fault(cache / FOLDER) if cache else ""
        if fault:
            self.warning = f"{FOLDER}: {fault}: done without"
        self.path = cache / FOLDER if cache and not fault else self._make_temporary()

    def _make_temporary(self) -> Path:
        self._temporary = Path(tempfile.mkdtemp(prefix="broadsheet-search-"))
        return self._temporary

    def list_files(self, name: str) -> list[str]:
        """Return the paths of a bundle's files; none when it is missing, or was changed: then remove it."""
        folder = self.path / name
        with suppress(OSError, ValueError, TypeError):
            expected: dict[str, list[int]] = json.loads((folder / _MANIFEST).read_bytes())
            is_ours = not any(is_foreign(path.lstat()) for path in (folder, folder / _MANIFEST))
            if (
                is_ours
                and not folder.is_symlink()
                and all(_is_unchanged(folder / path, *expected[path]) for path in expected)
            ):
                return list(expected)
        if folder.is_symlink():
            folder.unlink()
        else:
            shutil.rmtree(folder, ignore_errors=True)
        return []

    def has_beginning(self, beginning: str) -> bool:
        """Return whether there may be a bundle whose name has this beginning."""
        return any(self.path.glob(f"{beginning}-*"))

    def prune(self, used: Collection[str], max_bytes: int = _MAX_UNUSED_BYTES) -> None:
        """Remove unused bundles, the oldest first, until they have at most `max_bytes`."""
        unused = []
        for path in self.path.iterdir():
            name, _, process = path.name.partition(".")
            if not _NAME.fullmatch(name) or not path.is_dir() or path.is_symlink():
                continue
            if process:
                # A bundle that a killed build has not finished.
                if not is_process_alive(process):
                    shutil.rmtree(path, ignore_errors=True)
            elif name not in used:
                unused.append((path.stat().st_mtime_ns, name, _measure(path)))
        size = sum(bytes_ for _, _, bytes_ in unused)
        for _, name, bytes_ in sorted(unused):
            if size <= max_bytes:
                break
            shutil.rmtree(self.path / name, ignore_errors=True)
            size -= bytes_

    def close(self) -> None:
        """Remove the temporary directory."""
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)


def _find_fault(folder: Path) -> str:
    """Make a directory where there is none; return why it cannot be used, or ''."""
    if folder.is_symlink():
        return "a symbolic link"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return str(error.strerror)
    return "" if os.access(folder, os.W_OK) else "it cannot be written"


def _is_unchanged(path: Path, size: int, seconds: int) -> bool:
    status = path.lstat()
    return stat.S_ISREG(status.st_mode) and (status.st_size, status.st_mtime_ns // 10**9) == (size, seconds)


def _measure(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure_bundles(cache: Path) -> tuple[int, int]:
    """Return the number of bundles in a cache directory, and their bytes."""
    folders = _list_bundles(cache)
    return len(folders), sum(map(_measure, folders))


def remove_bundles(cache: Path) -> bool:
    """Remove all bundles in a cache directory; return whether there were any."""
    folders = _list_bundles(cache)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        (cache / FOLDER).rmdir()
    return bool(folders)


def _list_bundles(cache: Path) -> list[Path]:
    store = cache / FOLDER
    if store.is_symlink() or not store.is_dir():
        return []
    return [path for path in sorted(store.iterdir()) if _NAME.fullmatch(path.name.partition(".")[0]) and path.is_dir()]
