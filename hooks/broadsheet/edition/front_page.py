"""The front page: the lead, the features and the newest articles of each section."""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.content import Article, Topic
from broadsheet.edition.public_articles import Edition, newest_first

SECTION_SIZE = 4
"""How many headlines a section has on the front page."""

FOLLOWING_SIZE = 13
"""How many of the newest articles are considered for `following`, in a newspaper without sections."""


@dataclass(frozen=True, slots=True)
class SectionFront:
    """A section's part of the front page."""

    topic: Topic
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The parts of the front page in their order; above `latest` no article is shown twice."""

    lead: Article | None = None
    features: tuple[Article, ...] = ()
    sections: tuple[SectionFront, ...] = ()
    latest: tuple[Article, ...] = ()
    following: tuple[Article, ...] = ()
    """In a newspaper without sections: the newest articles that are neither lead nor feature."""


def build_front_page(edition: Edition, feature_count: int, latest_count: int) -> FrontPage:
    """Choose the articles of the front page.

    The lead is the newest article with `front: lead`, or the newest of all if no article has it. Features are the
    articles with `front: feature` and the older leads, newest first. Each section shows its newest articles that are
    not shown above; without sections, `following` has the newest articles that are not shown above.
    """
    articles = edition.articles
    candidates = [article for article in articles if article.front == "lead"] or list(articles)
    lead = candidates[0] if candidates else None
    features = newest_first(article for article in articles if article.front and article is not lead)[:feature_count]
    shown = {article.path for article in (lead, *features) if article}
    sections = []
    for topic in edition.sections:
        remaining = [article for article in edition.by_topic.get(topic.id, ()) if article.path not in shown]
        newest = tuple(remaining[:SECTION_SIZE])
        shown.update(article.path for article in newest)
        if newest:
            sections.append(SectionFront(topic, newest))
    following = () if sections else tuple(article for article in articles[:FOLLOWING_SIZE] if article.path not in shown)
    return FrontPage(lead, features, tuple(sections), articles[:latest_count], following)
