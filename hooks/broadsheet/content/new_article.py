"""New article: the text of the file that a writer starts with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from broadsheet.content.content_dir import ARTICLES_DIR
from broadsheet.core import Moment, slugify


@dataclass(frozen=True, slots=True)
class NewArticle:
    """The front matter that a writer gives for a new article."""

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
        """The path of the new file, relative to the content directory."""
        return f"{ARTICLES_DIR}/{self.date.at:%Y/%m}/{slugify(self.headline)}.md"


def format_new_article(article: NewArticle) -> str:
    """Return the file's text: front matter in the order of the handbook, then a line to replace.

    >>> from datetime import UTC
    >>> from broadsheet.core.datetimes import parse_moment
    >>> print(format_new_article(NewArticle("Davos: the talks", parse_moment("2026-01-20T09:05", UTC), ["trade"])))
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
    lines = [f"title: {_quote(article.headline)}", f"date: {_format_date(article.date)}", "topics:"]
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


def _format_date(date: Moment) -> str:
    """Return the date as front matter has it, without a zone: it is in the site's zone."""
    if date.day_only:
        return date.iso
    return date.at.replace(tzinfo=None).isoformat(timespec="seconds" if date.at.second else "minutes")


def _quote(text: str) -> str:
    """Return the text as one line of YAML, in quotes when YAML needs them."""
    dumped = yaml.safe_dump(text, allow_unicode=True, width=float("inf"))
    return dumped.removesuffix("\n").removesuffix("\n...")
