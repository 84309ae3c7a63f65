"""Server: `mkdocs serve`, watched as a browser does that has one page open."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import TracebackType

_SCRIPT = re.compile(r"\blivereload\((\d+), (\d+)\);")
_ADDED = "that was added."
_POLL_SECONDS = 90
"""MkDocs answers a poll after a minute even if nothing has changed."""


@dataclass(frozen=True, slots=True)
class Save:
    """The times, in seconds after a file was saved, at which a browser loaded its page again."""

    seconds: float
    """Until the page had the new text."""
    second_reload: float | None
    """Until the page was loaded once more, because lists on it changed; None when there was no second reload."""


class ServerError(Exception):
    """The server has ended, or has not shown the expected page in time."""


class Server:
    """A running `mkdocs serve`."""

    def __init__(self, command: str, directory: Path, env: Mapping[str, str], minutes: float) -> None:
        """Take the path of `mkdocs`, the directory of mkdocs.yml, and the time to wait for any page."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = int(free.getsockname()[1])
        self._command: Sequence[str] = [command, "serve", "--livereload", "-a", f"127.0.0.1:{self._port}"]
        self._directory = directory
        # MkDocs builds into a temporary directory, and leaves it behind when it is killed.
        self._env = {**os.environ, **env, "TMPDIR": str(directory)}
        self._timeout = 60 * minutes

    def __enter__(self) -> Server:
        """Start the server and wait for its first page."""
        with (self._directory / "serve.log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._directory, env=self._env, stdout=log, stderr=log, start_new_session=True
            )
        try:
            self._await_page()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop the server with its children."""
        self._stop()

    def save(self, file: Path, page: str, settle: float) -> Save:
        """Append a sentence to an article, wait until its page shows it, then `settle` seconds for a second reload.

        Raises:
            ServerError: when the page does not show the sentence in time.

        """
        text = file.read_text(encoding="utf-8")
        sentence = f"This is sentence {text.count(_ADDED) + 1} {_ADDED}"
        ids = self._find_ids(self._fetch(page))
        with ThreadPoolExecutor(1) as pool:
            polling = pool.submit(self._poll, *ids, self._timeout)
            time.sleep(0.5)  # a browser polls long before the writer saves
            start = time.perf_counter()
            file.write_text(f"{text}\n\n{sentence}\n", encoding="utf-8")
            while True:
                if not polling.result():
                    raise ServerError(f"the page was not loaded again within {self._timeout:.0f} s")
                loaded = self._fetch(page)
                ids = self._find_ids(loaded)
                if sentence in loaded:
                    break
                polling = pool.submit(self._poll, *ids, self._timeout)
        seconds = time.perf_counter() - start
        if not self._poll(*ids, settle):
            return Save(seconds, None)
        self._fetch(page)
        return Save(seconds, time.perf_counter() - start)

    def _await_page(self) -> None:
        deadline = time.monotonic() + self._timeout
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                tail = (self._directory / "serve.log").read_text(encoding="utf-8", errors="replace")[-2000:]
                raise ServerError(f"the server ended with {self._process.returncode}:\n{tail}")
            with suppress(OSError, HTTPException):
                self._fetch("/")
                return
            time.sleep(0.2)
        raise ServerError(f"no page within {self._timeout:.0f} s")

    def _poll(self, epoch: int, request: int, seconds: float) -> bool:
        """Whether the server asks for a reload within some seconds, polled as the script in the page polls."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                answer = self._fetch(f"/livereload/{epoch}/{request}", min(left, _POLL_SECONDS))
            except TimeoutError:
                continue
            if float(answer) > epoch:
                return True
        return False

    def _find_ids(self, page: str) -> tuple[int, int]:
        found = _SCRIPT.search(page)
        if found is None:
            raise ServerError("the page has no script that reloads it")
        return int(found[1]), int(found[2])

    def _fetch(self, path: str, seconds: float | None = None) -> str:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=self._timeout if seconds is None else seconds)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8")
        finally:
            connection.close()
        if answer.status != 200:
            raise ServerError(f"{path}: {answer.status}")
        return text

    def _stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
