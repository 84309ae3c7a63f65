"""Pagefind program: the program that makes search indexes, started, spoken to and stopped."""

from __future__ import annotations

import base64
import importlib
import importlib.metadata
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from broadsheet.problems import BroadsheetError
from broadsheet.records import Record

_MEND = (
    "install Pagefind with 'make install' or \"pip install 'pagefind[bin]'\", or give the path of a pagefind program "
    "in PAGEFIND_BINARY_PATH; until then the search page leads to topics, authors and archive"
)


_PIECE = 2**20


class IndexingError(BroadsheetError):
    """Pagefind cannot run here, or has failed; the site is whole but for its search."""


class PagefindProgram:
    """The program, spoken to over its pipes as its own wrappers do.

    Why not through the wrapper for Python: it waits a tenth of a second for each answer, which for 2,000 articles
    is three and a half minutes instead of five seconds, and for ever when the program has died. Why not by handing
    it a directory of HTML files: it then numbers pages as the file system happens to list them.
    """

    def __init__(self) -> None:
        """Prepare; the program runs within a `with` only."""
        self.stopped = False
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def stop(self) -> None:
        """End it, and keep it from starting; from any thread."""
        with self._lock:
            self.stopped = True
            if self._process is not None:
                self._process.kill()

    def __enter__(self) -> PagefindProgram:
        command = [str(_find_program()), "--service"]
        with self._lock:
            if self.stopped:
                raise IndexingError("stopped")
            try:
                # Elsewhere it would read a pagefind.toml that lies about.
                self._process = subprocess.Popen(  # noqa: S603 - the program of the package, or the owner's own choice
                    command,
                    cwd=tempfile.gettempdir(),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            except OSError as error:
                raise IndexingError(f"no search index: {command[0]} does not run ({error.strerror}): {_MEND}") from None
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def make_index(self, records: Iterable[Record], language: str) -> dict[str, bytes]:
        """The index of some records as files by path, relative to its directory."""
        number = self._ask({"type": "NewIndex", "config": None})["index_id"]
        for record in records:
            self._ask({"type": "AddRecord", "index_id": number, **_describe(record, language)})
        # Left to write them itself, it says that it has done so while some are still half-written.
        files = self._ask({"type": "GetFiles", "index_id": number})["files"]
        return {file["path"]: base64.b64decode(file["content"]) for file in files}

    def _ask(self, payload: Mapping[str, object]) -> Mapping[str, Any]:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(base64.b64encode(json.dumps({"message_id": 1, "payload": payload}).encode()) + b",")
            process.stdin.flush()
            answer = bytearray()
            while not answer.endswith(b","):
                some = os.read(process.stdout.fileno(), _PIECE)
                if not some:
                    raise BrokenPipeError
                answer += some
            told: Mapping[str, Any] = json.loads(base64.b64decode(answer[:-1]))["payload"]
        except (OSError, ValueError, KeyError):
            raise IndexingError(f"no search index: Pagefind ended before it was done: {_MEND}") from None
        if told["type"] == "Error":
            about = f" of {payload['url']}" if "url" in payload else ""
            raise IndexingError(f"no search index: Pagefind does not take the record{about}: {told.get('message')}")
        return told


def find_version() -> str:
    """The version of Pagefind that is installed, or a question mark."""
    try:
        return importlib.metadata.version("pagefind")
    except importlib.metadata.PackageNotFoundError:
        return "?"


def _find_program() -> Path:
    try:
        # Not at the top: a site without it is built all the same.
        found: Path | None = importlib.import_module("pagefind.service").get_executable()
    except (ImportError, OSError):
        found = None
    if found is None:
        raise IndexingError(f"no search index: there is no Pagefind: {_MEND}")
    return found.absolute()


def _describe(record: Record, language: str) -> dict[str, object]:
    """A record as Pagefind takes it. One without a text would be left out, so its title stands for it.

    What is shown is named even where there is none: fields have numbers, which are to be the same in all parts.
    """
    filters = {"topic": record.topics, "author": record.authors, "year": (record.year,) if record.year else ()}
    shown = {"title": record.title, "date": record.day, "language": record.language}
    return {
        "url": f"/{record.url}",
        "content": record.text or record.title or record.url,
        "language": language,
        "meta": shown,
        "filters": {key: list(values) for key, values in filters.items() if values},
        # Pages that have no date would be missing from a list by date; and what is of one moment needs an order.
        "sort": {"date": f"{record.at or '0000'} {record.url}"},
    }
