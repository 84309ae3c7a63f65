"""Observing: whatever way a file changes, and whatever the disk tells of it, a server hears of it once."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broadsheet.serve import file_watcher as observing
from broadsheet.serve.file_watcher import FileWatcher, replace_observer
from mkdocs.livereload import LiveReloadServer
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers.api import BaseObserver, EventEmitter

SELDOM = 0.6


class Deaf(EventEmitter):
    """What a disk without events tells: nothing."""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A directory with an article."""
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "talks.md").write_text("First.")
    return folder


class Ear:
    """Takes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.handler = FileSystemEventHandler()
        self.handler.on_any_event = self._note  # type: ignore[method-assign]

    def _note(self, event: FileSystemEvent) -> None:
        self.told.append(Path(os.fsdecode(event.dest_path or event.src_path)).name)

    def wait(self, seconds: float = 10) -> set[str]:
        """What was told, once it was anything, and nothing came after it for a moment."""
        end = time.monotonic() + seconds
        while not self.told and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.15)
        found = set(self.told)
        self.told.clear()
        return found


@pytest.fixture
def ear() -> Ear:
    """An ear."""
    return Ear()


@pytest.fixture
def observe() -> Iterator[Callable[..., FileWatcher]]:
    """Starts an observer of a path, which ends with the test."""
    started: list[FileWatcher] = []

    def start(path: Path, ear: Ear, seldom: float = 60.0) -> FileWatcher:
        observer = FileWatcher(seldom)
        started.append(observer)
        observer.schedule(ear.handler, str(path), recursive=True)
        observer.start()
        time.sleep(0.3)
        return observer

    yield start
    for one in started:
        one.stop()
        one.join(10)
        assert not one.is_alive()


def replace_file(path: Path) -> None:
    beside = path.with_name(f".{path.name}.swp")
    beside.write_text("Saved beside it.")
    beside.replace(path)


def make_folder(path: Path) -> None:
    path.with_suffix("").mkdir()
    time.sleep(0.2)
    (path.with_suffix("") / "new.md").write_text("New.")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda path: path.write_text("Second."), "talks.md"),
        (replace_file, "talks.md"),
        (lambda path: path.touch(), "talks.md"),
        (lambda path: path.unlink(), "talks.md"),
        (lambda path: path.rename(path.with_name("accord.md")), "accord.md"),
        (lambda path: path.with_name("new.md").write_text("New."), "new.md"),
        (make_folder, "new.md"),
    ],
)
def test_a_change_is_told_long_before_the_next_look(
    change: Callable[[Path], object], told: str, content: Path, ear: Ear, observe: Callable[..., FileWatcher]
) -> None:
    observe(content, ear)
    change(content / "talks.md")
    assert told in ear.wait()


def test_reading_and_what_editors_put_beside_a_file_is_no_change(
    content: Path, ear: Ear, observe: Callable[..., FileWatcher]
) -> None:
    observe(content, ear, SELDOM)
    (content / "talks.md").read_text()
    for name in (".talks.md.swp", ".#talks.md", "#talks.md#", "talks.md~"):
        (content / name).write_text("Open.")
        (content / name).unlink()
    assert ear.wait(2.5 * SELDOM) == set()


@pytest.mark.parametrize("change", [lambda path: path.write_text("Second."), replace_file, lambda path: path.touch()])
def test_what_was_told_is_not_told_again_when_all_files_are_looked_at(
    change: Callable[[Path], object], content: Path, ear: Ear, observe: Callable[..., FileWatcher]
) -> None:
    observer = observe(content, ear, SELDOM)
    change(content / "talks.md")
    assert "talks.md" in ear.wait()
    assert ear.wait(3 * SELDOM) == set()
    assert observer._told is not None


def test_a_single_file_is_watched_through_its_replacement(
    content: Path, ear: Ear, observe: Callable[..., FileWatcher]
) -> None:
    observe(content / "talks.md", ear)
    for _ in range(2):
        replace_file(content / "talks.md")
        assert "talks.md" in ear.wait()
    (content / "accord.md").write_text("Another.")
    assert ear.wait(0.5) == set()


def test_on_a_disk_that_tells_nothing_changes_are_found_all_the_same(
    content: Path, ear: Ear, observe: Callable[..., FileWatcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observing, "Observer", lambda: BaseObserver(Deaf))
    observer = observe(content, ear, SELDOM)
    (content / "talks.md").write_text("Second version.")
    assert ear.wait() == {"talks.md"}
    time.sleep(1.2)
    assert observer._told is None
    assert [emitter.timeout for emitter in observer._seen.emitters] == [observing.OFTEN]
    (content / "talks.md").unlink()
    assert ear.wait() == {"talks.md"}


def test_where_the_system_cannot_watch_so_much_files_are_looked_at(
    content: Path, ear: Ear, observe: Callable[..., FileWatcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing(BaseObserver):
        def start(self) -> None:
            raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(observing, "Observer", lambda: Refusing(Deaf))
    observe(content, ear)
    (content / "talks.md").write_text("Second version.")
    assert ear.wait() == {"talks.md"}


def test_what_is_not_scheduled_any_more_is_not_told(
    content: Path, ear: Ear, observe: Callable[..., FileWatcher]
) -> None:
    observer = observe(content, ear, SELDOM)
    observer.unschedule(str(content))
    (content / "talks.md").write_text("Second version.")
    assert ear.wait(2.5 * SELDOM) == set()


def test_a_server_s_own_watches_are_taken_over(content: Path) -> None:
    server = LiveReloadServer(lambda: None, "127.0.0.1", 0, str(content))
    server.watch(str(content))
    replace_observer(server)
    server.watch(str(content.parent))
    woken = threading.Event()
    notify = server._rebuild_cond.notify_all
    server._rebuild_cond.notify_all = lambda: (woken.set(), notify())  # type: ignore[method-assign,func-returns-value]
    server.observer.start()
    time.sleep(0.3)
    try:
        (content / "talks.md").write_text("Second version.")
        assert woken.wait(10)
        assert server._want_rebuild
        server.unwatch(str(content))
    finally:
        server.observer.stop()
        server.observer.join()
        server.server_close()


def test_what_has_changed_is_told_once(tmp_path: Path) -> None:
    observer = FileWatcher(5.0)
    handler, heard = FileSystemEventHandler(), threading.Event()
    handler.on_any_event = lambda _: heard.set()  # type: ignore[method-assign]
    observer.schedule(handler, str(tmp_path), recursive=True)
    observer.start()
    try:
        (tmp_path / "talks.md").write_text("Words.", encoding="utf-8")
        assert heard.wait(20)
        assert observer.take_changes() == {(tmp_path / "talks.md").resolve()}
        (tmp_path / ".talks.md.swp").write_text("Words.", encoding="utf-8")
        time.sleep(0.2)
        assert {path.name for path in observer.take_changes()} <= {"talks.md"}
    finally:
        observer.stop()
        observer.join(20)
