"""Cache: what was worked out before, kept in one file under what it was worked out from."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from broadsheet.cache_file import FILE, find_fault, remove_cache
from broadsheet.packing import UnpackingError, pack, unpack

MOST_BYTES = 1_000_000_000
"""A larger cache loses what was not asked for longest."""

KEPT_RUNS = 20
"""What so many runs have not asked for is dropped."""

_MOST_WAITING = 16_000_000
"""So many bytes wait for the end of the build; more are written at once, as an archive's would fill the memory."""

_RENEWED = 5
_WAIT = 10.0
_AT_ONCE = 500
# Not a database, a damaged one, or one with other tables (SQLite, "Result and Error Codes").
_UNFIT = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA}
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entries (
    key BLOB PRIMARY KEY, kind TEXT NOT NULL, run INTEGER NOT NULL, size INTEGER NOT NULL, data BLOB NOT NULL
);
"""


class Cache:
    """Values by key, on the disk for the next build and, for a server, in memory as well.

    A key is a digest of everything that the value depends on, so nothing in it ever becomes wrong: what is not
    asked for any more is dropped in time. Faults of the file cost time, never a build: it is made anew, or done
    without, and `warnings` says so.

    SQLite's write-ahead log keeps it sound when a build is killed at any moment; two builds may share it.
    """

    def __init__(self, folder: Path | None, stamp: str, *, remember: bool = False) -> None:
        """Open or make the cache.

        Args:
            folder: the directory for its file; None for a cache in memory alone.
            stamp: of the engine and all it is made of; a file with another stamp is emptied.
            remember: whether to keep values in memory too.

        """
        self.warnings: list[str] = []
        self._path = folder / FILE if folder else None
        self._stamp = stamp
        self._memory: dict[bytes, object] | None = {} if remember or folder is None else None
        self._new: dict[bytes, tuple[str, bytes]] = {}
        self._waiting = 0
        """So many bytes are new."""
        self._used: set[bytes] = set()
        self._run = 0
        self._database = self._open() if self._path else None

    def get(self, kind: str, keys: Iterable[bytes]) -> dict[bytes, object]:
        """The values that are known, by key."""
        wanted = list(dict.fromkeys(keys))
        found: dict[bytes, object] = {}
        if self._memory is not None:
            found = {key: self._memory[key] for key in wanted if key in self._memory}
            wanted = [key for key in wanted if key not in found]
        for key, value in self._read(kind, wanted):
            found[key] = value
            if self._memory is not None:
                self._memory[key] = value
        self._used |= found.keys()
        return found

    def put(self, kind: str, values: Mapping[bytes, object]) -> None:
        """Keep values."""
        if self._memory is not None:
            self._memory.update(values)
        self._used |= values.keys()
        for key, value in values.items() if self._database is not None else ():
            data = pack(value)
            self._new[key] = (kind, data)
            self._waiting += len(data)
            if self._waiting > _MOST_WAITING:
                self._commit(self._insert)

    def save(self) -> None:
        """Write what is new, drop what is old; in memory too."""
        if self._memory is not None:
            self._memory = {key: value for key, value in self._memory.items() if key in self._used}
        self._commit(self._write)
        self._used, self._run = set(), self._run + 1

    def close(self) -> None:
        """Close the file; what was not saved is lost, but for what was too much to wait for that."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _open(self) -> sqlite3.Connection | None:
        """The database, made anew where it is not fit to be used."""
        assert self._path is not None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fault = find_fault(self._path)
            if not fault:
                try:
                    return self._connect(self._path)
                except sqlite3.Error as error:
                    # What a full disk, a lock or a missing permission hinders is sound; another build may be using it.
                    if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF not in _UNFIT:
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
        database = sqlite3.connect(path, timeout=_WAIT)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.executescript(_SCHEMA)
            known = dict(database.execute("SELECT name, value FROM meta"))
            # A table of that name with other columns is somebody else's.
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
        for start in range(0, len(keys), _AT_ONCE):
            part = keys[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(part))
            query = f"SELECT key, run, data FROM entries WHERE kind = ? AND key IN ({marks})"  # noqa: S608 - marks only
            try:
                rows = self._database.execute(query, (kind, *part)).fetchall()
            except sqlite3.Error as error:
                self._give_up("not readable", error)
                return
            for key, run, data in rows:
                # Of the types that were stored, unless the file is damaged.
                if not isinstance(data, bytes) or not isinstance(run, int):
                    continue
                with suppress(UnpackingError):
                    yield key, unpack(data)
                if run < self._run - _RENEWED:
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
        self._new, self._waiting = {}, 0

    def _insert(self, database: sqlite3.Connection) -> None:
        rows = ((key, kind, self._run, len(data), data) for key, (kind, data) in self._new.items())
        database.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?)", rows)

    def _write(self, database: sqlite3.Connection) -> None:
        self._insert(database)
        if self._memory is not None and self._run % _RENEWED == 0:
            # What a server has in memory it does not ask the file for.
            used = ((self._run, key) for key in self._used)
            database.executemany("UPDATE entries SET run = ? WHERE key = ?", used)
        database.execute("DELETE FROM entries WHERE run < ?", (self._run - KEPT_RUNS - _RENEWED,))
        database.execute("INSERT OR REPLACE INTO meta VALUES ('run', ?)", (str(self._run),))
        (size,) = database.execute("SELECT coalesce(sum(size), 0) FROM entries").fetchone()
        while size > MOST_BYTES:
            (oldest,) = database.execute("SELECT min(run) FROM entries").fetchone()
            database.execute("DELETE FROM entries WHERE run = ?", (oldest,))
            (size,) = database.execute("SELECT coalesce(sum(size), 0) FROM entries").fetchone()

    def _give_up(self, fault: str, error: sqlite3.Error) -> None:
        """Do without the file from here on; one that is damaged goes, so that the next build makes it anew."""
        self.warnings.append(f"{FILE}: {fault} ({error}): done without")
        self.close()
        if self._path is not None and not isinstance(error, sqlite3.OperationalError):
            with suppress(OSError):
                remove_cache(self._path.parent)
