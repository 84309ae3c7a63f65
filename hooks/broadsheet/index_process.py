"""Index process: a process that makes the index of a site beside its build, from both ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from broadsheet.indexing import build_search_index, clear_workshops
from broadsheet.pagefind_program import IndexingError, PagefindProgram
from broadsheet.records import Record, pack_records, unpack_records

_GRACE = 2.0
"""So long, in seconds, a process whose build has ended may take to clean up."""
_GENTLY = 10
"""How far behind other processes (see `nice`)."""
_DISK_FAULT = 2
"""The exit code where the disk is full, or something like that."""
_PATIENCE = 1.0
"""So long, in seconds, a thread lets the build end first that a writer waits for."""


class Indexing:
    """One index, made by a process of its own; it has no effect on a site until `finish` has been called.

    Cost: half a second until it works, 20 µs a record to tell it; all else happens on another core. There is no
    thread in this process until `finish`, so that it can be copied until then.
    """

    def __init__(
        self,
        records: Sequence[Record],
        site_dir: Path,
        language: str,
        report: Callable[[str], None],
        cache: Path | None = None,
        *,
        gently: bool = False,
        make_in: Path | None = None,
    ) -> None:
        """Start with what is known already; `report` is told why there is no index, should there be none.

        `cache` is the directory in which parts of it are kept for the next one; `gently` lets all other work go first.
        `make_in` is a directory in which it is made, and which is removed in the end: then no file of it is ever in
        the site before it is whole, nor in the directory for temporary files.
        """
        self.records: Sequence[Record] = records if gently else ()
        """What is known so far, of one that may be handed on."""
        self.disk_fault = ""
        """Why the disk did not let it be made, unless `gently`: that is no fault that a site is published with."""
        self._gently = gently
        self._make_in = make_in or site_dir
        self._report = report
        self._stopped = self._done = False
        self._leave = threading.Event()
        self._thread: threading.Thread | None = None
        job, self._job = tempfile.mkstemp(prefix="broadsheet-search-", dir=make_in)
        with os.fdopen(job, "w", encoding="utf-8") as file:
            folders = [None if one is None else str(one) for one in (cache, make_in)]
            about = [str(site_dir), language, gently, *folders]
            file.write(f"{json.dumps(about)}\n{pack_records(records)}")
        paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            # Not the directory in which it happens to be started comes first, but Python's own.
            [sys.executable, "-P", "-m", __spec__.name, self._job],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONIOENCODING": "utf-8"},
            # A Control-C is for the build, which ends this process as well.
            start_new_session=True,
        )

    def finish(self, rest: Sequence[Record] = (), *, leave: bool = True) -> None:
        """Tell it the rest, which are pages without a date.

        With `leave`, or after a call of that, the index is put into its place when it is made.
        """
        if leave:
            self.leave()
        line = f"{pack_records(rest)}\n".encode()
        self._thread = threading.Thread(target=self._accompany, args=(line,), name="search index", daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """Let it put the index into its place: the site that it belongs to is there."""
        self._leave.set()

    @property
    def running(self) -> bool:
        """Whether it is still under way."""
        return self._thread is None or self._thread.is_alive()

    def wait(self) -> bool:
        """Until it is finished or has failed; whether the index is there."""
        if self._thread is not None:
            self._thread.join()
        return self._done

    def stop(self) -> None:
        """End it without an effect, or do nothing where it is finished."""
        self._stopped = True
        self._process.kill()
        self._leave.set()
        if self._thread is None:
            self._process.communicate()
        else:
            self._thread.join()
        self._clear()

    def _accompany(self, line: bytes) -> None:
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        told = ""
        # It ends when nobody holds the other end of its input any more.
        with suppress(OSError), process.stdin:
            with suppress(OSError):
                process.stdin.write(line)
                process.stdin.flush()
                self._leave.wait()
                process.stdin.write(b"\n")
                process.stdin.flush()
            told = process.stdout.read().decode(errors="replace").strip()
        process.wait()
        process.stdout.close()
        self._done = process.returncode == 0
        if not (self._done or self._stopped):
            if process.returncode == _DISK_FAULT and not self._gently:
                self.disk_fault = told
            else:
                self._report(told or f"no search index: what makes it has ended with code {process.returncode}")
        self._clear()

    def _clear(self) -> None:
        Path(self._job).unlink(missing_ok=True)
        if not self._done and self._make_in.is_dir():
            clear_workshops(self._make_in)


class LateIndexing:
    """An index of which a thread finds out whether it is to be made: a writer's page does not wait for that."""

    def __init__(
        self, begin: Callable[[Indexing | None], Indexing | None], previous: LateIndexing | None = None
    ) -> None:
        """Start; `begin` is given what is under way, and gives what is to be: the same, another, or nothing."""
        self._begin = begin
        self._indexing = previous.release() if previous is not None else None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="search records", daemon=True)
        self._thread.start()

    def release(self) -> Indexing | None:
        """Let go of what is under way."""
        self._stopped.set()
        self._thread.join()
        return self._indexing

    def wait(self) -> bool:
        """Until it is finished or has failed; whether the index is there."""
        self._thread.join()
        return self._indexing is None or self._indexing.wait()

    def stop(self) -> None:
        """End it without an effect, or do nothing where it is finished."""
        indexing = self.release()
        if indexing is not None:
            indexing.stop()

    def _run(self) -> None:
        if not self._stopped.wait(_PATIENCE):
            self._indexing = self._begin(self._indexing)


def main(job: str) -> int:
    """Make the index that a file tells of, with the rest of the records from standard input.

    Returns:
        0 when it is in its place; otherwise the reason is on standard output: 2 when it is the disk, else 1.

    """
    program, lines = PagefindProgram(), (SimpleQueue[str](), SimpleQueue[str]())

    def listen() -> None:
        for queue in lines:
            queue.put(sys.stdin.readline())
        sys.stdin.read()
        # Whoever wanted an index is gone.
        program.stop()
        threading.Event().wait(_GRACE)
        os._exit(1)

    def read(queue: SimpleQueue[str]) -> str:
        line = queue.get()
        if not line.endswith("\n"):
            raise IndexingError("stopped")
        return line

    def wait_for_rest() -> list[Record]:
        return unpack_records(read(lines[0]))

    threading.Thread(target=listen, daemon=True).start()
    try:
        about, records = Path(job).read_text(encoding="utf-8").split("\n")
        Path(job).unlink()
        site_dir, language, gently, *folders = json.loads(about)
        if gently and hasattr(os, "nice"):
            os.nice(_GENTLY)
        told, leave = unpack_records(records), partial(read, lines[1])
        # As large as what it has become.
        del records
        store, make_in = (None if one is None else Path(one) for one in folders)
        build_search_index(told, Path(site_dir), language, program, wait_for_rest, leave, store, make_in)
    except IndexingError as error:
        _say(str(error))
        return 1
    except OSError as error:
        _say(f"no search index: {error}")
        return _DISK_FAULT
    except Exception as error:  # whatever Pagefind's files hold: a build says it in a sentence
        _say(f"no search index: {type(error).__name__}: {error}")
        return 1
    return 0


def _say(reason: str) -> None:
    # Whoever wanted to know may be gone.
    with suppress(OSError):
        os.write(sys.stdout.fileno(), reason.encode())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
