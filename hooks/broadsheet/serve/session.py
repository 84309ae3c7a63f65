"""The session of one `mkdocs serve`: its states, and what happens at each build."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from enum import Enum

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import get_plugin_logger

from broadsheet.content import Library
from broadsheet.core import Problem, SiteState
from broadsheet.edition import BuildResources, SiteModel, find_next_change, get_renderer
from broadsheet.serve.background_related import BackgroundRelatedLists
from broadsheet.serve.error_overlay import ErrorOverlay
from broadsheet.serve.file_watcher import FileWatcher, replace_observer
from broadsheet.serve.last_good import LastGood
from broadsheet.serve.live_reload import LiveReload
from broadsheet.serve.moved_pages import MovedPages, follow_moves
from broadsheet.serve.preview import ArticlePreview
from broadsheet.serve.server_address import check_address, explain_failed_bind

MAX_SUPERSEDED = 20
"""How many builds in succession may be superseded while a writer saves again and again; the next one is completed."""

MAX_WAIT = 60.0
"""Seconds until the clock is read again: somebody may have set the clock, or the machine may have slept."""

_MIN_WAIT = 0.01

log = get_plugin_logger("broadsheet")


class State(Enum):
    """What the server is doing, and what browsers show."""

    IDLE = "idle"
    """No build runs; browsers show the site of the last build."""
    BUILDING = "building"
    """A build runs, and browsers wait for it."""
    PREVIEW_SHOWN = "preview shown"
    """A build runs; browsers show the pages of the saved articles, and the last site for the rest."""
    SITE_SHOWN = "site shown"
    """Browsers show the new site; the build does the rest of its work."""
    SUPERSEDED = "superseded"
    """The build has ended early, as files have changed again; the next build follows at once."""
    FAILED = "failed"
    """The build has failed; browsers show the last good site and the errors."""


class Event(Enum):
    """What changes the state."""

    START = "a build starts"
    SHOW_PREVIEW = "a preview is shown"
    SHOW_SITE = "the site is shown before the build ends"
    SUPERSEDE = "the build gives way to the next"
    SUCCEED = "the build succeeds"
    FAIL = "the build fails"


TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (State.IDLE, Event.START): State.BUILDING,
    (State.FAILED, Event.START): State.BUILDING,
    (State.SUPERSEDED, Event.START): State.BUILDING,
    (State.BUILDING, Event.SHOW_PREVIEW): State.PREVIEW_SHOWN,
    # Without a preview browsers wait for the build, so it must not end early.
    (State.PREVIEW_SHOWN, Event.SUPERSEDE): State.SUPERSEDED,
    (State.BUILDING, Event.SHOW_SITE): State.SITE_SHOWN,
    (State.PREVIEW_SHOWN, Event.SHOW_SITE): State.SITE_SHOWN,
    (State.BUILDING, Event.SUCCEED): State.IDLE,
    (State.PREVIEW_SHOWN, Event.SUCCEED): State.IDLE,
    (State.SITE_SHOWN, Event.SUCCEED): State.IDLE,
    (State.BUILDING, Event.FAIL): State.FAILED,
    (State.PREVIEW_SHOWN, Event.FAIL): State.FAILED,
    (State.SITE_SHOWN, Event.FAIL): State.FAILED,
}
"""The next state by state and event; any other event in a state is a programming error."""


class BuildSuperseded(Exception):  # noqa: N818 - not an error
    """Raised in a build that is not needed any more, as files have changed since it started."""


class ClockTimer:
    """Calls a function once, at the moment that was set last. It does not keep the process from ending."""

    def __init__(self, clock: Callable[[], datetime], callback: Callable[[], None]) -> None:
        """Take the clock, and the function to call; it is called in a thread of its own."""
        self._clock = clock
        self._callback = callback
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def set(self, moment: datetime | None) -> None:
        """Wait for this moment instead of the moment that was set before; None: wait for none."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
            if moment is not None:
                self._wait(moment)

    def _wait(self, moment: datetime) -> None:
        seconds = (moment - self._clock()).total_seconds()
        timer = threading.Timer(min(max(seconds, _MIN_WAIT), MAX_WAIT), lambda: self._check(moment, timer))
        timer.daemon = True
        self._timer = timer
        timer.start()

    def _check(self, moment: datetime, timer: threading.Timer) -> None:
        with self._lock:
            if self._timer is not timer:
                return
            if self._clock() < moment:
                self._wait(moment)
                return
            self._timer = None
        self._callback()


class ServeSession:
    """Drives previews, builds, reloads, the error overlay and the file watcher, from the first build to the end."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Take the clock by which articles become public and expire."""
        self.state = State.IDLE
        self.ranker = BackgroundRelatedLists()
        self.last_good = LastGood()
        self.reported: tuple[Problem, ...] = ()
        """The problems of the content that were reported for the last build."""
        self._clock = clock
        self._sources: dict[str, str] = {}
        """By URL: the file of each article, as problems name it."""
        self._overlay = ErrorOverlay(lambda url: self._sources.get(url, ""))
        self._moved = MovedPages()
        self._timer = ClockTimer(clock, self._request_build)
        self._library = Library()
        self._model: SiteModel | None = None
        self._next_change: datetime | None = None
        """When the next article becomes public or expires."""
        self._builder: Callable[[], object] = lambda: None
        self._live_reload: LiveReload | None = None
        """None until the first build is done and MkDocs hands over its server."""
        self._watcher: FileWatcher | None = None
        self._preview: ArticlePreview | None = None
        self._site_state: tuple[set[str], SiteState] | None = None
        """Directories that are left out, and the files of the rest of the site."""
        self._site_changed = True
        """Whether the running build has something new for browsers that they have not been shown."""
        self._superseded_builds = 0
        """How many builds in succession were superseded."""

    def apply(self, event: Event) -> None:
        """Go to the next state.

        Raises:
            RuntimeError: when `TRANSITIONS` has no such event in this state.

        """
        if (self.state, event) not in TRANSITIONS:
            raise RuntimeError(f"serve: unexpected event in the state '{self.state.value}': {event.value}")
        self.state = TRANSITIONS[self.state, event]

    def open(self) -> None:
        """Begin, before the first build, which MkDocs starts by itself."""
        self.apply(Event.START)
        self._overlay.start_collecting()

    def check_address(self, config: MkDocsConfig) -> None:
        """Look whether the server can have its address, before the first build.

        Raises:
            ConfigurationError: when it cannot.

        """
        if self._live_reload is None:
            check_address(config.dev_addr.host, config.dev_addr.port)

    def attach(self, server: LiveReloadServer) -> None:
        """Take over the builds of a server, after the first build."""
        self.apply(Event.SUCCEED)
        self._overlay.publish(failed=False)
        explain_failed_bind(server)
        self._live_reload = LiveReload(server, self._overlay, self._find_moved)
        self._builder, server.builder = server.builder, self.build
        self._watcher = replace_observer(server)
        self.ranker.attach(self._request_build)
        # Most objects live as long as the server; to search them for garbage would delay a page by a second.
        gc.freeze()
        self._timer.set(self._next_change)

    def close(self) -> None:
        """End."""
        self._timer.set(None)
        self._overlay.stop_collecting()

    def build(self) -> None:
        """Show a preview, then build the site; a build that fails leaves the last good site and shows the errors."""
        self.apply(Event.START)
        self._site_changed = True
        self._overlay.start_collecting()
        self._show_preview()
        try:
            self._builder()
        except BuildSuperseded:
            self.apply(Event.SUPERSEDE)
            self._overlay.stop_collecting()
            self._superseded_builds += 1
        except Exception as error:  # the server must outlive every error
            self._overlay.report(error)
            self._end_build(Event.FAIL)
        else:
            self._end_build(Event.SUCCEED)
        if self._watcher is not None:
            self._watcher.repeat_dropped_request()

    def set_library(self, library: Library, model: SiteModel, now: datetime) -> None:
        """Take library and model of the running build; the next build starts when an article appears or expires."""
        self._moved = follow_moves(self._moved, self._library.articles, library.articles, model.edition.articles)
        self._library, self._model, self.reported = library, model, model.problems
        self._sources = {article.url: library.name(article.path) for article in library.articles}
        self._overlay.set_content_problems(model.problems)
        self._next_change = find_next_change(library, now)
        if self._live_reload is not None:
            self._timer.set(self._next_change)

    def stop_if_superseded(self) -> None:
        """End the running build if files have changed since it started and browsers show a preview.

        Raises:
            BuildSuperseded: at most `MAX_SUPERSEDED` times in succession.

        """
        changed = self._watcher is not None and self._watcher.has_changes()
        if changed and self.state is State.PREVIEW_SHOWN and self._superseded_builds < MAX_SUPERSEDED:
            raise BuildSuperseded

    def take_site_state(self, excluded: Collection[str]) -> SiteState | None:
        """Return the files of the site without `excluded` directories, if known; they are unknown until `follow_up`.

        Only builds and previews change the site of a server, and both say what they have written.
        """
        known, self._site_state = self._site_state, None
        return known[1] if known is not None and known[0] == set(excluded) else None

    def follow_up(
        self,
        site: SiteState,
        excluded: Collection[str],
        resources: BuildResources,
        preview: ArticlePreview,
        *,
        site_changed: bool,
        show: bool,
    ) -> None:
        """Show the site that was built, then prepare the next preview and compare related lists.

        Args:
            site: the files of the site, without the directories `excluded`.
            excluded: directories of the site that another part of the engine writes.
            resources: the processes and the cache of builds.
            preview: renders single pages of this site.
            site_changed: whether any file of the site has changed.
            show: whether to show the site now; otherwise when MkDocs ends the build.

        """
        self._site_state, self._preview = (set(excluded), site), preview
        self._site_changed = site_changed
        if self._model is not None:
            self.last_good.remember(self._library, self._model)
        if show and self._live_reload is not None:
            self._plan_reload(Event.SHOW_SITE)
            self._live_reload.show_site()
        # Made now, so that the first preview need not wait for it.
        get_renderer(resources.markdown)
        self.ranker.follow_up(resources)

    def _find_moved(self, url: str) -> str:
        return self._moved.find(url)

    def _show_preview(self) -> None:
        """Write and show the pages of the changed articles, as far as this can be done before the build."""
        changed = self._watcher.take_changes() if self._watcher is not None else set()
        if self._preview is None or self._live_reload is None:
            return
        try:
            shown = self._preview.render_changed(changed, self._clock())
        except Exception as error:  # the build follows in any case, and reports the error
            log.debug("no preview: %s", error)
            return
        if not shown.files:
            return
        self.last_good.remember_shown(shown.articles)
        if self._site_state is not None:
            self._site_state = (self._site_state[0], {**self._site_state[1], **shown.files})
        self.apply(Event.SHOW_PREVIEW)
        self._live_reload.show_site()

    def _end_build(self, event: Event) -> None:
        self._superseded_builds = 0
        self._plan_reload(event)

    def _plan_reload(self, event: Event) -> None:
        """Publish the errors of the build so far, and reload open pages only if there is anything new to see."""
        shown = self.state in {State.PREVIEW_SHOWN, State.SITE_SHOWN}
        errors_changed = self._overlay.publish(failed=event is Event.FAIL)
        self.apply(event)
        if self._live_reload is not None:
            self._live_reload.plan_reload(reload=self._site_changed or errors_changed, shown=shown)
        self._site_changed = False

    def _request_build(self) -> None:
        if self._watcher is not None:
            self._watcher.request_build()
