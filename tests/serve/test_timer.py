"""The timer, with a clock that the tests set."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import datetime, timedelta

import broadsheet.serve.timer
import pytest
from broadsheet.serve.timer import ClockTimer
from content_factory import NOW
from sites import ROOT

LATER = NOW + timedelta(hours=1)


class Clock:
    """Shows the time that a test sets, and notes that it was read."""

    def __init__(self) -> None:
        self.time = NOW
        self.was_read = threading.Event()

    def __call__(self) -> datetime:
        self.was_read.set()
        return self.time


@pytest.fixture(autouse=True)
def _read_clock_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the clock every 5 ms, not every minute."""
    monkeypatch.setattr(broadsheet.serve.timer, "MAX_WAIT", 0.005)


def test_the_callback_runs_once_at_the_moment_and_not_before() -> None:
    clock, called = Clock(), threading.Semaphore(0)
    timer = ClockTimer(clock, called.release)
    timer.set(LATER)
    for _ in range(3):
        clock.was_read.clear()
        assert clock.was_read.wait(10)
    assert not called.acquire(blocking=False)
    clock.time = LATER
    assert called.acquire(timeout=10)
    assert not called.acquire(timeout=0.05)


def test_a_moment_in_the_past_calls_at_once() -> None:
    called = threading.Event()
    ClockTimer(Clock(), called.set).set(NOW - timedelta(days=1))
    assert called.wait(10)


def test_a_later_moment_replaces_the_earlier_one() -> None:
    clock, called = Clock(), threading.Event()
    timer = ClockTimer(clock, called.set)
    for moment in (LATER + timedelta(hours=1), None):
        timer.set(LATER)
        timer.set(moment)
        clock.time = LATER
        assert not called.wait(0.05)
        clock.time = NOW


def test_a_waiting_timer_does_not_keep_the_process_alive() -> None:
    code = (
        "from datetime import datetime, timedelta; from broadsheet.serve.timer import ClockTimer\n"
        "ClockTimer(lambda: datetime.min, print).set(datetime.max)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "hooks", timeout=30, capture_output=True, check=True)
    assert done.stdout == b""
