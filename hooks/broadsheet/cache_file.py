"""Cache file: where the cache is, whether it is to be trusted, what it holds."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

FILE = "broadsheet.sqlite"
"""The file's name."""


@dataclass(frozen=True, slots=True)
class CacheReport:
    """What a cache holds."""

    path: Path
    size: int
    """Of its file, in bytes."""
    entries: Mapping[str, tuple[int, int]]
    """By kind: how many, and their bytes."""


def find_fault(path: Path) -> str:
    """Why a cache's file is not to be trusted, or ''."""
    # SQLite believes what stands in the logs beside the file as well.
    for name in _name_files(path.parent):
        if name.is_symlink():
            return "a symbolic link"
        if not name.exists():
            continue
        status = name.stat()
        if not name.is_file():
            return "no regular file"
        if may_be_written(status):
            return "others may have written it"
    return ""


def may_be_written(status: os.stat_result) -> bool:
    """Whether a file is another user's, or one that others may write."""
    return hasattr(os, "getuid") and (status.st_uid != os.getuid() or bool(status.st_mode & 0o022))


def _name_files(folder: Path) -> list[Path]:
    return [folder / name for name in (FILE, f"{FILE}-wal", f"{FILE}-shm")]


def remove_cache(folder: Path) -> bool:
    """Remove the cache's file; False where there was none."""
    found = False
    for path in _name_files(folder):
        if path.exists() or path.is_symlink():
            path.unlink()
            found = True
    return found


def describe_cache(folder: Path) -> CacheReport | None:
    """What a cache holds; None where there is none that can be read."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT kind, count(*), sum(size) FROM entries GROUP BY kind ORDER BY kind")
            entries = {kind: (count, size) for kind, count, size in rows}
    except sqlite3.Error:
        return None
    return CacheReport(path, path.stat().st_size, entries)
