"""Sharing: work on numbered things, shared with copies of this process."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any, BinaryIO, NamedTuple, TypeVar

LEAST = 1000
"""Fewer things are not worth a copy: it takes a tenth of a second to make one and to hear from it."""

MOST = 40_000
"""Of more things the results, which a copy has to tell, and the memory of copies would be too much."""

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
    shares = _count_shares() if LEAST <= count <= MOST else 1
    ranges = list(pairwise(count * number // shares for number in range(shares + 1)))
    copies = [_Copy.make(work, *one) for one in ranges[1:]]
    try:
        results = [work(*ranges[0])]
        results += [copy.finish(work) for copy in copies]
    finally:
        for copy in copies:
            copy.end()
    return results


def _count_shares() -> int:
    """As many as there are cores, where a process can be copied safely; otherwise 1."""
    # Forked, the system's own libraries on macOS fail, and so may whatever holds a lock in another thread.
    if sys.platform != "linux" or threading.active_count() > _THREADS:
        return 1
    return len(os.sched_getaffinity(0))


class _Copy(NamedTuple):
    """A copy of this process, at work on a range."""

    process: int
    result: BinaryIO
    start: int
    stop: int

    @classmethod
    def make(cls, work: Callable[[int, int], object], start: int, stop: int) -> _Copy:
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:  # pragma: no cover - in the copy
            try:
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
