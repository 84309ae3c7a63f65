"""The session of `mkdocs serve`: its states, and when open pages reload, with a server that does not run."""

from __future__ import annotations

import itertools
import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import broadsheet.serve.session
import pytest
from broadsheet.edition.render_articles import BuildResources
from broadsheet.serve.preview import ShownPages
from broadsheet.serve.session import (
    MAX_SUPERSEDED,
    TRANSITIONS,
    BuildSuperseded,
    ClockTimer,
    Event,
    ServeSession,
    State,
)
from content_factory import NOW
from sites import ROOT
from watchdog.events import FileSystemEventHandler

RESOURCES = BuildResources()
PAGES = {"2026/01/talks/index.html": (100, 1)}
FAULT = "content/articles/a.md:3:9: topics: unknown topic 'wrold'"


class FakeServer:
    """The attributes of MkDocs' server that a session uses, and what the server does around a build."""

    def __init__(self) -> None:
        self.builder: Callable[[], None] = lambda: None
        self.observer: Any = SimpleNamespace(emitters=set())
        self._wanted_epoch = self._visible_epoch = 0
        self._epoch_cond = threading.Condition()

    def set_app(self, app: object) -> None:
        self.app = app

    def server_bind(self) -> None:
        """Bind nothing."""


class Served:
    """A session with a server, of which a test sets the preview and the steps of the next build."""

    def __init__(self) -> None:
        self.events: list[tuple[State, Event]] = []
        self.pages: dict[str, tuple[int, int]] = {}
        self.loaded = 0
        self.server = FakeServer()
        self.session = ServeSession(lambda: NOW)
        apply = self.session.apply
        self.session.apply = lambda event: (self.events.append((self.session.state, event)), apply(event))
        self.session.open()
        self.end(site_changed=True)
        self.session.attach(self.server)  # type: ignore[arg-type]
        self.server.observer.schedule(FileSystemEventHandler(), ".")

    def render_changed(self, *_: object) -> ShownPages:
        """As the preview of an article."""
        return ShownPages(self.pages)

    def end(self, *, site_changed: bool, show: bool = True) -> None:
        """End a build as the engine's hooks do."""
        self.session.follow_up({}, (), RESOURCES, self, site_changed=site_changed, show=show)  # type: ignore[arg-type]

    def save_file(self) -> None:
        """Have the file watcher tell of a change."""
        self.server.observer.request_build()

    def build(self, *steps: Callable[[], object]) -> State:
        """Run a build of some steps as MkDocs does; return the state that it ends in."""
        self.server._wanted_epoch = self.server._visible_epoch + 1000
        self.session._builder = lambda: [step() for step in steps]
        self.server.builder()
        self.server._visible_epoch = self.server._wanted_epoch
        return self.session.state

    def reloads(self) -> bool:
        """Whether an open page would reload now; it does."""
        loaded, self.loaded = self.loaded, self.server._visible_epoch
        return self.loaded > loaded


@pytest.fixture
def served() -> Served:
    """A session after its first build."""
    return Served()


def fail() -> None:
    raise ZeroDivisionError("by nought")


def log_fault() -> None:
    logging.getLogger("mkdocs.plugins.broadsheet").error("broadsheet: %s", FAULT)


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_an_event_leads_to_the_state_in_the_table_or_raises(state: State, event: Event) -> None:
    session = ServeSession(lambda: NOW)
    session.state = state
    if (state, event) in TRANSITIONS:
        session.apply(event)
        assert session.state is TRANSITIONS[state, event]
    else:
        with pytest.raises(RuntimeError, match=f"unexpected event in the state '{state.value}': {event.value}"):
            session.apply(event)
        assert session.state is state


def test_builds_take_every_transition_of_the_table(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    def show() -> None:
        served.end(site_changed=True)

    for pages in ({}, PAGES):
        served.pages = pages
        assert served.build() is State.IDLE
        assert served.build(show) is State.IDLE
        assert served.build(fail) is State.FAILED
        assert served.build(show, fail) is State.FAILED
    assert served.build(served.save_file, served.session.stop_if_superseded) is State.SUPERSEDED
    assert served.build() is State.IDLE
    assert set(served.events) == set(TRANSITIONS)
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_session_without_a_server_goes_on_building() -> None:
    session = ServeSession(lambda: NOW)
    session.open()
    for _ in range(2):
        session.stop_if_superseded()
        session.follow_up({}, (), RESOURCES, None, site_changed=True, show=True)  # type: ignore[arg-type]
    assert session.state is State.BUILDING


@pytest.mark.parametrize("strict", [False, True])
def test_a_preview_is_shown_before_the_build_and_an_equal_page_is_not_loaded_again(
    served: Served, strict: bool
) -> None:
    served.pages = PAGES
    previews = list[bool]()
    for changed in (False, True, False):
        end = partial(served.end, site_changed=changed, show=not strict)
        served.build(lambda: previews.append(served.reloads()), end)
        assert served.reloads() == changed
    assert previews == [True] * 3


def test_a_build_that_changes_no_file_reloads_no_page(served: Served) -> None:
    for changed in (True, False, True):
        served.build(partial(served.end, site_changed=changed))
        assert served.reloads() == changed


def test_the_site_is_shown_before_the_build_ends_and_loaded_once(served: Served) -> None:
    shown = list[bool]()
    served.build(lambda: served.end(site_changed=True), lambda: shown.append(served.reloads()))
    assert shown == [True]
    assert not served.reloads()


@pytest.mark.parametrize("pages", [{}, PAGES])
def test_pages_reload_for_a_new_error_and_for_its_end(served: Served, pages: dict[str, tuple[int, int]]) -> None:
    served.pages, previews = pages, list[bool]()
    for steps, reloads in (([log_fault], True), ([log_fault], False), ([], True), ([], False)):
        served.build(lambda: previews.append(served.reloads()), *steps, partial(served.end, site_changed=False))
        assert served.reloads() == reloads
    assert previews == [bool(pages)] * 4


@pytest.mark.parametrize("pages", [{}, PAGES])
def test_a_build_that_fails_after_its_site_was_shown_reloads_pages(
    served: Served, pages: dict[str, tuple[int, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    served.pages = pages
    served.build(lambda: served.end(site_changed=True), served.reloads, fail)
    assert served.reloads()
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_build_gives_way_to_a_file_that_was_saved_meanwhile(served: Served) -> None:
    served.pages, ended = PAGES, list[bool]()
    steps = (served.save_file, served.session.stop_if_superseded, lambda: ended.append(True))
    for _ in range(MAX_SUPERSEDED):
        assert served.build(*steps) is State.SUPERSEDED
        assert served.reloads(), "the preview"
    assert not ended
    # A writer who saves without a pause gets the rest of the site, too.
    assert served.build(*steps) is State.IDLE
    assert ended
    assert served.build(*steps) is State.SUPERSEDED, "counted anew"


def test_a_build_gives_way_only_if_a_preview_is_shown_and_a_file_has_changed_since(served: Served) -> None:
    assert served.build(served.save_file, served.session.stop_if_superseded) is State.IDLE
    served.pages = PAGES
    served.save_file()
    assert served.build(served.session.stop_if_superseded) is State.IDLE, "the build has this change"


def test_a_superseded_build_leaves_the_errors_on_pages_as_they_were(served: Served) -> None:
    served.build(log_fault)
    served.pages = PAGES
    served.build(served.save_file, served.session.stop_if_superseded)
    assert FAULT.encode()[:30] in served.session._overlay.add_to_page(b"<body></body>", "")


def test_a_preview_that_fails_stops_no_build(served: Served) -> None:
    served.render_changed = fail  # type: ignore[method-assign,assignment]
    built = list[bool]()
    assert served.build(lambda: built.append(True)) is State.IDLE
    assert built


def test_the_files_of_the_site_are_known_with_its_previews_until_they_are_taken(served: Served) -> None:
    served.session.follow_up({"a": (1, 1)}, {"search"}, RESOURCES, served, site_changed=False, show=False)  # type: ignore[arg-type]
    served.pages = PAGES
    taken = list[Any]()
    for excluded in (["search"], ["search"]):
        served.build(lambda excluded=excluded: taken.append(served.session.take_site_state(excluded)))
    assert taken == [{"a": (1, 1), **PAGES}, None]
    served.session.follow_up({}, {"search"}, RESOURCES, served, site_changed=False, show=False)  # type: ignore[arg-type]
    assert served.session.take_site_state([]) is None


def test_superseded_is_raised_to_the_builder_not_to_mkdocs(served: Served) -> None:
    served.pages = PAGES

    def supersede() -> None:
        raise BuildSuperseded

    assert served.build(supersede) is State.SUPERSEDED


# The timer, with a clock that the tests set.


LATER = NOW + timedelta(hours=1)


class Clock:
    """Shows the time that a test sets, and notes that it was read."""

    def __init__(self) -> None:
        self.time = NOW
        self.was_read = threading.Event()

    def __call__(self) -> datetime:
        self.was_read.set()
        return self.time


@pytest.fixture(autouse=True)
def _read_clock_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the clock every 5 ms, not every minute."""
    monkeypatch.setattr(broadsheet.serve.session, "MAX_WAIT", 0.005)


def test_the_callback_runs_once_at_the_moment_and_not_before() -> None:
    clock, called = Clock(), threading.Semaphore(0)
    timer = ClockTimer(clock, called.release)
    timer.set(LATER)
    for _ in range(3):
        clock.was_read.clear()
        assert clock.was_read.wait(10)
    assert not called.acquire(blocking=False)
    clock.time = LATER
    assert called.acquire(timeout=10)
    assert not called.acquire(timeout=0.05)


def test_a_moment_in_the_past_calls_at_once() -> None:
    called = threading.Event()
    ClockTimer(Clock(), called.set).set(NOW - timedelta(days=1))
    assert called.wait(10)


def test_a_later_moment_replaces_the_earlier_one() -> None:
    clock, called = Clock(), threading.Event()
    timer = ClockTimer(clock, called.set)
    for moment in (LATER + timedelta(hours=1), None):
        timer.set(LATER)
        timer.set(moment)
        clock.time = LATER
        assert not called.wait(0.05)
        clock.time = NOW


def test_a_waiting_timer_does_not_keep_the_process_alive() -> None:
    code = (
        "from datetime import datetime, timedelta; from broadsheet.serve.session import ClockTimer\n"
        "ClockTimer(lambda: datetime.min, print).set(datetime.max)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "hooks", timeout=30, capture_output=True, check=True)
    assert done.stdout == b""
