"""Contender: a tool with the articles in its own form, to be run with related content and without."""

from __future__ import annotations

import html
import json
import re
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

import yaml
from measure import Limits, Run, run_measured
from piece import Piece

COUNT = 8
"""How long a list is."""

_HERE = Path(__file__).resolve().parent
_LINE = re.compile(r"^(article|related): (.*)$", re.MULTILINE)


def write(file: Path, text: str) -> None:
    """Write a file and the directories above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


class Contender(ABC):
    """A tool with its copy of the articles, to be run with related content and without."""

    name: str
    articles = "content"
    """The directory that the paths of articles are relative to."""
    env: Mapping[str, str] = {}

    def __init__(self, place: Path, commands: Path) -> None:
        """Take an empty directory and that of the tool's commands."""
        self.place = place
        self.commands = commands
        self.output = place / "output"
        self.printed = place / "printed.txt"
        self._furnish()

    def run(self, *, related: bool, limits: Limits) -> Run:
        """Build anew, with related content or without."""
        shutil.rmtree(self.output, ignore_errors=True)
        return run_measured(self._command(related=related), self.place, self.env, output=self.printed, limits=limits)

    def add(self, piece: Piece) -> None:
        """Write an article in the tool's own form."""
        write(self.place / self.articles / piece.path, self._form(piece))

    def read_lists(self) -> dict[str, list[str]]:
        """What the last run wrote: the related articles of each, best first."""
        return self._read()

    @abstractmethod
    def _furnish(self) -> None:
        """Write settings and templates."""

    @abstractmethod
    def _form(self, piece: Piece) -> str:
        """An article's file in the tool's own form."""

    @abstractmethod
    def _command(self, *, related: bool) -> list[str]:
        """What builds all, with related content or without."""

    def _read(self) -> dict[str, list[str]]:
        lists: dict[str, list[str]] = {}
        for page in self.output.rglob("*.html"):
            lines = [(what, html.unescape(name)) for what, name in _LINE.findall(page.read_text(encoding="utf-8"))]
            if lines and lines[0][0] == "article":
                article = lines[0][1]
                lists[article] = [self._resolve(name, article) for what, name in lines if what == "related"]
        return lists

    def _resolve(self, name: str, article: str) -> str:
        """The path of a related article as a page names it."""
        return name


class Broadsheet(Contender):
    """The command that prints all lists; without related content, what it does before it compares articles."""

    name = "Broadsheet"
    # Articles of the future are public to the others, too.
    env: Mapping[str, str] = {"SOURCE_DATE_EPOCH": "4102444800", "NO_MKDOCS_2_WARNING": "1"}

    def _furnish(self) -> None:
        newspaper = {"content": "content", "topics": "open", "authors": "open", "related": {"count": COUNT}}
        settings = {"site_name": "Archive", "theme": "mkdocs", "extra": {"broadsheet": newspaper}}
        write(self.place / "mkdocs.yml", yaml.safe_dump(settings))
        write(self.place / "docs" / "index.md", "# Archive\n")

    def _form(self, piece: Piece) -> str:
        return piece.text

    def _command(self, *, related: bool) -> list[str]:
        settings = str(self.place / "mkdocs.yml")
        if not related:
            return [sys.executable, str(_HERE / "planning.py"), settings]
        return [str(self.commands / "broadsheet"), "-f", settings, "related", "--format", "json"]

    def _read(self) -> dict[str, list[str]]:
        lists = json.loads(self.printed.read_text(encoding="utf-8"))
        return {article: [one["id"] for one in found] for article, found in lists.items()}
