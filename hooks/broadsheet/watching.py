"""Watching: all that goes with a server while a writer looks on."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from mkdocs.livereload import LiveReloadServer

from broadsheet.alarm import Alarm
from broadsheet.bodies import Workshop
from broadsheet.edition import find_next_change
from broadsheet.library import Library
from broadsheet.noticeboard import Noticeboard
from broadsheet.observing import take_over
from broadsheet.problems import Problem
from broadsheet.serving import BackgroundRanker, LastGood, ask_for_build
from broadsheet.site_files import SiteState


class ServerDesk:
    """Looks after a server from its first build to its end."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Take the clock by which articles become public and expire."""
        self.ranker = BackgroundRanker()
        """Compares articles beside the server."""
        self.last_good = LastGood()
        """What stays up while something is to be mended."""
        self.told: tuple[Problem, ...] = ()
        """What was wrong with the content of the last build."""
        self._board = Noticeboard(self.last_good.find_faults)
        self._alarm = Alarm(clock, self._build_again)
        self._change: datetime | None = None
        self._server: LiveReloadServer | None = None
        self._left: tuple[set[str], SiteState] | None = None

    def open(self) -> None:
        """Begin, before the first build."""
        self._board.open()

    def note(self, library: Library, now: datetime, site: Path) -> None:
        """Take what was read for the edition of an instant, before a build changes the site.

        When the next edition is due, the server builds by itself.
        """
        self.last_good.keep_pages(library, site)
        self.told = library.problems
        self._change = find_next_change(library, now)
        if self._server is not None:
            self._alarm.set(self._change)

    def attach(self, server: LiveReloadServer) -> None:
        """Take the server, which builds and shows the site from now on."""
        self.ranker.attach(server)
        self._board.attach(server)
        take_over(server)
        self._server = server
        # What is there now stays for the most part; looking through it for garbage would hold up a page by a second.
        gc.freeze()
        self._alarm.set(self._change)

    def recall_site(self, others: Collection[str]) -> SiteState | None:
        """How the last build left the site but for `others`, where that is known; until the next has been followed up.

        Nobody else touches a server's site.
        """
        left, self._left = self._left, None
        return left[1] if left is not None and left[0] == set(others) else None

    def follow_up(self, site: SiteState, others: Collection[str], workshop: Workshop, *, show: bool) -> None:
        """Show the site that was built, where it is sure to be good, then do what its next builds need."""
        self._left = (set(others), site)
        if show:
            self._board.show()
        self.ranker.follow_up(workshop)

    def close(self) -> None:
        """End."""
        self._alarm.set(None)
        self._board.close()

    def _build_again(self) -> None:
        if self._server is not None:
            ask_for_build(self._server)
