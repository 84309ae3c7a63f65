"""The alarm: what rings, and what does not, by a clock that the tests set."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import datetime, timedelta

import broadsheet.serve.timer
import pytest
from broadsheet.serve.timer import ClockTimer
from makers import NOW
from sites import ROOT

LATER = NOW + timedelta(hours=1)


class Clock:
    """Shows what it is set to, and notes that it was looked at."""

    def __init__(self) -> None:
        self.shows = NOW
        self.looked = threading.Event()

    def __call__(self) -> datetime:
        self.looked.set()
        return self.shows


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is looked at without end, as if it were each minute."""
    monkeypatch.setattr(broadsheet.serve.timer, "LONGEST", 0.005)


def test_it_rings_once_when_the_clock_shows_the_moment_and_not_before() -> None:
    clock, rung = Clock(), threading.Semaphore(0)
    alarm = ClockTimer(clock, rung.release)
    alarm.set(LATER)
    for _ in range(3):
        clock.looked.clear()
        assert clock.looked.wait(10)
    assert not rung.acquire(blocking=False)
    clock.shows = LATER
    assert rung.acquire(timeout=10)
    assert not rung.acquire(timeout=0.05)


def test_a_moment_that_has_passed_rings_at_once() -> None:
    rung = threading.Event()
    ClockTimer(Clock(), rung.set).set(NOW - timedelta(days=1))
    assert rung.wait(10)


def test_what_is_set_later_takes_the_place_of_what_was_set() -> None:
    clock, rung = Clock(), threading.Event()
    alarm = ClockTimer(clock, rung.set)
    for moment in (LATER + timedelta(hours=1), None):
        alarm.set(LATER)
        alarm.set(moment)
        clock.shows = LATER
        assert not rung.wait(0.05)
        clock.shows = NOW


def test_it_keeps_no_process_from_ending() -> None:
    code = (
        "from datetime import datetime, timedelta; from broadsheet.serve.timer import ClockTimer\n"
        "Alarm(lambda: datetime.min, print).set(datetime.max)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "hooks", timeout=30, capture_output=True, check=True)
    assert done.stdout == b""
