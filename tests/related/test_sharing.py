"""Sharing: ranges of work done by copies of this process come to what this process alone would make."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from broadsheet.related import sharing
from broadsheet.related.sharing import LEAST, MOST, share_with_copies, work_alone
from hypothesis import given, settings
from hypothesis import strategies as st

HERE = os.getpid()


@pytest.fixture(autouse=True)
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three cores, and no thread that matters: those of other tests' browsers do nothing here."""
    monkeypatch.setattr(sharing, "_count_shares", lambda: 3)


def list_numbers(start: int, stop: int) -> list[tuple[int, int]]:
    return [(number, os.getpid()) for number in range(start, stop)]


@pytest.mark.parametrize("count", [LEAST, LEAST + 1, LEAST + 2, 2 * LEAST])
def test_every_number_is_worked_on_once_in_order_and_elsewhere_too(count: int) -> None:
    found = [one for part in share_with_copies(list_numbers, count) for one in part]
    assert [number for number, _ in found] == list(range(count))
    assert len({process for _, process in found}) == min(3, count // 500)
    assert found[0][1] == os.getpid()


@pytest.mark.parametrize("count", [0, 1, LEAST - 1, MOST + 1])
def test_few_things_and_too_many_are_worked_on_here(count: int) -> None:
    parts = share_with_copies(list_numbers, count)
    assert parts == work_alone(list_numbers, count)


def test_what_a_copy_leaves_when_it_dies_is_done_here() -> None:
    def work(start: int, stop: int) -> list[tuple[int, int]]:
        if os.getpid() != HERE:
            os.kill(os.getpid(), signal.SIGKILL)
        return list_numbers(start, stop)

    parts = share_with_copies(work, LEAST)
    assert [one for part in parts for one in part] == list_numbers(0, LEAST)


def test_a_result_of_megabytes_comes_whole() -> None:
    parts = share_with_copies(lambda start, stop: bytes(stop - start) * 20_000, LEAST)
    assert sum(map(len, parts)) == LEAST * 20_000


@pytest.mark.parametrize("everywhere", [True, False])
def test_what_the_work_raises_is_raised_and_no_copy_is_left(everywhere: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    copies, fork = list[int](), os.fork

    def remember() -> int:
        copies.append(fork())
        return copies[-1]

    monkeypatch.setattr(os, "fork", remember)

    def work(start: int, stop: int) -> None:
        if everywhere or start:
            raise KeyError(start)
        signal.pause() if os.getpid() != HERE else None

    with pytest.raises(KeyError):
        share_with_copies(work, LEAST)
    assert len(copies) == 1
    for copy in copies:
        with pytest.raises(ChildProcessError):
            os.waitpid(copy, os.WNOHANG)


def test_where_the_system_makes_no_more_processes_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    fork, made = os.fork, list[int]()

    def fail() -> int:
        if made:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        made.append(1)
        return fork()

    monkeypatch.setattr(os, "fork", fail)
    parts = share_with_copies(list_numbers, 2 * LEAST)
    assert [number for part in parts for number, _ in part] == list(range(2 * LEAST))
    assert [len({process for _, process in part}) for part in parts] == [1, 1, 1]
    assert [part[0][1] == os.getpid() for part in parts] == [True, False, True]


@pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux alone")
def test_a_copy_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    told = tmp_path / "copy"
    code = f"""
import os, signal, time
from pathlib import Path
from broadsheet.related import sharing
sharing._count_shares = lambda: 2
here = os.getpid()

def work(start, stop):
    if os.getpid() == here:
        while not Path({str(told)!r}).exists():
            time.sleep(0.01)
        os.kill(here, signal.SIGKILL)
    Path({str(told)!r} + "~").write_text(str(os.getpid()))
    os.replace({str(told)!r} + "~", {str(told)!r})
    time.sleep(60)

sharing.share_with_copies(work, sharing.LEAST)
"""
    path = os.pathsep.join(map(str, sys.path))
    subprocess.run([sys.executable, "-c", code], check=False, timeout=30, env={**os.environ, "PYTHONPATH": path})
    copy = int(told.read_text())
    end = time.monotonic() + 20
    while Path(f"/proc/{copy}").exists() and "State:\tZ" not in Path(f"/proc/{copy}/status").read_text():
        assert time.monotonic() < end, "it goes on without its parent"
        time.sleep(0.05)


def test_a_process_with_threads_of_its_own_is_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(3), raising=False)
    ended = threading.Event()
    threads = [threading.Thread(target=ended.wait) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        assert share_with_copies(list_numbers, LEAST) == work_alone(list_numbers, LEAST)
    finally:
        ended.set()
        for thread in threads:
            thread.join()


@settings(max_examples=20, deadline=None)
@given(count=st.integers(LEAST, LEAST + 50), shares=st.integers(1, 5))
def test_any_number_of_copies_comes_to_the_same(count: int, shares: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sharing, "_count_shares", lambda: shares)
        parts = share_with_copies(lambda start, stop: list(range(start, stop)), count)
    assert len(parts) == min(shares, count // 500)
    assert [number for part in parts for number in part] == list(range(count))
