"""The file watcher: tells the server which files have changed, by the system's events and by polling."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import get_plugin_logger
from watchdog import events
from watchdog.events import FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.polling import PollingObserver

SLOW_POLLING = 5.0
"""Seconds between two polls of all files where the system sends events."""
FAST_POLLING = 0.5
"""Seconds between two polls of all files where the system sends none; MkDocs polls as often."""

_EVENT_KINDS = ("Attrib", "Closed", "Created", "Deleted", "Modified", "Moved")
_CHANGES = [getattr(events, f"File{kind}Event") for kind in _EVENT_KINDS if hasattr(events, f"File{kind}Event")]
"""Events that mean a changed file; opening a file is none, as each build reads all files."""
_MAX_EVENT_DELAY = 1.0
"""Seconds that the system may take to send the event of a change that polling has found."""
_REPEAT_DELAY = 0.5
"""Seconds after a build until a request is made again that the server has dropped."""
_EDITOR_SUFFIXES = ("~", ".swp", ".swx")
log = get_plugin_logger("broadsheet")

_TellChange = Callable[["Watch", events.FileSystemEvent], None]


@dataclass(frozen=True, eq=False, slots=True)
class Watch:
    """A file or directory, and the handler of its changes."""

    handler: FileSystemEventHandler
    path: str
    recursive: bool


def replace_observer(server: LiveReloadServer, polling: float = SLOW_POLLING) -> FileWatcher:
    """Give a server that has not been started a file watcher that needs little time while no file changes.

    MkDocs 1.6.1 polls every file twice a second: with 10,000 articles this takes a quarter of a core, also from the
    build that a writer waits for.
    """
    watches = [emitter.watch for emitter in server.observer.emitters]
    # From watchdog 7 on, `path` is the directory of a file that is watched, and `raw_path` the file.
    paths = {(os.fsdecode(getattr(watch, "raw_path", watch.path)), watch.is_recursive) for watch in watches}
    # A recursive watch of a path comes first, as `_unwatch` ends all watches of the path.
    ordered = sorted(paths, key=lambda watch: (watch[0], not watch[1]))
    counts = [(path, recursive, _unwatch(server, path)) for path, recursive in ordered]
    watcher = FileWatcher(polling)
    server.observer = watcher  # type: ignore[assignment]
    for path, recursive, count in counts:
        for _ in range(count):
            server.watch(path, recursive=recursive)
    return watcher


def _unwatch(server: LiveReloadServer, path: str) -> int:
    """End all watches of a path; return how many there were."""
    count = 0
    with suppress(KeyError):  # what `unwatch` raises for a path that is not watched
        while True:
            server.unwatch(path)
            count += 1
    return count


class FileWatcher:
    """Tells handlers of changed files as soon as the system sends an event; used in place of a watchdog observer.

    Some disks send no events, such as network drives and directories that a container shares with its host. So all
    files are polled as well: slowly, and from the first change that only polling has found, fast.
    """

    def __init__(self, polling: float = SLOW_POLLING) -> None:
        """Prepare; `polling` is the number of seconds between two polls of all files."""
        self._watches: set[Watch] = set()
        self._prompt: Any = Observer()
        """Tells of changes soon: by events, or by fast polling where there are none."""
        self._slow: Any = PollingObserver(timeout=polling)
        """Finds the changes of which `_prompt` tells nothing."""
        self._prompt_watches: set[Watch] = set()
        """The watches for which `_prompt` has told of any change."""
        self._recent: tuple[set[Path], ...] = (set(), set())
        """The paths of which `_prompt` has told since the last poll, and between the last two."""
        self._lock = threading.Lock()
        self._changed: set[Path] = set()
        """What has changed or was requested since `take_changes`."""
        self._ended = threading.Event()
        self._memory_seconds = 2 * polling + 1

    def schedule(self, handler: FileSystemEventHandler, path: str, *, recursive: bool = False) -> Watch:
        """Watch a file or directory from `start` on, or from now; the result is for `unschedule`."""
        watch = Watch(handler, path, recursive)
        self._watches.add(watch)
        _observe(self._slow, watch, self._handle_polled)
        with suppress(OSError):
            _observe(self._prompt, watch, self._handle_prompt)
        return watch

    def unschedule(self, watch: Watch) -> None:
        """End a watch."""
        self._watches.remove(watch)

    def has_changes(self) -> bool:
        """Whether anything has changed, or a build was requested, since `take_changes`."""
        return bool(self._changed)

    def take_changes(self) -> set[Path]:
        """Return the files that were created, changed or deleted since the last call."""
        with self._lock:
            changed, self._changed = self._changed, set()
        return changed

    def request_build(self) -> None:
        """Have the server build although no file has changed.

        MkDocs has no public way to ask for a build. But its handlers, which any watched file can call, do.
        """
        for watch in tuple(self._watches):
            with self._lock:
                self._changed.add(Path(watch.path))
            watch.handler.dispatch(events.FileModifiedEvent(watch.path))

    def repeat_dropped_request(self) -> None:
        """Request a build again if the changes so far are not taken soon; call it at the end of a build.

        MkDocs keeps what is requested while it builds; ProperDocs (after 1.6.7) drops it when the build ends.
        """
        if self.has_changes():
            _call_later(_REPEAT_DELAY, self._repeat_request)

    def start(self) -> None:
        """Start watching."""
        try:
            self._prompt.start()
        except OSError as error:
            # The user has reached the system's limit of watched directories.
            self._poll_fast(f"as the system cannot tell of changes ({error})")
        self._slow.start()
        threading.Thread(target=self._forget_recent, daemon=True).start()

    def stop(self) -> None:
        """Stop watching."""
        self._ended.set()
        for observer in (self._slow, self._prompt):
            observer.stop()

    def is_alive(self) -> bool:
        """Whether the watcher was started and has not ended."""
        return bool(self._slow.is_alive())

    def join(self, timeout: float | None = None) -> None:
        """Wait until the watcher has ended."""
        for observer in (self._slow, self._prompt):
            if observer.is_alive():
                observer.join(timeout)

    def _handle_prompt(self, watch: Watch, event: events.FileSystemEvent) -> None:
        self._prompt_watches.add(watch)
        self._recent[0].update(_list_paths(event))
        self._pass_on(watch, event)

    def _handle_polled(self, watch: Watch, event: events.FileSystemEvent) -> None:
        paths = _list_paths(event)
        if any(not recent.isdisjoint(paths) for recent in self._recent):
            return
        if self._pass_on(watch, event) and watch not in self._prompt_watches:
            # Polling may have come a moment before the system's event.
            _call_later(_MAX_EVENT_DELAY, lambda: self._require_events(watch))

    def _repeat_request(self) -> None:
        if self.has_changes():
            self.request_build()

    def _require_events(self, watch: Watch) -> None:
        """Poll fast if the system has sent no event for a watch with a change."""
        if watch not in self._prompt_watches and not isinstance(self._prompt, PollingObserver):
            self._poll_fast(f"as the disk of {watch.path} does not tell of changes")

    def _forget_recent(self) -> None:
        while not self._ended.wait(self._memory_seconds):
            self._recent = (set(), self._recent[0])

    def _poll_fast(self, reason: str) -> None:
        log.info("Files are looked at twice a second, %s", reason)
        if self._prompt.is_alive():
            self._prompt.stop()
        self._prompt.unschedule_all()
        self._prompt = PollingObserver(timeout=FAST_POLLING)
        for watch in tuple(self._watches):
            _observe(self._prompt, watch, self._handle_prompt)
        if not self._ended.is_set():
            self._prompt.start()

    def _pass_on(self, watch: Watch, event: events.FileSystemEvent) -> bool:
        """Call the handler of a watch, if the event means a change; return whether it does."""
        root = Path(watch.path).resolve()
        paths = [path for path in _list_paths(event) if path == root or not _is_editor_file(path)]
        if watch not in self._watches or event.is_directory or not paths or (root not in paths and not root.is_dir()):
            return False
        with self._lock:
            self._changed.update(paths)
        watch.handler.dispatch(event)
        return True


def _call_later(seconds: float, callback: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, callback)
    timer.daemon = True
    timer.start()


def _observe(observer: Any, watch: Watch, tell_change: _TellChange) -> None:
    handler = FileSystemEventHandler()
    handler.on_any_event = partial(tell_change, watch)  # type: ignore[method-assign]
    recursive, directory = watch.recursive, Path(watch.path)
    if not directory.is_dir():
        # Editors replace a file when they save it; a watch of the file itself would go on with the old one.
        recursive, directory = False, directory.parent
    observer.schedule(handler, str(directory), recursive=recursive, event_filter=_CHANGES)


def _list_paths(event: events.FileSystemEvent) -> list[Path]:
    # macOS gives the real path of a file.
    return [Path(os.fsdecode(path)).resolve() for path in (event.src_path, event.dest_path) if path]


def _is_editor_file(path: Path) -> bool:
    """Whether an editor puts such a file beside a file that is open."""
    return path.name.startswith((".", "#")) or path.name.endswith(_EDITOR_SUFFIXES)
