"""Tests of `processes`: work in forked copies gives the results that this process alone would give."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from broadsheet.core import processes
from broadsheet.core.processes import MAX_ITEMS, MIN_ITEMS, map_in_forks, map_in_process, run_in_forks
from hypothesis import given, settings
from hypothesis import strategies as st

HERE = os.getpid()


@pytest.fixture(autouse=True)
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use three processes, though other tests (browsers) may have left threads in this process."""
    monkeypatch.setattr(processes, "count_cores", lambda: 3)
    monkeypatch.setattr(processes, "_may_fork", lambda: True)


def list_numbers(start: int, stop: int) -> list[tuple[int, int]]:
    return [(number, os.getpid()) for number in range(start, stop)]


@pytest.mark.parametrize("count", [MIN_ITEMS, MIN_ITEMS + 1, MIN_ITEMS + 2, 2 * MIN_ITEMS])
def test_every_item_is_processed_once_in_order_by_several_processes(count: int) -> None:
    items = [item for part in map_in_forks(list_numbers, count) for item in part]
    assert [number for number, _ in items] == list(range(count))
    assert items[0][1] == os.getpid()
    # One forked process may have done the work of two.
    assert 2 <= len({process for _, process in items}) <= min(3, count // 500)


@pytest.mark.parametrize("count", [0, 1, MIN_ITEMS - 1, MAX_ITEMS + 1])
def test_too_few_and_too_many_items_are_processed_here(count: int) -> None:
    parts = map_in_forks(list_numbers, count)
    assert parts == map_in_process(list_numbers, count)


def test_the_work_of_a_process_that_dies_is_done_here() -> None:
    def work(start: int, stop: int) -> list[tuple[int, int]]:
        if os.getpid() != HERE:
            os.kill(os.getpid(), signal.SIGKILL)
        return list_numbers(start, stop)

    parts = map_in_forks(work, MIN_ITEMS)
    assert [item for part in parts for item in part] == list_numbers(0, MIN_ITEMS)


def test_a_result_of_megabytes_arrives_complete() -> None:
    parts = map_in_forks(lambda start, stop: bytes(stop - start) * 20_000, MIN_ITEMS)
    assert sum(map(len, parts)) == MIN_ITEMS * 20_000


@pytest.mark.parametrize("everywhere", [True, False])
def test_an_error_is_raised_and_no_process_is_left(everywhere: bool) -> None:
    def work(start: int, stop: int) -> None:
        if everywhere or start == 0:
            raise KeyError(start)
        signal.pause()

    with pytest.raises(KeyError):
        map_in_forks(work, MIN_ITEMS)
    assert multiprocessing.active_children() == []


def test_an_error_in_a_forked_process_is_raised_here() -> None:
    def work(start: int, stop: int) -> None:
        if os.getpid() != HERE:
            raise KeyError(start)

    with pytest.raises(KeyError):
        map_in_forks(work, MIN_ITEMS)
    assert multiprocessing.active_children() == []


def test_copies_are_made_before_the_block_begins_and_end_with_it() -> None:
    value = ["before"]
    with run_in_forks(lambda start, stop: (value[0], os.getpid()), [(0, 1), (1, 2)], 1) as results:
        value[0] = "after"
        texts = {text for _, (text, process) in results if process != HERE}
    assert texts == {"before"}
    with run_in_forks(lambda start, stop: signal.pause(), [(0, 1)], 1):
        assert len(multiprocessing.active_children()) == 1
    assert multiprocessing.active_children() == []


def test_work_is_done_here_when_no_more_processes_can_start(monkeypatch: pytest.MonkeyPatch) -> None:
    fork, made = os.fork, list[int]()

    def fail() -> int:
        if made:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        made.append(1)
        return fork()

    monkeypatch.setattr(os, "fork", fail)
    parts = map_in_forks(list_numbers, 2 * MIN_ITEMS)
    assert [item for part in parts for item in part] == list_numbers(0, 2 * MIN_ITEMS)
    assert len(made) == 1
    assert multiprocessing.active_children() == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks here")
def test_a_forked_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    code = f"""
import os, signal, time
from pathlib import Path
from broadsheet.core import processes
processes.count_cores = lambda: 2
here = os.getpid()

def work(start, stop):
    if os.getpid() == here:
        while not Path({str(pid_file)!r}).exists():
            time.sleep(0.01)
        os.kill(here, signal.SIGKILL)
    Path({str(pid_file)!r} + "~").write_text(str(os.getpid()))
    os.replace({str(pid_file)!r} + "~", {str(pid_file)!r})
    time.sleep(60)

processes.map_in_forks(work, processes.MIN_ITEMS)
"""
    path = os.pathsep.join(map(str, sys.path))
    subprocess.run([sys.executable, "-c", code], check=False, timeout=30, env={**os.environ, "PYTHONPATH": path})
    pid = int(pid_file.read_text())
    end = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < end, "it still runs without its parent"
        time.sleep(0.05)


@pytest.mark.parametrize("obstacle", ["thread", "macOS"])
def test_a_process_is_not_forked_with_threads_nor_on_macos(obstacle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    if obstacle == "macOS":
        monkeypatch.setattr(sys, "platform", "darwin")
        monkeypatch.setattr(threading, "enumerate", lambda: [threading.main_thread()])
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        assert map_in_forks(list_numbers, MIN_ITEMS) == map_in_process(list_numbers, MIN_ITEMS)
        with run_in_forks(list_numbers, [(0, 2), (2, 4)], 2) as results:
            assert [numbers for _, numbers in results] == [list_numbers(0, 2), list_numbers(2, 4)]
    finally:
        ended.set()
        thread.join()


@settings(max_examples=20, deadline=None)
@given(count=st.integers(MIN_ITEMS, MIN_ITEMS + 50), shares=st.integers(1, 5))
def test_the_number_of_processes_makes_no_difference(count: int, shares: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "count_cores", lambda: shares)
        parts = map_in_forks(lambda start, stop: list(range(start, stop)), count)
    assert len(parts) == min(shares, count // 500)
    assert [number for part in parts for number in part] == list(range(count))
