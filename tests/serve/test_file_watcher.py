"""The file watcher: the server is told once of every change, with and without events of the system."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broadsheet.serve import file_watcher
from broadsheet.serve.file_watcher import FileWatcher, replace_observer
from mkdocs.livereload import LiveReloadServer
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers.api import BaseObserver, EventEmitter
from watchdog.observers.polling import PollingObserver

POLLING = 0.6


class SilentEmitter(EventEmitter):
    """As on a disk that sends no events."""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A directory with an article."""
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "talks.md").write_text("First.")
    return folder


class Recorder:
    """Keeps the names of the files of events."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.handler = FileSystemEventHandler()
        self.handler.on_any_event = self._note  # type: ignore[method-assign]

    def _note(self, event: FileSystemEvent) -> None:
        self.names.append(Path(os.fsdecode(event.dest_path or event.src_path)).name)

    def wait(self, seconds: float = 10) -> set[str]:
        """The names so far, a moment after the first one came."""
        end = time.monotonic() + seconds
        while not self.names and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(0.15)
        names = set(self.names)
        self.names.clear()
        return names


@pytest.fixture
def recorder() -> Recorder:
    """A recorder of events."""
    return Recorder()


@pytest.fixture
def observe() -> Iterator[Callable[..., FileWatcher]]:
    """Starts an observer of a path, which ends with the test."""
    started: list[FileWatcher] = []

    def start(path: Path, recorder: Recorder, polling: float = 60.0) -> FileWatcher:
        observer = FileWatcher(polling)
        started.append(observer)
        observer.schedule(recorder.handler, str(path), recursive=True)
        observer.start()
        time.sleep(0.3)
        return observer

    yield start
    for observer in started:
        observer.stop()
        observer.join(10)
        assert not observer.is_alive()


def replace_file(path: Path) -> None:
    beside = path.with_name(f".{path.name}.swp")
    beside.write_text("Saved beside it.")
    beside.replace(path)


def make_folder(path: Path) -> None:
    path.with_suffix("").mkdir()
    time.sleep(0.2)
    (path.with_suffix("") / "new.md").write_text("New.")


@pytest.mark.parametrize(
    ("change", "name"),
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
def test_a_change_is_told_long_before_the_next_poll(
    change: Callable[[Path], object], name: str, content: Path, recorder: Recorder, observe: Callable[..., FileWatcher]
) -> None:
    observe(content, recorder)
    change(content / "talks.md")
    assert name in recorder.wait()


def test_reading_a_file_and_files_of_editors_are_no_changes(
    content: Path, recorder: Recorder, observe: Callable[..., FileWatcher]
) -> None:
    observe(content, recorder, POLLING)
    (content / "talks.md").read_text()
    for name in (".talks.md.swp", ".#talks.md", "#talks.md#", "talks.md~"):
        (content / name).write_text("Open.")
        (content / name).unlink()
    assert recorder.wait(2.5 * POLLING) == set()


@pytest.mark.parametrize("change", [lambda path: path.write_text("Second."), replace_file, lambda path: path.touch()])
def test_a_change_that_was_told_is_not_told_again_by_polling(
    change: Callable[[Path], object], content: Path, recorder: Recorder, observe: Callable[..., FileWatcher]
) -> None:
    observer = observe(content, recorder, POLLING)
    change(content / "talks.md")
    assert "talks.md" in recorder.wait()
    assert recorder.wait(3 * POLLING) == set()
    assert not isinstance(observer._prompt, PollingObserver)


def test_a_single_file_is_watched_through_its_replacement(
    content: Path, recorder: Recorder, observe: Callable[..., FileWatcher]
) -> None:
    observe(content / "talks.md", recorder)
    for _ in range(2):
        replace_file(content / "talks.md")
        assert "talks.md" in recorder.wait()
    (content / "accord.md").write_text("Another.")
    assert recorder.wait(0.5) == set()


def test_on_a_disk_without_events_changes_are_found_by_polling(
    content: Path, recorder: Recorder, observe: Callable[..., FileWatcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_watcher, "Observer", lambda: BaseObserver(SilentEmitter))
    observer = observe(content, recorder, POLLING)
    (content / "talks.md").write_text("Second version.")
    assert recorder.wait() == {"talks.md"}
    time.sleep(1.2)
    assert isinstance(observer._prompt, PollingObserver)
    assert [emitter.timeout for emitter in observer._prompt.emitters] == [file_watcher.FAST_POLLING]
    (content / "talks.md").unlink()
    assert recorder.wait() == {"talks.md"}


def test_files_are_polled_where_the_system_cannot_watch_so_many(
    content: Path, recorder: Recorder, observe: Callable[..., FileWatcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusing(BaseObserver):
        def start(self) -> None:
            raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(file_watcher, "Observer", lambda: Refusing(SilentEmitter))
    observe(content, recorder)
    (content / "talks.md").write_text("Second version.")
    assert recorder.wait() == {"talks.md"}


def test_an_ended_watch_tells_nothing(content: Path, recorder: Recorder, observe: Callable[..., FileWatcher]) -> None:
    observer, ended = observe(content, recorder, POLLING), Recorder()
    observer.unschedule(observer.schedule(ended.handler, str(content), recursive=True))
    (content / "talks.md").write_text("Second version.")
    assert recorder.wait() == {"talks.md"}
    assert ended.names == []


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


def test_changed_files_are_taken_once(tmp_path: Path) -> None:
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


@pytest.fixture
def server(content: Path) -> Iterator[LiveReloadServer]:
    """A server that has not been started, with a file watcher, and a watch of the content."""
    server = LiveReloadServer(lambda: None, "127.0.0.1", 0, str(content))
    server.watch(str(content))
    replace_observer(server)
    yield server
    server.server_close()


def test_a_request_makes_the_server_build_and_counts_as_a_change(server: LiveReloadServer) -> None:
    watcher = server.observer
    assert isinstance(watcher, FileWatcher)
    assert not watcher.has_changes()
    watcher.request_build()
    assert (server._want_rebuild, watcher.has_changes()) == (True, True)
    watcher.take_changes()
    assert not watcher.has_changes()


@pytest.mark.parametrize("taken", [False, True])
def test_a_request_that_the_server_drops_is_repeated(
    server: LiveReloadServer, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_watcher, "_call_later", lambda _, callback: callbacks.append(callback))
    watcher, callbacks = server.observer, list[Callable[[], None]]()
    assert isinstance(watcher, FileWatcher)
    watcher.repeat_dropped_request()
    assert not callbacks
    watcher.request_build()
    watcher.repeat_dropped_request()
    # As ProperDocs (after 1.6.7) does at the end of a build.
    server._want_rebuild = False
    if taken:
        watcher.take_changes()
    callbacks[0]()
    assert server._want_rebuild != taken


def test_the_server_s_watches_of_directories_and_files_are_taken_over(content: Path) -> None:
    server = LiveReloadServer(lambda: None, "127.0.0.1", 0, str(content))
    for _ in range(2):
        server.watch(str(content), recursive=False)
    server.watch(str(content / "talks.md"))
    replace_observer(server)
    watches = {watch.path: watch.recursive for watch in server.observer._watches}
    # Whether a file is watched recursively means nothing.
    assert (watches.pop(str(content)), list(watches)) == (False, [str(content / "talks.md")])
    for path in (content, content, content / "talks.md"):
        assert server.observer._watches
        server.unwatch(str(path))
    assert not server.observer._watches
    server.server_close()
