"""Site lock: one build at a time for each site directory."""

from __future__ import annotations

import atexit
import errno
import importlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from broadsheet.core.problems import BroadsheetError

_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
_MODE = 0o644
_HOLDER = "BROADSHEET_BUILDING"
"""The environment variable that tells child processes which lock this build holds: it must not wait for them."""
_BUSY = {errno.EACCES, errno.EAGAIN}


class SiteLock:
    """An exclusive lock on a site directory, held from before a build reads anything until its site is in place.

    It is a POSIX record lock on a file beside the site. The system frees it when the process ends, however that
    ends; child processes do not inherit it. A second lock in the same process never waits for the first.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        """Take the function that tells the user why a build waits, or why it cannot be locked."""
        self._tell = tell
        self._path: Path | None = None
        self._file = -1

    def take(self, site: Path) -> bool:
        """Wait until no other build of the site runs; whether there was one to wait for.

        Raises:
            OSError: when nothing can be written beside the site, nor in it.
            BroadsheetError: when the other build has started this one, and would wait for it in turn.

        """
        self.release()
        fcntl = _import_locks()
        if fcntl is None:
            self._tell(_describe_lockless(site, "this system has no file locks"))
            return False
        waited = False
        while True:
            path, self._file = _open_lock(site)
            try:
                waited = self._wait(fcntl, path, site, told=waited) or waited
            except OSError as error:
                self._close()
                path.unlink(missing_ok=True)
                self._tell(_describe_lockless(site, error.strerror or str(error)))
                return waited
            except BaseException:
                self._close()
                raise
            # The build that held the lock removes the file: then this is a lock on a file that is gone.
            if _is_same_file(self._file, path):
                break
            self._close()
        self._path = path
        os.environ[_HOLDER] = str(path)
        atexit.register(self.release)
        return waited

    def release(self) -> None:
        """Let the next build begin. Does nothing when the lock is not held."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()
            self._path = None
            os.environ.pop(_HOLDER, None)
            atexit.unregister(self.release)
        self._close()

    def _wait(self, fcntl: Any, path: Path, site: Path, *, told: bool) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _BUSY:
                raise
        else:
            return False
        if os.environ.get(_HOLDER) == str(path):
            raise BroadsheetError(f"a build of '{_relate(site)}' has started another build of it")
        if not told:
            self._tell(f"waiting for another build of '{_relate(site)}' to end")
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        return True

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _import_locks() -> Any:
    try:
        return importlib.import_module("fcntl")
    except ImportError:
        return None


def _open_lock(site: Path) -> tuple[Path, int]:
    """Open the lock file beside the site, or in it where nothing can be made beside it."""
    real = Path(os.path.realpath(site))
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        path = real.parent / f".{real.name}.lock"
        return path, os.open(path, _FLAGS, _MODE)
    except PermissionError:
        if not real.is_dir():
            raise
        path = real / f".{real.name}.lock"
        return path, os.open(path, _FLAGS, _MODE)


def _is_same_file(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def _describe_lockless(site: Path, reason: str) -> str:
    return (
        f"'{_relate(site)}' cannot be locked ({reason}): of two builds at once, the one that ends last stays, "
        "though it may have begun first"
    )


def _relate(site: Path) -> str:
    return Path(os.path.relpath(site)).as_posix()
