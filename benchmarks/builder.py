"""Builder: a tool with the articles in its own form, whose builds are measured."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from contender import write
from measure import Limits, Run, run_measured
from piece import Piece

ENV: Mapping[str, str] = {"NO_MKDOCS_2_WARNING": "1"}


class Builder(ABC):
    """A tool in a directory of its own."""

    name: str
    articles = "docs"
    """The directory that the paths of articles are relative to."""
    builds: tuple[str, ...] = ("cold",)
    """What is measured of it, in this order, in every round."""

    def __init__(self, place: Path, commands: Path) -> None:
        """Take an empty directory and that of the tool's commands."""
        self.place = place
        self.commands = commands
        self.site = place / "site"
        self.env: Mapping[str, str] = ENV
        self._furnish()

    def add(self, piece: Piece) -> None:
        """Write an article in the tool's own form."""
        write(self.place / self.articles / piece.path, self._form(piece))

    def run(self, what: str, number: int, limits: Limits) -> Run:
        """One build, of the round with that number, after what sets it apart from the build before.

        Raises:
            SystemExit: with the end of what the tool printed, when it fails.

        """
        self._prepare(what, number)
        return run_measured(self._command(), self.place, self.env, limits=limits)

    def count_pages(self) -> int:
        """How many pages the last build left in the site."""
        return sum(1 for _ in self.site.rglob("*.html"))

    def find_page(self, path: str) -> str:
        """The address of an article's page within the site that was built last."""
        found = next(self.site.rglob(f"{Path(path).stem}/index.html"))
        return f"/{found.parent.relative_to(self.site).as_posix()}/"

    def _prepare(self, what: str, number: int) -> None:
        if what == "cold":
            shutil.rmtree(self.site, ignore_errors=True)
            shutil.rmtree(self.place / ".cache", ignore_errors=True)

    @abstractmethod
    def _furnish(self) -> None:
        """Write settings and templates."""

    @abstractmethod
    def _form(self, piece: Piece) -> str:
        """An article's file in the tool's own form."""

    @abstractmethod
    def _command(self) -> list[str]:
        """What builds the site."""
