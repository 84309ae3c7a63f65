"""Parallel work over ranges of numbers, in forked copies of this process."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any, BinaryIO, NamedTuple, TypeVar

MIN_ITEMS = 1000
"""Fewer items are not worth a fork: to make a process and read its result takes a tenth of a second."""

MAX_ITEMS = 40_000
"""With more items, the results to transfer and the memory of the processes would be too large."""

_PARENT_CHECK_SECONDS = 0.5
"""How often a forked process checks whether its parent still runs."""

_MAX_THREADS = 2
"""The main thread, and the one that waits for the end of a worker's parent and holds no lock (see `workers`)."""

T = TypeVar("T")
RangeMapper = Callable[[Callable[[int, int], Any], int], list[Any]]
"""`map_in_process` or `map_in_forks`: calls a function with ranges that cover 0 to a count, and returns the results."""


def map_in_process(work: Callable[[int, int], T], count: int) -> list[T]:
    """Return the result of one call for all of `count` items: see `map_in_forks`."""
    return [work(0, count)]


def map_in_forks(work: Callable[[int, int], T], count: int) -> list[T]:
    """Return the results of `work(start, stop)` for ranges that cover 0 to `count`, in their order.

    This process works on the first range, a forked process on each other one. A forked process has all data of this
    one, and sends back only its result. When it dies, this process does its work.

    Raises:
        Exception: what `work` raises.

    """
    parts = min(_count_processes(), count // (MIN_ITEMS // 2)) if MIN_ITEMS <= count <= MAX_ITEMS else 1
    ranges = list(pairwise(count * part // parts for part in range(parts + 1)))
    forks: dict[int, _Fork] = {}
    try:
        # Where the system allows no more processes, this one does their work.
        with suppress(OSError):
            for part, bounds in enumerate(ranges[1:], 1):
                forks[part] = _Fork.run(work, *bounds)
        results = [work(*ranges[0])]
        for part, bounds in enumerate(ranges[1:], 1):
            results.append(forks[part].wait(work) if part in forks else work(*bounds))
    finally:
        for fork in forks.values():
            fork.close()
    return results


def _count_processes() -> int:
    """Return the number of available cores, or 1 where a fork is not safe."""
    # In a fork, system libraries of macOS fail, and locks that other threads hold are never released.
    if sys.platform != "linux" or threading.active_count() > _MAX_THREADS:
        return 1
    return len(os.sched_getaffinity(0))


def _exit_with_parent(parent: int) -> None:  # pragma: no cover - in the forked process
    """End this process when its parent has ended, in whatever way."""
    while os.getppid() == parent:
        threading.Event().wait(_PARENT_CHECK_SECONDS)
    os._exit(1)


class _Fork(NamedTuple):
    """A forked process that works on one range."""

    pid: int
    result: BinaryIO
    start: int
    stop: int

    @classmethod
    def run(cls, work: Callable[[int, int], object], start: int, stop: int) -> _Fork:
        parent = os.getpid()
        reading, writing = os.pipe()
        try:
            with warnings.catch_warnings():
                # Python 3.12 and later warn when there is any other thread; the only one here holds no lock.
                warnings.simplefilter("ignore", DeprecationWarning)
                pid = os.fork()
        except OSError:
            os.close(reading)
            os.close(writing)
            raise
        if pid == 0:  # pragma: no cover - in the forked process
            try:
                threading.Thread(target=_exit_with_parent, args=(parent,), daemon=True).start()
                os.close(reading)
                with os.fdopen(writing, "wb") as file:
                    pickle.dump(work(start, stop), file, pickle.HIGHEST_PROTOCOL)
                os._exit(0)
            finally:
                # Skip the parent's exit handlers.
                os._exit(1)
        os.close(writing)
        return cls(pid, os.fdopen(reading, "rb"), start, stop)

    def wait(self, work: Callable[[int, int], T]) -> T:
        """Return the result; do the work here when the process failed."""
        data = self.result.read()
        _, status = os.waitpid(self.pid, 0)
        if status:
            return work(self.start, self.stop)
        result: T = pickle.loads(data)  # noqa: S301 - from a fork of this process
        return result

    def close(self) -> None:
        """End the process, if `wait` has not been called."""
        self.result.close()
        with suppress(ProcessLookupError, ChildProcessError):
            if os.waitpid(self.pid, os.WNOHANG)[0] == 0:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
