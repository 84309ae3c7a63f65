"""Build cache: results of earlier builds in one SQLite file, by digests of what they were made from."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from broadsheet.core.serialization import UnpackingError, pack, unpack

CACHE_FILE = "broadsheet.sqlite"
"""The file's name, in the cache directory."""

MAX_CACHE_BYTES = 1_000_000_000
"""Above this size the entries that no build has read for the longest time are deleted."""

KEPT_RUNS = 20
"""An entry that this many builds have not read is deleted."""

_MAX_PENDING_BYTES = 16_000_000
"""New entries are written at the end of a build; above this size they are written at once, to spare memory."""

_RENEWAL_RUNS = 5
"""A read entry gets the number of the current run only if its own is this much older: most reads write nothing."""
_LOCK_TIMEOUT = 10.0
"""Seconds to wait for another build that writes."""
_KEYS_PER_QUERY = 500
# Not a database, a damaged one, or one with other tables (SQLite, "Result and Error Codes").
_UNFIT_CODES = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA}
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
    key BLOB PRIMARY KEY, kind TEXT NOT NULL, run INTEGER NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL
);
"""


class Cache:
    """Values by key: on disk for the next build and, under `mkdocs serve`, in memory too.

    A key is a digest of everything that its value depends on, so no value ever becomes wrong; values that builds
    no longer read are deleted in time. A damaged file never fails a build: the cache deletes it and starts again,
    or works without a file, and adds a line to `warnings`.

    SQLite's write-ahead log keeps the file sound when a build is killed, and lets two builds share it.
    """

    def __init__(self, folder: Path | None, stamp: str, *, remember: bool = False) -> None:
        """Open the cache file, or create it.

        Args:
            folder: the cache directory; None keeps values in memory only.
            stamp: a digest of the engine and its dependencies; a file with another stamp is emptied.
            remember: whether to keep values in memory too.

        """
        self.warnings: list[str] = []
        self._path = folder / CACHE_FILE if folder else None
        self._stamp = stamp
        self._memory: dict[bytes, object] | None = {} if remember or folder is None else None
        self._new: dict[bytes, tuple[str, bytes]] = {}
        self._pending_bytes = 0
        """The size of the new entries that are not written yet."""
        self._used: set[bytes] = set()
        self._run = 0
        self._database = self._open() if self._path else None

    def get(self, kind: str, keys: Iterable[bytes]) -> dict[bytes, object]:
        """The values of those keys that the cache has, by key."""
        wanted = list(dict.fromkeys(keys))
        values: dict[bytes, object] = {}
        if self._memory is not None:
            values = {key: self._memory[key] for key in wanted if key in self._memory}
            wanted = [key for key in wanted if key not in values]
        for key, value in self._read(kind, wanted):
            values[key] = value
            if self._memory is not None:
                self._memory[key] = value
        self._used |= values.keys()
        return values

    def put(self, kind: str, values: Mapping[bytes, object]) -> None:
        """Store values by key."""
        if self._memory is not None:
            self._memory.update(values)
        self._used |= values.keys()
        for key, value in values.items() if self._database is not None else ():
            data = pack(value)
            self._new[key] = (kind, data)
            self._pending_bytes += len(data)
            if self._pending_bytes > _MAX_PENDING_BYTES:
                self._commit(self._insert)

    def save(self) -> None:
        """Write the new entries and delete the old ones, in memory too."""
        if self._memory is not None:
            self._memory = {key: value for key, value in self._memory.items() if key in self._used}
        self._commit(self._write)
        self._used, self._run = set(), self._run + 1

    def close(self) -> None:
        """Close the file. Entries put since the last `save` are lost, unless they were too large to wait for it."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _open(self) -> sqlite3.Connection | None:
        """The database, created again where the file is unfit; None where there can be none."""
        assert self._path is not None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fault = _find_fault(self._path)
            if not fault:
                try:
                    return self._connect(self._path)
                except sqlite3.Error as error:
                    # After a full disk, a lock or a missing permission the file is sound: another build may use it.
                    if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF not in _UNFIT_CODES:
                        raise
                    fault = str(error)
            self.warnings.append(f"{self._path.name}: {fault}: made anew")
            remove_cache(self._path.parent)
            return self._connect(self._path)
        except (OSError, sqlite3.Error) as error:
            self.warnings.append(f"{self._path.name}: {error}: done without")
            return None

    def _connect(self, path: Path) -> sqlite3.Connection:
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        database = sqlite3.connect(path, timeout=_LOCK_TIMEOUT)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.executescript(_SCHEMA)
            known = dict(database.execute("SELECT name, value FROM meta"))
            # Another program's table of this name has other columns.
            database.execute("SELECT key, kind, run, size, data FROM entries LIMIT 0")
            self._run = int(known.get("run", 0)) + 1
            if known.get("stamp") != self._stamp:
                if known:
                    self.warnings.append(f"{path.name}: made by another version or on another machine: made anew")
                with database:
                    database.execute("DELETE FROM entries")
                    database.execute("INSERT OR REPLACE INTO meta VALUES ('stamp', ?)", (self._stamp,))
        except (sqlite3.Error, ValueError) as error:
            database.close()
            raise error if isinstance(error, sqlite3.Error) else sqlite3.DatabaseError(str(error)) from None
        return database

    def _read(self, kind: str, keys: list[bytes]) -> Iterable[tuple[bytes, object]]:
        if self._database is None:
            return
        renewed = []
        for start in range(0, len(keys), _KEYS_PER_QUERY):
            batch = keys[start : start + _KEYS_PER_QUERY]
            marks = ", ".join("?" * len(batch))
            query = f"SELECT key, run, data FROM entries WHERE kind = ? AND key IN ({marks})"  # noqa: S608 - marks only
            try:
                rows = self._database.execute(query, (kind, *batch)).fetchall()
            except sqlite3.Error as error:
                self._give_up("not readable", error)
                return
            for key, run, data in rows:
                # In a damaged file values have other types.
                if not isinstance(data, bytes) or not isinstance(run, int):
                    continue
                with suppress(UnpackingError):
                    yield key, unpack(data)
                if run < self._run - _RENEWAL_RUNS:
                    renewed.append((self._run, key))
        if renewed:
            with suppress(sqlite3.Error), self._database:
                self._database.executemany("UPDATE entries SET run = ? WHERE key = ?", renewed)

    def _commit(self, change: Callable[[sqlite3.Connection], None]) -> None:
        if self._database is not None:
            try:
                with self._database:
                    change(self._database)
            except sqlite3.Error as error:
                self._give_up("not written", error)
        self._new, self._pending_bytes = {}, 0

    def _insert(self, database: sqlite3.Connection) -> None:
        rows = ((key, kind, self._run, len(data), data) for key, (kind, data) in self._new.items())
        database.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?)", rows)

    def _write(self, database: sqlite3.Connection) -> None:
        self._insert(database)
        if self._memory is not None and self._run % _RENEWAL_RUNS == 0:
            # A server reads values from memory, so the file does not learn of these reads.
            used = ((self._run, key) for key in self._used)
            database.executemany("UPDATE entries SET run = ? WHERE key = ?", used)
        database.execute("DELETE FROM entries WHERE run < ?", (self._run - KEPT_RUNS - _RENEWAL_RUNS,))
        database.execute("INSERT OR REPLACE INTO meta VALUES ('run', ?)", (str(self._run),))
        (size,) = database.execute("SELECT coalesce(sum(size), 0) FROM entries").fetchone()
        while size > MAX_CACHE_BYTES:
            (oldest,) = database.execute("SELECT min(run) FROM entries").fetchone()
            database.execute("DELETE FROM entries WHERE run = ?", (oldest,))
            (size,) = database.execute("SELECT coalesce(sum(size), 0) FROM entries").fetchone()

    def _give_up(self, fault: str, error: sqlite3.Error) -> None:
        """Work without the file from now on. Delete a damaged file, so that the next build creates it again."""
        self.warnings.append(f"{CACHE_FILE}: {fault} ({error}): done without")
        self.close()
        if self._path is not None and not isinstance(error, sqlite3.OperationalError):
            with suppress(OSError):
                remove_cache(self._path.parent)


@dataclass(frozen=True, slots=True)
class CacheReport:
    """How large a cache is."""

    path: Path
    size: int
    """Of the file, in bytes."""
    entries: Mapping[str, tuple[int, int]]
    """By kind of value: the number of entries, and their size in bytes."""


def _find_fault(path: Path) -> str:
    """Why a cache file must not be trusted, or ''."""
    # SQLite also applies the log files beside the database.
    for name in _list_cache_files(path.parent):
        if name.is_symlink():
            return "a symbolic link"
        if not name.exists():
            continue
        status = name.stat()
        if not name.is_file():
            return "no regular file"
        if is_foreign(status):
            return "others may have written it"
    return ""


def is_foreign(status: os.stat_result) -> bool:
    """Whether a file belongs to another user, or other users may write it."""
    return hasattr(os, "getuid") and (status.st_uid != os.getuid() or bool(status.st_mode & 0o022))


def _list_cache_files(folder: Path) -> list[Path]:
    return [folder / name for name in (CACHE_FILE, f"{CACHE_FILE}-wal", f"{CACHE_FILE}-shm")]


def remove_cache(folder: Path) -> bool:
    """Delete the cache file; False where there was none."""
    paths = [path for path in _list_cache_files(folder) if path.exists() or path.is_symlink()]
    for path in paths:
        path.unlink()
    return bool(paths)


def describe_cache(folder: Path) -> CacheReport | None:
    """The size of a cache; None where there is no readable file."""
    path = folder / CACHE_FILE
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT kind, count(*), sum(size) FROM entries GROUP BY kind ORDER BY kind")
            entries = {kind: (count, size) for kind, count, size in rows}
    except sqlite3.Error:
        return None
    return CacheReport(path, path.stat().st_size, entries)
