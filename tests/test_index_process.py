"""Index process: an index made beside a build, which can be ended at any moment without a trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from broadsheet.index_process import Indexing, LateIndexing
from broadsheet.indexing import build_search_index
from broadsheet.records import Record
from sites import read_tree

RECORDS = [Record(f"{number}/", f"Note {number}", "Words.", day="2026-01-18", at="2026") for number in range(20)]
PAGES = [Record("about/", "About us", "We print.")]
MANY = [replace(RECORDS[0], url=f"{number}/", text="word " * 200) for number in range(5000)]


@pytest.fixture(autouse=True)
def jobs(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files that tell a process of its job are; none may stay there."""
    folder = tmp_path_factory.mktemp("jobs")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def run(records: list[Record], site: Path, rest: list[Record], told: list[str], cache: Path | None = None) -> bool:
    indexing = Indexing(records, site, "en", told.append, cache)
    indexing.finish(rest)
    return indexing.wait()


def test_the_index_is_the_one_that_is_made_here(tmp_path: Path, jobs: Path) -> None:
    told: list[str] = []
    assert run(RECORDS, tmp_path / "beside", PAGES, told)
    for name in ("kept", "taken"):
        assert run(RECORDS, tmp_path / name, PAGES, told, tmp_path / "cache")
    assert len(list((tmp_path / "cache/search").iterdir())) == 2
    build_search_index([*PAGES, *RECORDS], tmp_path / "here", "en")
    for name in ("beside", "kept", "taken"):
        assert read_tree(tmp_path / name) == read_tree(tmp_path / "here")
    assert (told, list(jobs.iterdir())) == ([], [])
    assert not [thread for thread in threading.enumerate() if thread.name == "search index"]


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("finished", [False, True])
def test_what_is_stopped_has_no_effect(seconds: float, finished: bool, tmp_path: Path, jobs: Path) -> None:
    told: list[str] = []
    indexing = Indexing(MANY, tmp_path, "en", told.append)
    if finished:
        indexing.finish(PAGES)
    time.sleep(seconds)
    indexing.stop()
    assert (told, list(tmp_path.iterdir()), list(jobs.iterdir())) == ([], [], [])
    assert not indexing.wait()


def test_nothing_takes_its_place_before_it_may(tmp_path: Path) -> None:
    told: list[str] = []
    indexing = Indexing(RECORDS, tmp_path, "en", told.append)
    indexing.finish(PAGES, leave=False)
    wait_until(lambda: any(tmp_path.glob(".search-*/records.sha256")))
    time.sleep(0.2)
    assert not (tmp_path / "pagefind").exists()
    assert indexing.running
    indexing.leave()
    assert indexing.wait()
    assert [path.name for path in tmp_path.iterdir()] == ["pagefind"]
    other = Indexing(RECORDS[1:], tmp_path, "en", told.append)
    other.finish(leave=False)
    before = read_tree(tmp_path)
    other.stop()
    assert (read_tree(tmp_path), told) == (before, [])


def test_nothing_of_it_is_in_the_site_while_it_is_made_elsewhere(tmp_path: Path, jobs: Path) -> None:
    site, room = tmp_path / "site", tmp_path / "room"
    room.mkdir()
    indexing = Indexing(RECORDS, site, "en", print, make_in=room)
    indexing.finish(PAGES, leave=False)
    wait_until(lambda: any(room.glob(".search-*/records.sha256")))
    # What tells the process of its job would stay in the directory for temporary files if the build were killed.
    assert (site.exists(), list(jobs.iterdir())) == (False, [])
    indexing.leave()
    assert indexing.wait()
    assert [path.name for path in site.iterdir()] == ["pagefind"]
    assert list(room.iterdir()) == []


def test_what_is_finished_cannot_be_stopped(tmp_path: Path) -> None:
    indexing = Indexing(RECORDS, tmp_path, "en", print)
    indexing.finish()
    assert indexing.wait()
    indexing.stop()
    assert [path.name for path in tmp_path.iterdir()] == ["pagefind"]


def test_what_there_is_to_do_can_be_found_out_later(tmp_path: Path) -> None:
    def begin(_: Indexing | None) -> Indexing:
        indexing = Indexing(RECORDS, tmp_path, "en", print, gently=True)
        indexing.finish()
        return indexing

    assert LateIndexing(lambda _: None).wait()
    LateIndexing(begin).stop()
    assert list(tmp_path.iterdir()) == []
    late = LateIndexing(begin)
    assert late.wait()
    late.stop()
    assert [path.name for path in tmp_path.iterdir()] == ["pagefind"]


def test_what_is_under_way_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.index_process._PATIENCE", 0.0)
    indexing = Indexing(MANY, tmp_path, "en", print, gently=True)
    indexing.finish()
    first = LateIndexing(lambda _: indexing)
    while first._thread.is_alive():
        time.sleep(0.01)
    seen: list[Indexing | None] = []

    def keep(under_way: Indexing | None) -> Indexing | None:
        seen.append(under_way)
        return under_way

    second = LateIndexing(keep, first)
    second._thread.join()
    assert (seen, indexing.running, indexing.records) == ([indexing], True, MANY)
    second.stop()
    assert (indexing.running, list(tmp_path.iterdir())) == (False, [])


def test_faults_are_told_and_leave_the_old_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: Path) -> None:
    told: list[str] = []
    assert run(RECORDS, tmp_path, [], told)
    before = read_tree(tmp_path)
    monkeypatch.setenv("PAGEFIND_BINARY_PATH", str(tmp_path / "none"))
    assert not run(RECORDS[1:], tmp_path, PAGES, told)
    blocked = tmp_path / "file"
    blocked.write_text("no directory")
    # A build ends with what is wrong with the disk, a server says it.
    for gently in (False, True):
        indexing = Indexing(RECORDS, blocked, "en", told.append, gently=gently)
        indexing.finish()
        assert not indexing.wait()
        assert indexing.disk_fault.startswith("" if gently else "no search index: ")
    assert "none does not run (No such file or directory): install Pagefind" in told[0]
    assert told[1].startswith("no search index: ")
    blocked.unlink()
    assert (read_tree(tmp_path), len(told), list(jobs.iterdir())) == (before, 2, [])


def test_a_process_that_is_killed_is_told_of(tmp_path: Path) -> None:
    told: list[str] = []
    indexing = Indexing(MANY, tmp_path, "en", told.append)
    indexing._process.kill()
    indexing.finish()
    assert not indexing.wait()
    assert told == ["no search index: what makes it has ended with code -9"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("finished", [False, True])
def test_it_ends_with_the_build_that_wanted_it(finished: bool, tmp_path: Path) -> None:
    code = f"""
import time
from pathlib import Path
from broadsheet.index_process import Indexing, LateIndexing
from broadsheet.records import Record
records = [Record(f"{{number}}/", "Title", "word " * 200, day="2026") for number in range(5000)]
indexing = Indexing(records, Path({str(tmp_path / "site")!r}), "en", print)
if {finished}:
    indexing.finish()
print(indexing._process.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    wait_until(lambda: len(find_children(child)) == 1)
    programs = find_children(child)
    parent.send_signal(signal.SIGKILL)
    assert parent.communicate()[1] == ""
    wait_until(lambda: not any(is_running(one) for one in (child, *programs)))
    assert list((tmp_path / "site").iterdir()) == []


def test_a_fault_that_nobody_wants_to_know_any_more_is_not_told(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "broadsheet.index_process", str(tmp_path / "no-job")]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (2, b"")


def find_children(process: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except FileNotFoundError:
        return []


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(done: object) -> None:
    end = time.monotonic() + 20
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)
