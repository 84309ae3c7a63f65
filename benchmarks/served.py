"""Served: a site that `mkdocs serve` serves, as a browser sees it that has one of the pages open."""

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
_LONGEST_POLL = 90
"""MkDocs answers a poll after a minute, whether there is something new or not."""


@dataclass(frozen=True, slots=True)
class Save:
    """What a browser saw of a file that was saved."""

    seconds: float
    """Until the page was there again, with what had been written."""
    settled: float | None
    """Until it was loaded once more, as other pages had to follow; None where they had not."""


class ServedError(Exception):
    """The server has ended, or has not shown what was expected within the time for it."""


class Served:
    """The server, with the means to save a file and to watch the page that is open."""

    def __init__(self, mkdocs: Path, place: Path, env: Mapping[str, str], minutes: float) -> None:
        """Take the command, the directory with mkdocs.yml, and how long to wait for anything."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = int(free.getsockname()[1])
        self._command: Sequence[str] = [str(mkdocs), "serve", "--livereload", "-a", f"127.0.0.1:{self._port}"]
        self._place = place
        # MkDocs builds into a temporary directory, and leaves it behind if it is killed.
        self._env = {**os.environ, **env, "TMPDIR": str(place)}
        self._patience = 60 * minutes
        self._saves = 0

    def __enter__(self) -> Served:
        """Start the server and wait for its first page."""
        with (self._place / "serve.log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._place, env=self._env, stdout=log, stderr=log, start_new_session=True
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
        """Append a sentence to an article and wait until the page that is open shows it; then for what may follow.

        Raises:
            ServedError: when that does not come about.

        """
        self._saves += 1
        sentence = f"This is sentence {self._saves} that was added."
        ids = self._find_ids(self._fetch(page))
        with ThreadPoolExecutor(1) as pool:
            polling = pool.submit(self._poll, *ids, self._patience)
            time.sleep(0.5)  # a writer's browser has been waiting for long
            text = f"{file.read_text(encoding='utf-8')}\n\n{sentence}\n"
            start = time.perf_counter()
            file.write_text(text, encoding="utf-8")
            while True:
                if not polling.result():
                    raise ServedError(f"the page was not loaded again within {self._patience:.0f} s")
                loaded = self._fetch(page)
                ids = self._find_ids(loaded)
                if sentence in loaded:
                    break
                polling = pool.submit(self._poll, *ids, self._patience)
        seconds = time.perf_counter() - start
        if not self._poll(*ids, settle):
            return Save(seconds, None)
        self._fetch(page)
        return Save(seconds, time.perf_counter() - start)

    def _await_page(self) -> None:
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                tail = (self._place / "serve.log").read_text(encoding="utf-8", errors="replace")[-2000:]
                raise ServedError(f"the server ended with {self._process.returncode}:\n{tail}")
            with suppress(OSError, HTTPException):
                self._fetch("/")
                return
            time.sleep(0.2)
        raise ServedError(f"no page within {self._patience:.0f} s")

    def _poll(self, epoch: int, request: int, seconds: float) -> bool:
        """Whether the page is to be loaded again, asked as the script in it asks."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                answer = self._fetch(f"/livereload/{epoch}/{request}", min(left, _LONGEST_POLL))
            except TimeoutError:
                continue
            if float(answer) > epoch:
                return True
        return False

    def _find_ids(self, page: str) -> tuple[int, int]:
        found = _SCRIPT.search(page)
        if found is None:
            raise ServedError("the page has no script that reloads it")
        return int(found[1]), int(found[2])

    def _fetch(self, path: str, seconds: float | None = None) -> str:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=self._patience if seconds is None else seconds)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8")
        finally:
            connection.close()
        if answer.status != 200:
            raise ServedError(f"{path}: {answer.status}")
        return text

    def _stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(20)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
