"""Site lock: only one build at a time for each site directory."""

from __future__ import annotations

import atexit
import errno
import importlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from broadsheet.core.output_dir import UNWRITABLE_ERRORS
from broadsheet.core.problems import BroadsheetError

_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
_MODE = 0o644
_LOCK_VARIABLE = "BROADSHEET_BUILDING"
"""The environment variable that names the lock of this build for its child processes: they must not wait for it."""
_LOCKED_ERRORS = {errno.EACCES, errno.EAGAIN}


class SiteLock:
    """An exclusive lock on a site directory, held from before a build reads anything until its site is in place.

    It is a POSIX record lock on a file beside the site. The system releases it when the process ends, in whatever
    way; child processes do not inherit it. A second lock in the same process never waits for the first.
    """

    def __init__(self, log: Callable[[str], None]) -> None:
        """Take the function that logs why a build waits, or why the site cannot be locked."""
        self._log = log
        self._path: Path | None = None
        self._file = -1

    @property
    def is_held(self) -> bool:
        """Whether this object holds a lock."""
        return self._path is not None

    def take(self, site: Path) -> bool:
        """Wait until no other build of the site runs; return whether there was one.

        Raises:
            OSError: when nothing can be written beside the site or in it.
            BroadsheetError: when the other build has started this one, so that each would wait for the other.

        """
        self.release()
        fcntl = _import_locks()
        if fcntl is None:
            self._log(_describe_missing_lock(site, "this system has no file locks"))
            return False
        waited = False
        while True:
            path, self._file = _open_lock(site)
            try:
                waited = self._wait(fcntl, path, site, is_logged=waited) or waited
            except OSError as error:
                self._close()
                path.unlink(missing_ok=True)
                self._log(_describe_missing_lock(site, error.strerror or str(error)))
                return waited
            except BaseException:
                self._close()
                raise
            # The other build removes the file when it ends. Then this lock is on a removed file: try again.
            if _is_same_file(self._file, path):
                break
            self._close()
        self._path = path
        os.environ[_LOCK_VARIABLE] = str(path)
        atexit.register(self.release)
        return waited

    def release(self) -> None:
        """Release the lock, if this object holds it."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()
            self._path = None
            os.environ.pop(_LOCK_VARIABLE, None)
            atexit.unregister(self.release)
        self._close()

    def _wait(self, fcntl: Any, path: Path, site: Path, *, is_logged: bool) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _LOCKED_ERRORS:
                raise
        else:
            return False
        if os.environ.get(_LOCK_VARIABLE) == str(path):
            raise BroadsheetError(f"a build of '{_format_path(site)}' has started another build of it")
        if not is_logged:
            self._log(f"waiting for another build of '{_format_path(site)}' to end")
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
    """Open the lock file beside the site, or in the site where its parent directory cannot be written."""
    real_site = Path(os.path.realpath(site))
    try:
        real_site.parent.mkdir(parents=True, exist_ok=True)
        path = real_site.parent / f".{real_site.name}.lock"
        return path, os.open(path, _FLAGS, _MODE)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EISDIR}:
            raise BroadsheetError(f"'{_format_path(path)}' is no regular file: remove it, and build again") from None
        if error.errno not in UNWRITABLE_ERRORS or not real_site.is_dir():
            raise
        path = real_site / f".{real_site.name}.lock"
        return path, os.open(path, _FLAGS, _MODE)


def _is_same_file(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def _describe_missing_lock(site: Path, reason: str) -> str:
    return (
        f"'{_format_path(site)}' cannot be locked ({reason}): of two builds at once, the one that ends last stays, "
        "though it may have begun first"
    )


def _format_path(site: Path) -> str:
    return Path(os.path.relpath(site)).as_posix()
