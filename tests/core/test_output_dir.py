"""Output directory: staging directories beside the site, and the files of a site."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from broadsheet.core.output_dir import is_process_alive, list_site_files, make_staging_dir, record_pages
from file_trees import write
from sites import read_tree


def test_a_staging_directory_lies_beside_the_site_and_is_empty(tmp_path: Path) -> None:
    staging = make_staging_dir(tmp_path / "site")
    assert staging.parent == tmp_path
    write(staging, {"a": b"1"})
    assert make_staging_dir(tmp_path / "site") == staging
    assert list(staging.iterdir()) == []


def test_what_dead_processes_have_left_goes_and_that_of_living_ones_stays(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    living = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    try:
        for name in (ended.pid, living.pid, "x", ""):
            write(tmp_path, {f".site.part-{name}/a": b"1"})
        write(tmp_path, {f".other.part-{ended.pid}/a": b"1", "site.part-1/a": b"1"})
        staging = make_staging_dir(tmp_path / "site")
        alive = f".site.part-{living.pid}"
        assert {path.name for path in tmp_path.iterdir()} == {
            *(staging.name, alive, f".other.part-{ended.pid}", "site.part-1"),
        }
        assert read_tree(tmp_path / alive) == {"a": b"1"}
    finally:
        living.communicate()


@pytest.mark.parametrize("name", ["site", "[site]", "a*b", "site?", "out put", ".site"])
def test_what_was_left_goes_whatever_the_name_of_the_site(name: str, tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    write(tmp_path, {f".{name}.part-{ended.pid}/a": b"1"})
    staging = make_staging_dir(tmp_path / name)
    assert list(tmp_path.iterdir()) == [staging]


def test_a_site_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert list_site_files(tmp_path / "nowhere") == {}


def test_nobody_is_ended_to_find_out_whether_he_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_process_alive(str(os.getpid()))
    assert not is_process_alive("999999999")
    assert not is_process_alive("x")

    def end(*_: int) -> None:
        raise AssertionError("a signal was sent")

    monkeypatch.setattr("broadsheet.core.output_dir._KILL_ENDS_PROCESS", True)
    monkeypatch.setattr(os, "kill", end)
    assert is_process_alive("999999999")


def test_the_record_of_a_page_changes_when_its_digest_changes_or_its_file_is_touched(tmp_path: Path) -> None:
    write(tmp_path, {"a": b"1", "b/c": b"2"})
    digests = {"a": b"x", "b/c": b"y", "gone": b"z"}
    record = record_pages(digests, list_site_files(tmp_path))
    assert record.keys() == {"a", "b/c"}
    assert record_pages(digests, list_site_files(tmp_path)) == record
    changed = record_pages({**digests, "a": b"other"}, list_site_files(tmp_path))
    assert (changed["a"] != record["a"], changed["b/c"]) == (True, record["b/c"])
    (tmp_path / "b/c").write_bytes(b"3")
    touched = record_pages(digests, list_site_files(tmp_path))
    assert (touched["a"], touched["b/c"] != record["b/c"]) == (record["a"], True)
    (tmp_path / "a").unlink()
    assert record_pages(digests, list_site_files(tmp_path)).keys() == {"b/c"}
