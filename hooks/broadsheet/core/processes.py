"""Workers: processes beside this one, which never outlive it."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any, Literal


def make_process_pool(workers: int, method: Literal["fork", "forkserver", "spawn"]) -> ProcessPoolExecutor:
    """So many processes, made in one of Python's ways."""
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        # Its processes have the engine from the beginning.
        context.set_forkserver_preload(["broadsheet.edition.render_articles", "broadsheet.edition.related_lists"])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """End when the parent does, however that ends: a worker that waits for work would otherwise wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class _Helper:
    """A process that calls functions in its main thread, one after another, until this process ends."""

    def __init__(self) -> None:
        # A pool of `multiprocessing` cannot be started by a worker of Dask, which is a daemon.
        self._connection, theirs = Pipe()
        paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
        code = f"from broadsheet.core.processes import answer_calls; answer_calls({theirs.fileno()})"
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-P", "-c", code],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._connection.send(sys.path)

    def call(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, BaseException | None]:
        try:
            self._connection.send((work, arguments))
            result, error = self._connection.recv()
        except BaseException:
            self.end()
            raise
        return result, error

    def end(self) -> None:
        self._connection.close()
        self._process.kill()
        self._process.wait()


_idle: dict[int, list[_Helper]] = {}
"""By the process that started them: a copy of it (`fork`) must not talk on the same line."""


def call_in_main_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in the main thread of another process, or for what may have to be killed.

    Not on Windows. The processes are kept for the next call and end with this one.
    Cost: about half a second for the first call, then that of handing over what goes there and comes back.

    Raises:
        BrokenExecutor: when that process dies, or cannot be started. What the function raises, it raises.

    """
    idle = _idle.setdefault(os.getpid(), [])
    try:
        helper = _take(idle) or _Helper()
        result, error = helper.call(work, arguments)
    except (EOFError, OSError) as lost:
        raise BrokenExecutor(f"{type(lost).__name__}: {lost}") from None
    idle.append(helper)
    if error is not None:
        raise error
    return result


def _take(idle: list[_Helper]) -> _Helper | None:
    # Another thread may take the last one in this moment.
    with suppress(IndexError):
        return idle.pop()
    return None


@atexit.register
def end_helpers() -> None:
    """End the processes of `call_in_main_thread`."""
    for helper in _idle.pop(os.getpid(), ()):
        helper.end()


def answer_calls(handle: int) -> None:
    """Be such a process: the other end of a connection sends what to call."""
    connection = Connection(handle)
    # One that is killed by a limit leaves no words and no core file.
    resource = import_module("resource")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nobody is there any more when this fails.
    with suppress(EOFError, OSError):
        sys.path[:] = connection.recv()
        while True:
            work, arguments = connection.recv()
            answer: tuple[Any, BaseException | None]
            try:
                answer = (work(*arguments), None)
            except BaseException as error:  # what the other end would have raised itself
                answer = (None, error)
            connection.send(answer)
