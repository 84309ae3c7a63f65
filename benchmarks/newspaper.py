"""Newspaper: a copy of the project's site, with everything on, that can be edited while the project stays as it is."""

from __future__ import annotations

import re
import shutil

from builder import ENV, Builder
from contender import write
from piece import Piece, read_piece
from site_settings import ROOT

_TEMPLATE = "broadsheet/article.html"
_TITLE = re.compile(r"^(title: *['\"]?)", re.MULTILINE)


class Newspaper(Builder):
    """Broadsheet, from nothing, with nothing changed, after one edit, and after a change to a template."""

    name = "Broadsheet"
    articles = "content"
    builds = ("cold", "warm", "one edit", "template edit")

    def _furnish(self) -> None:
        self._paths: list[str] = []
        for name in ("docs", "overrides"):
            # The handbook is no part of a newspaper, and the others have no pages of their own.
            shutil.copytree(ROOT / name, self.place / name, ignore=shutil.ignore_patterns("handbook"))
        write(self.place / "mkdocs.yml", f"INHERIT: {ROOT / 'mkdocs.yml'}\nhooks:\n- {ROOT / 'hooks' / 'entry.py'}\n")
        self.env = {**ENV, "BROADSHEET_CONTENT": str(self.place / "content")}

    def _form(self, piece: Piece) -> str:
        self._paths.append(piece.path)
        return piece.text

    def _prepare(self, what: str, number: int) -> None:
        super()._prepare(what, number)
        override = self.place / "overrides" / _TEMPLATE
        if what == "cold":
            override.unlink(missing_ok=True)
        elif what == "one edit":
            self._edit(self._paths[(len(self._paths) // 3 + number) % len(self._paths)], number)
        elif what == "template edit":
            template = (ROOT / "hooks" / "broadsheet" / "templates" / _TEMPLATE).read_text(encoding="utf-8")
            write(override, template.replace("<header ", f'<header data-edition="{number}" ', 1))

    def _edit(self, path: str, number: int) -> None:
        """Change an article's headline and body."""
        file = self.place / self.articles / path
        text = _TITLE.sub(rf"\g<1>Edition {number} of ", file.read_text(encoding="utf-8"), count=1)
        text += f"\n\nThis is edition {number} of the article.\n"
        assert read_piece(path, text) is not None, path
        file.write_text(text, encoding="utf-8")

    def _command(self) -> list[str]:
        return [str(self.commands / "mkdocs"), "build", "-q"]
