"""Pagefind: run the program, in a helper process beside the build, to make search bundles.

A bundle is the directory of files that Pagefind makes from a list of records.

This module uses the program through its service protocol, as Pagefind's own packages for Python and Node do, because
the package for Python (`pagefind.index.PagefindIndex`, 1.5) reads at most one answer every tenth of a second, however
many calls wait for one: measured for 2,077 records with all calls in flight, 215 seconds, and 9 seconds in this way on
the same busy machine (the program's own work is 5 seconds of both). It also waits for ever when the program has ended.
"""

from __future__ import annotations

import base64
import importlib
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from broadsheet.core import BroadsheetError
from broadsheet.search.bundle_store import write_bundle

ENTRY = "pagefind-entry.json"
"""The file of a bundle that a browser loads first."""
OPEN = "open"
"""The name of a bundle whose last records, and whose own name, come later."""

_FAILED = "the search index cannot be made"
_INSTALL = (
    "install Pagefind with 'make install' or \"pip install 'pagefind[bin]'\", or give the path of a pagefind program "
    "in PAGEFIND_BINARY_PATH, or switch the search off: 'search: false' under extra.broadsheet in mkdocs.yml"
)
_AGAIN = (
    "build again; if it happens again, free memory, of which Pagefind takes about 200 KB an article, or install "
    "another version of Pagefind, or switch the search off: 'search: false' under extra.broadsheet in mkdocs.yml"
)
_ANSWER_SECONDS = 120.0
"""How long Pagefind may take for one answer."""
_EXIT_SECONDS = 2.0
_NICENESS = 10
_READ_SIZE = 2**20


class IndexingError(BroadsheetError):
    """Pagefind cannot run here, or it failed."""


class _UnwantedError(Exception):
    """The bundle in work is no longer wanted."""


class PagefindProgram:
    """One run of the program, as a context manager."""

    def __init__(self) -> None:
        """Prepare a run; nothing is started."""
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._stopped = False
        self._timed_out = False
        self._asked = self._answered = 0
        self._ended = threading.Event()

    def stop(self) -> None:
        """End the program, or prevent its start. Any thread may call this."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def __enter__(self) -> PagefindProgram:
        command = [str(_find_program()), "--service"]
        with self._lock:
            if self._stopped:
                raise IndexingError("stopped")
            try:
                # In this directory is no pagefind.toml of another site.
                self._process = subprocess.Popen(  # noqa: S603 - the program of the package, or the owner's own choice
                    command,
                    cwd=tempfile.gettempdir(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise IndexingError(f"{_FAILED}: {command[0]} does not run ({error.strerror}): {_INSTALL}") from None
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def make_bundle(self, records: Iterable[bytes]) -> dict[str, bytes]:
        """Make the bundle of some records (see `index.serialize_record`); return its files by path."""
        number = self._ask(b'{"type":"NewIndex","config":null}')["index_id"]
        head = f'{{"type":"AddRecord","index_id":{number},'.encode()
        for record in records:
            self._ask(head + record.strip()[1:])
        # Not WriteFiles: Pagefind answers it while some files are half-written.
        files = self._ask(f'{{"type":"GetFiles","index_id":{number}}}'.encode())["files"]
        return {file["path"]: base64.b64decode(file["content"]) for file in files if _is_needed(file["path"])}

    def _ask(self, payload: bytes) -> Mapping[str, Any]:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        self._asked += 1
        try:
            process.stdin.write(base64.b64encode(b'{"message_id":1,"payload":' + payload + b"}") + b",")
            process.stdin.flush()
            data = bytearray()
            while not data.endswith(b","):
                received = os.read(process.stdout.fileno(), _READ_SIZE)
                if not received:
                    raise BrokenPipeError
                data += received
            answer: Mapping[str, Any] = json.loads(base64.b64decode(data[:-1]))["payload"]
            kind = answer["type"]
        except (OSError, ValueError, KeyError, TypeError):
            raise IndexingError(f"{_FAILED}: {self._find_reason()}: {_AGAIN}") from None
        self._answered += 1
        if kind == "Error":
            about = json.loads(payload).get("url")
            where = f" of {about}" if about else ""
            raise IndexingError(f"{_FAILED}: Pagefind does not take the record{where}: {answer.get('message')}")
        return answer

    def _find_reason(self) -> str:
        if self._timed_out:
            return f"Pagefind has given no answer for {_ANSWER_SECONDS:.0f} seconds"
        return "Pagefind ended before it was done"

    def _watch(self) -> None:
        """Kill the program when one answer takes too long."""
        asked_before = 0
        while not self._ended.wait(_ANSWER_SECONDS):
            if self._answered < self._asked == asked_before:
                self._timed_out = True
                self.stop()
            asked_before = self._asked


def find_version() -> str:
    """Return the version of the installed Pagefind, or a question mark."""
    try:
        return importlib.metadata.version("pagefind")
    except importlib.metadata.PackageNotFoundError:
        return "?"


def _find_program() -> Path:
    try:
        # Not imported at the top: a site without a search needs no Pagefind.
        program: Path | None = importlib.import_module("pagefind.service").get_executable()
    except (ImportError, OSError):
        program = None
    if program is None:
        raise IndexingError(f"{_FAILED}: there is no Pagefind: {_INSTALL}")
    return program.absolute()


def _is_needed(path: str) -> bool:
    """Return whether the site uses a file: a bundle also has Pagefind's own search boxes."""
    return path == ENTRY or not path.startswith("pagefind-")


def explain_unwritable(error: OSError, path: Path) -> str:
    """Return the message for a file of the index that cannot be written."""
    place = f"'{error.filename or path}' cannot be written ({error.strerror or error})"
    return f"{_FAILED}: {place}: make room on that disk, or allow writing there"


class _Jobs:
    """Jobs: make the bundles that one build wants, from files of records in a directory.

    `NAME.records` has one record on each line, `NAME.facets` is added to the bundle as it is. `open.records` has the
    first records of a bundle whose name comes later; `NAME.rest` then has the others.
    """

    def __init__(self, work: Path, store: Path) -> None:
        self._work = work
        self._store = store
        self._programs: list[PagefindProgram] = []
        self._lock = threading.Lock()
        self._stopped = False

    def make(self, names: Collection[str], processes: int, last_name: SimpleQueue[str]) -> None:
        """Make bundles, some at a time. `last_name` gets the name of the last bundle, or '' when there is none."""
        with ThreadPoolExecutor(processes) as pool:
            jobs = [pool.submit(self._make, name) for name in names if name != OPEN]
            jobs.append(pool.submit(self._make_last, last_name, OPEN in names))
            # The first failure ends all.
            wait(jobs, return_when=FIRST_EXCEPTION)
            errors = [error for job in jobs if job.done() and (error := _find_error(job))]
            if errors:
                self.stop()
                last_name.put("")
                raise errors[0]

    def stop(self) -> None:
        """End all programs, and prevent the start of others."""
        with self._lock:
            self._stopped = True
            for program in self._programs:
                program.stop()

    def _make(self, name: str) -> None:
        self._write(name, self._run(self._read(f"{name}.records")))

    def _make_last(self, last_name: SimpleQueue[str], is_open: bool) -> None:
        if not is_open:
            if name := last_name.get():
                self._make(name)
            return
        name = ""

        def read_all() -> Iterator[bytes]:
            nonlocal name
            yield from self._read(f"{OPEN}.records")
            name = last_name.get()
            if not name:
                raise _UnwantedError
            yield from self._read(f"{name}.rest")

        with suppress(_UnwantedError):
            files = self._run(read_all())
            self._write(name, files)

    def _read(self, file_name: str) -> Iterator[bytes]:
        with (self._work / file_name).open("rb") as file:
            yield from file

    def _run(self, records: Iterable[bytes]) -> dict[str, bytes]:
        program = PagefindProgram()
        with self._lock:
            if self._stopped:
                raise IndexingError("stopped")
            self._programs.append(program)
        with program:
            return program.make_bundle(records)

    def _write(self, name: str, files: dict[str, bytes]) -> None:
        facets = (self._work / f"{name}.facets").read_bytes()
        try:
            write_bundle(self._store / name, {**files, get_facets_name(name): facets})
        except OSError as error:
            raise IndexingError(explain_unwritable(error, self._store / name)) from None


def get_facets_name(name: str) -> str:
    """Return the name of the file in a bundle that has topics, authors and years of its records."""
    return f"facets-{name.rpartition('-')[2]}.json"


def _find_error(job: Future[None]) -> BaseException | None:
    return None if job.cancelled() else job.exception()


def main(work: str, store: str, processes: str, low_priority: str, *names: str) -> int:
    """Make bundles (see `_Jobs`). The name of the last one, or an empty line, comes from standard input.

    Returns:
        0 when all are in the store; otherwise 1, with the reason on standard output.

    """
    if low_priority and hasattr(os, "nice"):
        os.nice(_NICENESS)
    jobs, last_name = _Jobs(Path(work), Path(store)), SimpleQueue[str]()

    def read_input() -> None:
        last_name.put(sys.stdin.readline().strip())
        sys.stdin.read()
        # The build has ended.
        jobs.stop()
        threading.Event().wait(_EXIT_SECONDS)
        os._exit(1)

    threading.Thread(target=read_input, daemon=True).start()
    try:
        jobs.make(names, int(processes), last_name)
    except IndexingError as error:
        _print_reason(str(error))
        return 1
    except Exception as error:  # the build reports every failure as a sentence
        _print_reason(f"{_FAILED}: {type(error).__name__}: {error}: {_AGAIN}")
        return 1
    return 0


def _print_reason(text: str) -> None:
    with suppress(OSError):
        print(text, flush=True)  # noqa: T201 - for the build, which reports it


def run() -> None:
    """Be the process beside the build: call `main` with the arguments of the command line."""
    code = main(*sys.argv[1:])
    # Do not wait for the thread that reads standard input.
    os._exit(code)
