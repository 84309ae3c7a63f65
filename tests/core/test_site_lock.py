"""Site lock: builds of one site run one after the other, and a killed one never stands in the way."""

from __future__ import annotations

import errno
import importlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from broadsheet.core.site_lock import SiteLock

# Says what it waits for, then that it has the lock, and holds that until its input ends.
OTHER = """
import sys
from pathlib import Path
from broadsheet.core.site_lock import SiteLock
lock = SiteLock(lambda text: print(text, flush=True))
waited = lock.take(Path(sys.argv[1]))
print("locked", waited, flush=True)
sys.stdin.read()
lock.release()
"""


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that are ended with the test."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()


def start(site: Path, processes: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", OTHER, str(site)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=site.parent)
    processes.append(process)
    return process


def read(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_second_build_waits_and_says_so_and_nothing_is_left(
    tmp_path: Path, processes: list[subprocess.Popen[str]]
) -> None:
    site = tmp_path / "site"
    first = start(site, processes)
    assert read(first) == "locked False"
    second, third = start(site, processes), start(site, processes)
    message = "waiting for another build of 'site' to end"
    assert (read(second), read(third)) == (message, message)
    first.communicate()
    # One of them gets it, of a file that the first has removed, and then the other.
    for process in (second, third):
        assert process.stdin is not None
        process.stdin.close()
    assert (read(second), read(third)) == ("locked True", "locked True")
    assert (second.wait(), third.wait()) == (0, 0)
    assert list(tmp_path.iterdir()) == []


def test_a_build_that_is_killed_does_not_stand_in_the_way(
    tmp_path: Path, processes: list[subprocess.Popen[str]]
) -> None:
    site = tmp_path / "site"
    first = start(site, processes)
    read(first)
    second = start(site, processes)
    assert read(second).startswith("waiting")
    first.kill()
    assert read(second) == "locked True"
    second.kill()
    second.wait()
    (lock_file,) = tmp_path.iterdir()
    assert not stat.S_IMODE(lock_file.stat().st_mode) & 0o022
    lock = SiteLock(print)
    assert not lock.take(site)
    lock.release()
    assert list(tmp_path.iterdir()) == []


def test_control_c_ends_the_wait(tmp_path: Path, processes: list[subprocess.Popen[str]]) -> None:
    site = tmp_path / "site"
    first = start(site, processes)
    read(first)
    second = start(site, processes)
    assert read(second).startswith("waiting")
    second.send_signal(signal.SIGINT)
    _, errors = second.communicate(timeout=60)
    assert errors.rstrip().endswith("KeyboardInterrupt")
    # That of the first is still there.
    third = start(site, processes)
    assert read(third).startswith("waiting")
    first.communicate()
    assert read(third) == "locked True"


def test_builds_within_one_process_do_not_wait_for_one_another(tmp_path: Path) -> None:
    messages: list[str] = []
    first, second = SiteLock(messages.append), SiteLock(messages.append)
    assert not first.take(tmp_path / "site")
    assert not first.take(tmp_path / "site")
    assert not second.take(tmp_path / "site")
    second.release()
    first.release()
    first.release()
    assert (messages, list(tmp_path.iterdir())) == ([], [])


def test_two_sites_of_one_directory_do_not_wait_for_one_another(
    tmp_path: Path, processes: list[subprocess.Popen[str]]
) -> None:
    first, second = start(tmp_path / "one", processes), start(tmp_path / "two", processes)
    assert (read(first), read(second)) == ("locked False", "locked False")


def test_a_link_to_the_site_is_the_same_site(tmp_path: Path, processes: list[subprocess.Popen[str]]) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    first, second = start(tmp_path / "real", processes), start(tmp_path / "link", processes)
    messages = sorted([read(first), read(second)])
    assert messages[0] == "locked False"
    assert messages[1].startswith("waiting for another build")


def test_what_cannot_be_locked_is_told_with_what_holds_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    messages: list[str] = []
    monkeypatch.chdir(tmp_path)

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(importlib.import_module("fcntl"), "lockf", refuse)
    assert not SiteLock(messages.append).take(tmp_path / "site")
    assert messages == [
        "'site' cannot be locked (No locks available): of two builds at once, the one that ends last stays, "
        "though it may have begun first"
    ]
    monkeypatch.setitem(sys.modules, "fcntl", None)
    assert not SiteLock(messages.append).take(tmp_path / "site")
    assert "this system has no file locks" in messages[1]
    assert list(tmp_path.iterdir()) == []


def test_a_build_that_a_build_has_started_does_not_wait_for_it(
    tmp_path: Path, processes: list[subprocess.Popen[str]]
) -> None:
    lock = SiteLock(print)
    lock.take(tmp_path / "site")
    within = start(tmp_path / "site", processes)
    assert within.communicate(timeout=60)[1].rstrip().endswith("a build of 'site' has started another build of it")
    lock.release()
    assert read(start(tmp_path / "site", processes)) == "locked False"
