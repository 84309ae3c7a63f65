"""Limits: run a function with a limit on the processor time and the memory that it may use.

The limit is kept with a timer signal. Python handles signals between two instructions, and its regular expressions
look for them while they search, so even a pattern that would search for years is interrupted. Python handles signals
in the main thread only: elsewhere, and on Windows, which has no such timer, nothing is limited (see `can_limit`).

Compiled code that does not look for signals, such as a parser in Rust, cannot be interrupted. The system can only end
the whole process: see `end_process_beyond`.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import thread_time
from types import FrameType
from typing import TypeVar

MAX_SECONDS: float = 2
MAX_MEGABYTES: float = 200

_Result = TypeVar("_Result")
_CHECK_SECONDS = 0.05
"""Processor time between two checks of what has been used."""
_KILL_FACTOR = 1.25
"""The system ends a process that has used this many times the limits."""
_LOCKING_PACKAGES = frozenset({"_frozen_importlib", "coverage", "importlib", "logging", "threading"})
"""Packages with functions that take a lock and release it in another function: an error raised in the middle of one
would leave the lock taken, and the process would wait for it for ever."""
_MEGABYTE = 1_000_000
_MEMORY = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Limits:
    """The processor time and the memory that a function may use."""

    seconds: float = MAX_SECONDS
    """Processor time of the thread, which does not depend on how busy the machine is."""
    megabytes: float = MAX_MEGABYTES
    """Megabytes by which the process may grow; checked on Linux only."""


class LimitError(BaseException):
    """A function has used more than its limits; the text says which limit.

    This is no `Exception`, as extensions of Markdown catch those and go on.
    """


def can_limit() -> bool:
    """Whether this thread can limit what a function uses."""
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()


def run_limited(function: Callable[[], _Result], limits: Limits) -> _Result:
    """Run a function and return its result. Without limits, where this thread cannot have limits (see `can_limit`).

    The error is raised wherever the function is at that moment. Code that catches it, or that Python lets raise
    nothing (`__del__`, functions that Rust or C call), gets the error again at each check, and when the function
    returns in spite of it, it is raised here.

    Raises:
        LimitError: when the function uses more than the limits.

    """
    if not can_limit():
        return function()
    usage = _Usage(limits)
    former_hook = sys.unraisablehook

    def ignore_limit_error(unraisable: sys.UnraisableHookArgs) -> None:
        # Python cannot raise the error there. The next check raises it again.
        if not isinstance(unraisable.exc_value, LimitError):
            former_hook(unraisable)

    former_handler = signal.signal(signal.SIGPROF, usage.check)
    former_timer = signal.setitimer(signal.ITIMER_PROF, _CHECK_SECONDS, _CHECK_SECONDS)
    try:
        sys.unraisablehook = ignore_limit_error
        try:
            result = function()
        finally:
            usage.ended = True
    finally:
        # Again: a check may have raised in the line above.
        usage.ended = True
        signal.setitimer(signal.ITIMER_PROF, 0)
        # Ignore a pending signal first: without a handler it would end the process.
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
        signal.signal(signal.SIGPROF, former_handler if former_handler is not None else signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, *former_timer)
        sys.unraisablehook = former_hook
    if usage.excess:
        raise LimitError(usage.excess)
    return result


def find_failure(
    functions: Iterable[Callable[[], object]], limits: Limits, seconds: float, error_type: type[BaseException]
) -> int | None:
    """Run functions one after another, each with `limits`; return the number of the first that raises `error_type`.

    None when no function raises it, when all have taken `seconds`, or when a function uses more than the limits and
    that is not the error to look for.
    """
    end = thread_time() + seconds
    for number, function in enumerate(functions):
        try:
            run_limited(function, limits)
        except error_type:
            return number
        except LimitError:
            return None
        if thread_time() > end:
            break
    return None


@contextmanager
def end_process_beyond(limits: Limits) -> Iterator[None]:
    """Have the system end this process when it uses a quarter more than the limits.

    This works in the middle of compiled code too. For helper processes only. Memory is limited on Linux alone.
    """
    resource = import_module("resource")
    used = resource.getrusage(resource.RUSAGE_SELF)
    maxima = {resource.RLIMIT_CPU: math.ceil(used.ru_utime + used.ru_stime + limits.seconds * _KILL_FACTOR)}
    if sys.platform == "linux":
        maxima[resource.RLIMIT_DATA] = int((_measure_memory() + limits.megabytes * _KILL_FACTOR) * _MEGABYTE)
    former = {kind: resource.getrlimit(kind) for kind in maxima}
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    for kind, value in maxima.items():
        resource.setrlimit(kind, (value, former[kind][1]))
    try:
        yield
    finally:
        for kind, values in former.items():
            resource.setrlimit(kind, values)


class _Usage:
    """Measures the time and memory used since it was created."""

    def __init__(self, limits: Limits) -> None:
        self.ended = False
        self.excess = ""
        """The limit that was exceeded, in words; empty until then."""
        self._limits = limits
        self._started = thread_time()
        self._memory: float | None = None

    def check(self, _signal: int, frame: FrameType | None) -> None:
        """Raise `LimitError` when too much has been used; the next check does so where a lock may be held now."""
        if self.ended:
            return
        limits = self._limits
        if thread_time() - self._started > limits.seconds:
            self.excess = f"{limits.seconds:g} s of processor time"
        memory = _measure_memory()
        # The first check comes so early that the function has used little memory by then.
        self._memory = memory if self._memory is None else self._memory
        if memory - self._memory > limits.megabytes:
            self.excess = f"{limits.megabytes:g} MB of memory"
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0] if frame else ""
        if self.excess and package not in _LOCKING_PACKAGES:
            raise LimitError(self.excess)


def _measure_memory() -> float:
    """Return the memory of this process in megabytes; 0 where the system does not report it."""
    try:
        return int(_MEMORY.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE
    except (OSError, IndexError, ValueError):
        return 0.0
