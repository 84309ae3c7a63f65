"""Alarm: has something done when a moment has come, by a clock that is handed in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

LONGEST = 60.0
"""Seconds until the clock is asked again: it may have been set, or the machine may have slept."""

_SHORTEST = 0.01


class ClockTimer:
    """Rings once for the moment that was set last. It keeps no process from ending."""

    def __init__(self, clock: Callable[[], datetime], ring: Callable[[], None]) -> None:
        """Take the clock, and what to do when the moment has come; that is called in a thread of its own."""
        self._clock = clock
        self._ring = ring
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def set(self, moment: datetime | None) -> None:
        """Ring at a moment, and not at the one that was set before; never, if there is none."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
            if moment is not None:
                self._wait(moment)

    def _wait(self, moment: datetime) -> None:
        left = (moment - self._clock()).total_seconds()
        timer = threading.Timer(min(max(left, _SHORTEST), LONGEST), lambda: self._look(moment, timer))
        timer.daemon = True
        self._timer = timer
        timer.start()

    def _look(self, moment: datetime, timer: threading.Timer) -> None:
        with self._lock:
            if self._timer is not timer:
                return
            if self._clock() < moment:
                self._wait(moment)
                return
            self._timer = None
        self._ring()
