"""New article: the file that a writer starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from broadsheet.content.content_dir import ARTICLES_DIR
from broadsheet.core import Moment, slugify


@dataclass(frozen=True, slots=True)
class NewArticle:
    """What a writer says of an article before there is any text."""

    headline: str
    date: Moment
    """In the site's zone."""
    topics: Sequence[str]
    summary: str = ""
    authors: Sequence[str] = ()
    type: str = "news"
    story: str = ""
    draft: bool = False

    @property
    def path(self) -> str:
        """Where the file goes, relative to the content directory."""
        return f"{ARTICLES_DIR}/{self.date.at:%Y/%m}/{slugify(self.headline)}.md"


def write_article(article: NewArticle) -> str:
    """The file's text: front matter in the order of the handbook, then a line to write over.

    >>> from datetime import UTC
    >>> from broadsheet.core.datetimes import parse_moment
    >>> print(write_article(NewArticle("Davos: the talks", parse_moment("2026-01-20T09:05", UTC), ["trade"])))
    ---
    title: 'Davos: the talks'
    date: 2026-01-20T09:05
    topics:
      - trade
    summary: ''
    ---
    <BLANKLINE>
    Write the story here.
    <BLANKLINE>
    """
    lines = [f"title: {_quote(article.headline)}", f"date: {_write_date(article.date)}", "topics:"]
    lines += [f"  - {_quote(topic)}" for topic in article.topics]
    lines.append(f"summary: {_quote(article.summary)}")
    if article.authors:
        lines += ["authors:", *(f"  - {_quote(author)}" for author in article.authors)]
    if article.type != "news":
        lines.append(f"type: {article.type}")
    if article.story:
        lines.append(f"story: {_quote(article.story)}")
    if article.draft:
        lines.append("draft: true")
    return "\n".join(["---", *lines, "---", "", "Write the story here.", ""])


def _write_date(date: Moment) -> str:
    """As the writer gave it; without a zone, as it is in the site's."""
    if date.day_only:
        return date.iso
    return date.at.replace(tzinfo=None).isoformat(timespec="seconds" if date.at.second else "minutes")


def _quote(text: str) -> str:
    """The text as one line of YAML, in quotes where it needs them."""
    dumped = yaml.safe_dump(text, allow_unicode=True, width=float("inf"))
    return dumped.removesuffix("\n").removesuffix("\n...")
