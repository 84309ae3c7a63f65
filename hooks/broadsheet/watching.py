"""Watching: all that goes with a server while a writer looks on."""

from __future__ import annotations

from pathlib import Path

from mkdocs.livereload import LiveReloadServer

from broadsheet.library import Library
from broadsheet.noticeboard import Noticeboard
from broadsheet.serving import BackgroundRanker, LastGood


class ServerDesk:
    """Looks after a server from its first build to its end."""

    def __init__(self) -> None:
        self.ranker = BackgroundRanker()
        """Compares articles beside the server."""
        self.last_good = LastGood()
        """What stays up while something is to be mended."""
        self._board = Noticeboard(self.last_good.find_faults)

    def open(self) -> None:
        """Begin, before the first build."""
        self._board.open()

    def note(self, library: Library, site: Path) -> None:
        """Take what was read, before a build changes the site."""
        self.last_good.keep_pages(library, site)

    def attach(self, server: LiveReloadServer) -> None:
        """Take the server, which builds and shows the site from now on."""
        self.ranker.attach(server)
        self._board.attach(server)

    def close(self) -> None:
        """End."""
        self._board.close()
