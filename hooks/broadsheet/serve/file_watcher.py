"""Observing: how a server learns that a file was saved; the system tells it, or it looks by itself."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import get_plugin_logger
from watchdog import events
from watchdog.events import FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.polling import PollingObserver

SELDOM = 5.0
"""So many seconds lie between two looks at all files where the system tells of changes."""
OFTEN = 0.5
"""And so many where it does not: MkDocs' own interval."""

_KINDS = ("Attrib", "Closed", "Created", "Deleted", "Modified", "Moved")
_CHANGES = [getattr(events, f"File{kind}Event") for kind in _KINDS if hasattr(events, f"File{kind}Event")]
"""Reading a file is none: each build reads all of them."""
_PATIENCE = 1.0
"""So long, in seconds, the system may take to tell of what was seen."""
_BESIDE = ("~", ".swp", ".swx")
log = get_plugin_logger("broadsheet")


def replace_observer(server: LiveReloadServer, seldom: float = SELDOM) -> FileWatcher:
    """Give a server that has not been started an observer that costs next to nothing while nothing happens.

    That of MkDocs 1.6.1 looks at every file twice a second: of 10,000 articles this takes a quarter of a core, also
    from the build that a writer waits for.
    """
    observer = FileWatcher(seldom)
    for path, watch in server._watch_refs.items():
        for handler in server.observer._handlers[watch]:
            server._watch_refs[path] = observer.schedule(handler, path, recursive=watch.is_recursive)
    server.observer = observer  # type: ignore[assignment]
    return observer


class FileWatcher:
    """Tells handlers of changed files as soon as the system tells of them; in the place of a watchdog observer.

    Some disks tell nothing, as network drives and directories that a container shares with its host. So all files are
    looked at now and then as well, and from the first change that was only found that way, often.
    """

    def __init__(self, seldom: float = SELDOM) -> None:
        """Prepare; `seldom` is the time between two looks at all files, in seconds."""
        self._watches: dict[str, tuple[FileSystemEventHandler, bool]] = {}
        self._told: Any = Observer()
        self._seen: Any = PollingObserver(timeout=seldom)
        self._heard: set[str] = set()
        """The watches of which the system has told anything."""
        self._known: tuple[set[Path], ...] = (set(), set())
        """The paths of which it has told of late, and of those before: one look at all files ago."""
        self._lock = threading.Lock()
        self._changed: set[Path] = set()
        """What has changed since it was last taken."""
        self._ended = threading.Event()
        self._span = 2 * seldom + 1

    def schedule(self, handler: FileSystemEventHandler, path: str, *, recursive: bool = False) -> str:
        """Watch a file or directory from `start` on, or from now; gives what `unschedule` takes."""
        self._watches[path] = (handler, recursive)
        self._watch(self._seen, path, self._look)
        if self._told is not None:
            with suppress(OSError):
                self._watch(self._told, path, self._hear)
        return path

    def unschedule(self, watch: str) -> None:
        """Watch it no longer."""
        del self._watches[watch]

    def take_changes(self) -> set[Path]:
        """The files that have changed since this was last asked: new ones, those saved, those that are gone."""
        with self._lock:
            changed, self._changed = self._changed, set()
        return changed

    def start(self) -> None:
        """Begin."""
        try:
            self._told.start()
        except OSError as error:
            # As many directories as the system lets one user watch are watched already.
            self._rely_on_looking(f"as the system cannot tell of changes ({error})")
        self._seen.start()
        threading.Thread(target=self._forget, daemon=True).start()

    def stop(self) -> None:
        """End."""
        self._ended.set()
        for observer in filter(None, (self._seen, self._told)):
            observer.stop()

    def is_alive(self) -> bool:
        """Whether it has been started and not ended."""
        return bool(self._seen.is_alive())

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended."""
        for observer in filter(None, (self._seen, self._told)):
            if observer.is_alive():
                observer.join(timeout)

    def _watch(self, observer: Any, path: str, tell: Callable[[str, events.FileSystemEvent], None]) -> None:
        handler = FileSystemEventHandler()
        handler.on_any_event = lambda event: tell(path, event)  # type: ignore[method-assign]
        recursive, place = self._watches[path][1], Path(path)
        if not place.is_dir():
            # Programs that save put a new file in the old one's place, and the old one would be watched on.
            recursive, place = False, place.parent
        observer.schedule(handler, str(place), recursive=recursive, event_filter=_CHANGES)

    def _hear(self, watched: str, event: events.FileSystemEvent) -> None:
        self._heard.add(watched)
        self._known[0].update(_list_paths(event))
        self._pass_on(watched, event)

    def _look(self, watched: str, event: events.FileSystemEvent) -> None:
        paths = _list_paths(event)
        if self._told is not None and any(not known.isdisjoint(paths) for known in self._known):
            return
        if self._pass_on(watched, event) and self._told is not None and watched not in self._heard:
            # It may have been seen in the very moment before it is told.
            timer = threading.Timer(_PATIENCE, self._judge, (watched,))
            timer.daemon = True
            timer.start()

    def _judge(self, watched: str) -> None:
        if watched not in self._heard and self._told is not None:
            self._told.stop()
            self._rely_on_looking(f"as the disk of {watched} does not tell of changes")

    def _forget(self) -> None:
        while not self._ended.wait(self._span):
            self._known = (set(), self._known[0])

    def _rely_on_looking(self, reason: str) -> None:
        log.info("Files are looked at twice a second, %s", reason)
        self._told = None
        for emitter in self._seen.emitters:
            emitter._timeout = OFTEN

    def _pass_on(self, watched: str, event: events.FileSystemEvent) -> bool:
        """Tell the handler of an event, if it matters."""
        place, known = Path(watched).resolve(), self._watches.get(watched)
        paths = [path for path in _list_paths(event) if path == place or not _is_beside(path)]
        if known is None or event.is_directory or not paths or (place not in paths and not place.is_dir()):
            return False
        with self._lock:
            self._changed.update(paths)
        known[0].dispatch(event)
        return True


def _list_paths(event: events.FileSystemEvent) -> list[Path]:
    # On macOS the system tells of a file by its real path.
    return [Path(os.fsdecode(path)).resolve() for path in (event.src_path, event.dest_path) if path]


def _is_beside(path: Path) -> bool:
    """Whether it is what an editor puts beside a file that is open."""
    return path.name.startswith((".", "#")) or path.name.endswith(_BESIDE)
