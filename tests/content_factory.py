"""Content factory: small articles, registers and libraries for tests, each named by what makes it different."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from broadsheet.content.article import Article
from broadsheet.content.library import Library
from broadsheet.content.taxonomies import Author, Story, Taxonomies, Topic
from broadsheet.core.datetimes import Moment, parse_moment
from broadsheet.edition.public_articles import Edition, publish

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""The instant at which tests publish unless they say otherwise; `make_article` makes what is public by then."""

HOLDS = ("draft", "future", "embargoed", "expired")
"""Every reason for which an article can be kept from the public."""


def make_moment(text: str = "2026-01-18") -> Moment:
    """A moment in UTC, from a date or date-time as front matter has it."""
    return parse_moment(text, UTC)


def make_article(slug: str = "talks", date: str = "2026-01-18", **fields: Any) -> Article:
    """A public article; every field may be given, the path and the title follow from the slug."""
    moment = make_moment(date)
    fields.setdefault("path", f"articles/{moment.at.year:04}/{moment.at.month:02}/{slug}.md")
    fields.setdefault("title", slug.replace("-", " ").capitalize())
    fields.setdefault("topics", ("world",))
    fields.setdefault("body", f"Words about {slug}.")
    return Article(date=moment, slug=slug, **fields)


def make_registers(
    topics: Iterable[Topic] = (), authors: Iterable[Author] = (), stories: Iterable[Story] = ()
) -> Taxonomies:
    """Registers of these entries, in this order."""
    return Taxonomies(
        {topic.id: topic for topic in topics},
        {author.id: author for author in authors},
        {story.id: story for story in stories},
    )


def make_library(*articles: Article, registers: Taxonomies | None = None, **fields: Any) -> Library:
    """A library of these articles, sorted by path as a library always is."""
    by_path = tuple(sorted(articles, key=lambda article: article.path))
    return Library(by_path, registers or Taxonomies(), **fields)


def make_edition(*articles: Article, registers: Taxonomies | None = None, now: datetime = NOW) -> Edition:
    """What is public of these articles."""
    return publish(make_library(*articles, registers=registers), now)


def hold(article: Article, reason: str) -> Article:
    """The same article kept from the public at NOW for a reason: draft, future, embargoed or expired."""
    return {
        "draft": replace(article, draft=True),
        "future": replace(article, date=make_moment("2026-06-01T12:00:01")),
        "embargoed": replace(article, embargo=datetime(2026, 6, 1, 12, 0, 1, tzinfo=UTC)),
        "expired": replace(article, expires=NOW),
    }[reason]
