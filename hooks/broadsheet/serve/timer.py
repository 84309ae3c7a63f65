"""A timer that calls a function when a clock, which is passed in, shows a moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

MAX_WAIT = 60.0
"""Seconds until the clock is read again: somebody may have set the clock, or the machine may have slept."""

_MIN_WAIT = 0.01


class ClockTimer:
    """Calls a function once, at the moment that was set last. It does not keep the process from ending."""

    def __init__(self, clock: Callable[[], datetime], callback: Callable[[], None]) -> None:
        """Take the clock, and the function to call; it is called in a thread of its own."""
        self._clock = clock
        self._callback = callback
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def set(self, moment: datetime | None) -> None:
        """Wait for this moment instead of the moment that was set before; None: wait for none."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
            if moment is not None:
                self._wait(moment)

    def _wait(self, moment: datetime) -> None:
        seconds = (moment - self._clock()).total_seconds()
        timer = threading.Timer(min(max(seconds, _MIN_WAIT), MAX_WAIT), lambda: self._check(moment, timer))
        timer.daemon = True
        self._timer = timer
        timer.start()

    def _check(self, moment: datetime, timer: threading.Timer) -> None:
        with self._lock:
            if self._timer is not timer:
                return
            if self._clock() < moment:
                self._wait(moment)
                return
            self._timer = None
        self._callback()
