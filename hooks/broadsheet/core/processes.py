"""Processes: pools of workers, forked copies of this process, and helpers for calls. They all end with this process."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from importlib import import_module
from itertools import pairwise
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any, Literal, TypeVar

MIN_ITEMS = 1000
"""`map_in_forks` does not fork for fewer items: to make a process and read its result takes a tenth of a second."""

MAX_ITEMS = 40_000
"""`map_in_forks` does not fork for more items: the results to transfer and the memory would be too large."""

_PARENT_WATCH = "parent watch"
"""The name of the thread in a worker that waits for the end of the parent."""

T = TypeVar("T")
Range = tuple[int, int]
RangeMapper = Callable[[Callable[[int, int], Any], int], list[Any]]
"""`map_in_process` or `map_in_forks`: calls a function with ranges that cover 0 to a count, and returns the results."""


def make_process_pool(workers: int, method: Literal["fork", "forkserver", "spawn"]) -> ProcessPoolExecutor:
    """Return a process pool with `workers` processes and the given start method."""
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        # Import the engine once, in the server, instead of in each worker.
        context.set_forkserver_preload(["broadsheet.edition.render_articles", "broadsheet.edition.related_lists"])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_exit_with_parent)


def _exit_with_parent() -> None:
    """End this process when its parent ends, in whatever way. Without this, a waiting worker would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, name=_PARENT_WATCH, daemon=True).start()


def map_in_process(work: Callable[[int, int], T], count: int) -> list[T]:
    """Return the result of one call for all of `count` items: see `map_in_forks`."""
    return [work(0, count)]


def map_in_forks(work: Callable[[int, int], T], count: int) -> list[T]:
    """Return the results of `work(start, stop)` for ranges that cover 0 to `count`, in their order.

    This process works on the first range, a forked process on each other one: see `run_in_forks`.

    Raises:
        Exception: what `work` raises.

    """
    shared = MIN_ITEMS <= count <= MAX_ITEMS and _may_fork()
    processes = min(count_cores(), count // (MIN_ITEMS // 2)) if shared else 1
    ranges = list(pairwise(count * number // processes for number in range(processes + 1)))
    with run_in_forks(work, ranges[1:], processes - 1) as forked:
        results = {ranges[0]: work(*ranges[0])}
        results.update(forked)
    return [results[bounds] for bounds in ranges]


@contextmanager
def run_in_forks(
    work: Callable[[int, int], T], ranges: Sequence[Range], workers: int
) -> Iterator[Iterator[tuple[Range, T]]]:
    """Call `work(start, stop)` for all ranges in forked copies of this process.

    The value of the `with` statement is an iterator of the ranges with their results, in the order in which they are
    ready. The copies have all data of this process, and send back only their results. They are made before the block
    begins, so the block may start threads, and they end when the block ends.

    This process does the work that is lost with a copy that dies, and all work where no copy can be made: see
    `_may_fork`.

    Args:
        work: a function, which need not be importable.
        ranges: all different.
        workers: the number of copies; 0 for none.

    """
    global _forked_work  # noqa: PLW0603 - a forked process cannot get a local function in another way
    other_processes = set(multiprocessing.active_children())
    pool: ProcessPoolExecutor | None = None
    futures: list[Future[bytes]] = []
    if workers and ranges and _may_fork():
        _forked_work = work
        # OSError: the system allows no more processes. BrokenExecutor: a copy has died already.
        with suppress(OSError, BrokenExecutor), warnings.catch_warnings():
            # Python 3.12 and later warn when there is any other thread: see `_may_fork`.
            warnings.simplefilter("ignore", DeprecationWarning)
            pool = make_process_pool(workers, "fork")
            for bounds in ranges:
                futures.append(pool.submit(_call_forked_work, *bounds))
        _forked_work = None
    copies = set(multiprocessing.active_children()) - other_processes
    try:
        yield _collect_results(work, ranges, futures)
    finally:
        if len(futures) < len(ranges) or not all(future.done() for future in futures):
            for process in copies:
                process.kill()
        if pool is not None:
            pool.shutdown(cancel_futures=True)
        for process in copies:
            process.join()


_forked_work: Callable[[int, int], Any] | None = None
"""The function that forked processes call: they have it from their beginning."""


def _call_forked_work(start: int, stop: int) -> bytes:
    """Return the pickled result: the pickler of `multiprocessing` is slow where a result has many objects."""
    assert _forked_work is not None
    return pickle.dumps(_forked_work(start, stop), pickle.HIGHEST_PROTOCOL)


def _collect_results(
    work: Callable[[int, int], T], ranges: Sequence[Range], futures: Sequence[Future[bytes]]
) -> Iterator[tuple[Range, T]]:
    """Yield each range with its result; do the work here that has no future, or that was lost."""
    lost = list(ranges[len(futures) :])
    ranges_by_future = dict(zip(futures, ranges, strict=False))
    for future in as_completed(futures):
        bounds = ranges_by_future[future]
        try:
            pickled = future.result()
        except BrokenExecutor:
            lost.append(bounds)
        else:
            yield bounds, pickle.loads(pickled)  # noqa: S301 - from a copy of this process
    for bounds in lost:
        yield bounds, work(*bounds)


def _may_fork() -> bool:
    """Return whether this process can be forked.

    Locks that other threads hold are never released in a fork, but the thread that waits for the end of a worker's
    parent holds none. On macOS, system libraries fail in a fork. A daemon may have no child processes.
    """
    threads = [thread for thread in threading.enumerate() if thread.name != _PARENT_WATCH]
    return sys.platform == "linux" and len(threads) == 1 and not multiprocessing.current_process().daemon


def count_cores() -> int:
    """Return the number of processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Helper:
    """A child process that calls functions in its main thread, one after another, until this process ends."""

    def __init__(self) -> None:
        # Not a pool of `multiprocessing`: a worker of Dask is a daemon, which cannot start one.
        self._connection, child_connection = Pipe()
        paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
        code = f"from broadsheet.core.processes import answer_calls; answer_calls({child_connection.fileno()})"
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-P", "-c", code],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            pass_fds=[child_connection.fileno()],
        )
        child_connection.close()
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


_idle_helpers: dict[int, list[_Helper]] = {}
"""By the id of the process that started them: a fork must not use the connections of its parent."""


def call_in_main_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in the main thread of another process, which may be killed; return the result.

    Not on Windows. The processes are kept for the next call, and end with this process.
    Cost: about half a second for the first call, then the transfer of arguments and result.

    Raises:
        BrokenExecutor: when the process dies, or cannot be started.
        BaseException: what `work` raises.

    """
    idle = _idle_helpers.setdefault(os.getpid(), [])
    try:
        helper = _pop_helper(idle) or _Helper()
        result, error = helper.call(work, arguments)
    except (EOFError, OSError) as failure:
        raise BrokenExecutor(f"{type(failure).__name__}: {failure}") from None
    idle.append(helper)
    if error is not None:
        raise error
    return result


def _pop_helper(idle: list[_Helper]) -> _Helper | None:
    # Another thread may take the last one at the same time.
    with suppress(IndexError):
        return idle.pop()
    return None


@atexit.register
def end_helpers() -> None:
    """End the processes of `call_in_main_thread`."""
    for helper in _idle_helpers.pop(os.getpid(), ()):
        helper.end()


def answer_calls(handle: int) -> None:
    """Call the functions that come through a connection, and send their results. This is the loop of a `_Helper`."""
    connection = Connection(handle)
    # A limit may kill this process: write no core file.
    resource = import_module("resource")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # When this fails, the other process has ended.
    with suppress(EOFError, OSError):
        sys.path[:] = connection.recv()
        while True:
            work, arguments = connection.recv()
            answer: tuple[Any, BaseException | None]
            try:
                answer = (work(*arguments), None)
            except BaseException as error:  # the caller raises it
                answer = (None, error)
            connection.send(answer)
