"""Sharing: work on numbered things, shared with copies of this process."""

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

LEAST = 1000
"""Fewer things are not worth a copy: it takes a tenth of a second to make one and to hear from it."""

MOST = 40_000
"""Of more things the results, which a copy has to tell, and the memory of copies would be too much."""

_INTERVAL = 0.5
"""Seconds between two looks whether the parent is there."""

_THREADS = 2
"""This one, and the one that waits for the end of a worker's parent and holds no lock (see `workers`)."""

T = TypeVar("T")
Share = Callable[[Callable[[int, int], Any], int], list[Any]]
"""Gives what some work gives for all of so many things, range after range: `work_alone` or `share_with_copies`."""


def work_alone(work: Callable[[int, int], T], count: int) -> list[T]:
    """What some work gives for all of so many things: see `share_with_copies`."""
    return [work(0, count)]


def share_with_copies(work: Callable[[int, int], T], count: int) -> list[T]:
    """What some work gives for the things from a number to another, range after range, all of so many together.

    Each range but the first is worked on by a copy of this process, which begins with all that this one knows and
    tells nothing but its result. What a copy that dies had to do is done here.

    Raises:
        Exception: what the work raises.

    """
    shares = min(_count_shares(), count // (LEAST // 2)) if LEAST <= count <= MOST else 1
    ranges = list(pairwise(count * number // shares for number in range(shares + 1)))
    copies: dict[int, _Copy] = {}
    try:
        # Where the system makes no more processes, this one does their work.
        with suppress(OSError):
            for number, one in enumerate(ranges[1:], 1):
                copies[number] = _Copy.make(work, *one)
        results = [work(*ranges[0])]
        for number, one in enumerate(ranges[1:], 1):
            results.append(copies[number].finish(work) if number in copies else work(*one))
    finally:
        for copy in copies.values():
            copy.end()
    return results


def _count_shares() -> int:
    """As many as there are cores, where a process can be copied safely; otherwise 1."""
    # Forked, the system's own libraries on macOS fail, and so may whatever holds a lock in another thread.
    if sys.platform != "linux" or threading.active_count() > _THREADS:
        return 1
    return len(os.sched_getaffinity(0))


def _end_with(parent: int) -> None:  # pragma: no cover - in the copy
    """End this process when its parent has, however that ended."""
    while os.getppid() == parent:
        threading.Event().wait(_INTERVAL)
    os._exit(1)


class _Copy(NamedTuple):
    """A copy of this process, at work on a range."""

    process: int
    result: BinaryIO
    start: int
    stop: int

    @classmethod
    def make(cls, work: Callable[[int, int], object], start: int, stop: int) -> _Copy:
        parent = os.getpid()
        reading, writing = os.pipe()
        try:
            with warnings.catch_warnings():
                # From 3.12 on Python warns of any thread; the only other one here holds no lock.
                warnings.simplefilter("ignore", DeprecationWarning)
                process = os.fork()
        except OSError:
            os.close(reading)
            os.close(writing)
            raise
        if process == 0:  # pragma: no cover - in the copy
            try:
                threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
                os.close(reading)
                with os.fdopen(writing, "wb") as file:
                    pickle.dump(work(start, stop), file, pickle.HIGHEST_PROTOCOL)
                os._exit(0)
            finally:
                # Nothing of what the process itself would do at its end.
                os._exit(1)
        os.close(writing)
        return cls(process, os.fdopen(reading, "rb"), start, stop)

    def finish(self, work: Callable[[int, int], T]) -> T:
        """The result."""
        data = self.result.read()
        _, status = os.waitpid(self.process, 0)
        if status:
            return work(self.start, self.stop)
        found: T = pickle.loads(data)  # noqa: S301 - from a copy of this very process
        return found

    def end(self) -> None:
        """End it, if it has not been finished."""
        self.result.close()
        with suppress(ProcessLookupError, ChildProcessError):
            if os.waitpid(self.process, os.WNOHANG)[0] == 0:
                os.kill(self.process, signal.SIGKILL)
                os.waitpid(self.process, 0)
