"""Watching: all that goes with a server while a writer looks on."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from mkdocs.livereload import LiveReloadServer

from broadsheet.content import Library
from broadsheet.core import Problem, SiteState
from broadsheet.edition import BuildResources, SiteModel, find_next_change, get_renderer
from broadsheet.serve.background_related import BackgroundRelatedLists, LastGood, ask_for_build
from broadsheet.serve.file_watcher import FileWatcher, replace_observer
from broadsheet.serve.live_reload import LiveReload
from broadsheet.serve.preview import ArticlePreview
from broadsheet.serve.timer import ClockTimer


class ServeSession:
    """Looks after a server from its first build to its end."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Take the clock by which articles become public and expire."""
        self.ranker = BackgroundRelatedLists()
        """Compares articles beside the server."""
        self.last_good = LastGood()
        """What stays up while something is to be mended."""
        self.told: tuple[Problem, ...] = ()
        """What was wrong with the content of the last build."""
        self._board = LiveReload(self.last_good.find_faults, self._pull_proofs)
        self._clock = clock
        self._alarm = ClockTimer(clock, self._build_again)
        self._library = Library()
        self._model: SiteModel | None = None
        self._change: datetime | None = None
        self._server: LiveReloadServer | None = None
        self._left: tuple[set[str], SiteState] | None = None
        self._observer: FileWatcher | None = None
        self._proofs: ArticlePreview | None = None

    def open(self) -> None:
        """Begin, before the first build."""
        self._board.open()

    def note(self, library: Library, model: SiteModel, now: datetime) -> None:
        """Take what was read, and the model of its edition at an instant.

        When the next edition is due, the server builds by itself.
        """
        self._library, self._model, self.told = library, model, model.problems
        self._change = find_next_change(library, now)
        if self._server is not None:
            self._alarm.set(self._change)

    def attach(self, server: LiveReloadServer) -> None:
        """Take the server, which builds and shows the site from now on."""
        self.ranker.attach(server)
        self._board.attach(server)
        self._observer = replace_observer(server)
        self._server = server
        # What is there now stays for the most part; looking through it for garbage would hold up a page by a second.
        gc.freeze()
        self._alarm.set(self._change)

    def keep_pages(self, site: Path) -> None:
        """Take the pages that must outlive the build, before it changes the site; from here on it gives way no more."""
        if self._model is not None:
            self.last_good.keep_pages(self._library, self._model, site)

    def recall_site(self, others: Collection[str]) -> SiteState | None:
        """How the last build left the site but for `others`, where that is known; until the next has been followed up.

        Nobody else touches a server's site, but for proofs, of which is known how they left it.
        """
        left, self._left = self._left, None
        return left[1] if left is not None and left[0] == set(others) else None

    def give_way(self) -> None:
        """End the build that is under way, if a writer has saved again meanwhile: see `LiveReload.give_way`."""
        self._board.give_way()

    def follow_up(
        self,
        site: SiteState,
        others: Collection[str],
        resources: BuildResources,
        proofs: ArticlePreview,
        *,
        news: bool,
        show: bool,
    ) -> None:
        """Show the site that was built, where it is sure to be good, then do what its next builds need.

        Args:
            site: how it was left, but for `others`.
            others: directories that someone else looks after.
            resources: what to work with.
            proofs: prints single pages of it.
            news: whether any file is other than before.
            show: whether to show it now, and not when MkDocs is done.

        """
        self._left, self._proofs = (set(others), site), proofs
        self._board.note_news(news=news)
        if show:
            self._board.show(news=news)
        # The first proof would have to wait for it.
        get_renderer(resources.markdown)
        self.ranker.follow_up(resources)

    def close(self) -> None:
        """End."""
        self._alarm.set(None)
        self._board.close()

    def _pull_proofs(self) -> bool:
        """Print the saved pages that can be printed before all else; whether there are any."""
        changed = self._observer.take_changes() if self._observer is not None else set()
        placed = self._proofs.pull(changed, self._clock()) if self._proofs is not None else {}
        if placed and self._left is not None:
            self._left = (self._left[0], {**self._left[1], **placed})
        return bool(placed)

    def _build_again(self) -> None:
        if self._server is not None:
            ask_for_build(self._server)
