"""Front page: the lead story, the features and the newest of each section."""

from __future__ import annotations

from dataclasses import dataclass

from broadsheet.content import Article, Topic
from broadsheet.edition.edition import Edition, newest_first

SECTION_SIZE = 4
"""How many headlines a section has on the front page."""

FOLLOWING = 13
"""Among so many of the newest a newspaper without sections looks for what stands below its features."""


@dataclass(frozen=True, slots=True)
class SectionFront:
    """A section's part of the front page."""

    topic: Topic
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class FrontPage:
    """What the front page shows, in the order of its parts; no article stands on it twice above `latest`."""

    lead: Article | None = None
    features: tuple[Article, ...] = ()
    sections: tuple[SectionFront, ...] = ()
    latest: tuple[Article, ...] = ()
    following: tuple[Article, ...] = ()
    """Of a newspaper without sections, the newest that stand neither as lead nor as feature."""


def build_front_page(edition: Edition, feature_count: int, latest_count: int) -> FrontPage:
    """Lay out the front page of an edition.

    The lead is the newest article with `front: lead`, or the newest of all where no editor chose one. Features
    are those with `front: feature`, and older leads, newest first. Sections fill up with what is left; where there
    are none, the newest of what is left stand in their place.
    """
    articles = edition.articles
    chosen = [article for article in articles if article.front == "lead"] or list(articles)
    lead = chosen[0] if chosen else None
    features = newest_first(article for article in articles if article.front and article is not lead)[:feature_count]
    shown = {article.path for article in (lead, *features) if article}
    sections = []
    for topic in edition.sections:
        left = [article for article in edition.by_topic.get(topic.id, ()) if article.path not in shown]
        newest = tuple(left[:SECTION_SIZE])
        shown.update(article.path for article in newest)
        if newest:
            sections.append(SectionFront(topic, newest))
    following = () if sections else tuple(one for one in articles[:FOLLOWING] if one.path not in shown)
    return FrontPage(lead, features, tuple(sections), articles[:latest_count], following)
