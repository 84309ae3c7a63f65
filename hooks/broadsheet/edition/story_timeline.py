"""Story timelines: the other articles of the running story that an article belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.content import Article, Story
from broadsheet.edition.public_articles import Edition


@dataclass(frozen=True, slots=True)
class StoryTimeline:
    """The timeline of a story that one of its articles shows."""

    story: Story
    parts: tuple[tuple[Article, ...], ...]
    """The articles shown, newest first, in one or two parts; between two parts articles are left out."""
    total: int
    """The number of articles of the story."""
    newer: Article | None
    """The next newer article of the story."""
    older: Article | None
    """The next older article of the story."""
    latest: Article | None
    """The newest article of the story; None if it is this article."""

    @property
    def shown(self) -> frozenset[str]:
        """The paths of all articles that the timeline links to."""
        links = (article for article in (self.newer, self.older, self.latest) if article)
        return frozenset(article.path for article in (*links, *(article for part in self.parts for article in part)))


def build_timelines(edition: Edition, count: int) -> dict[str, StoryTimeline]:
    """The timeline of each article of a story with more than one article, by the article's path.

    Cost: `count` steps an article.

    Args:
        edition: the public articles.
        count: how many articles a timeline shows; 0 for no timelines.

    """
    timelines: dict[str, StoryTimeline] = {}
    for name, articles in edition.by_story.items():
        newest_first = tuple(reversed(articles))
        for position, article in enumerate(newest_first if count and len(articles) > 1 else ()):
            timelines[article.path] = StoryTimeline(
                edition.stories[name],
                _choose_parts(newest_first, position, count),
                len(articles),
                newest_first[position - 1] if position else None,
                newest_first[position + 1] if position + 1 < len(articles) else None,
                newest_first[0] if position else None,
            )
    return timelines


def _choose_parts(articles: Sequence[Article], position: int, count: int) -> tuple[tuple[Article, ...], ...]:
    """The newest articles and those around a position, `count` in all, as one part if they are adjacent.

    A single article between two parts is shown too: the line that says "left out" would take as much room.
    """
    if len(articles) <= count:
        return (tuple(articles),)
    around = max(1, count - count // 3)
    start = min(max(0, position - around // 2), len(articles) - around)
    newest = count - around
    if start <= newest:
        return (tuple(articles[:count]),)
    if newest and start == newest + 1:
        return (tuple(articles[: count + 1]),)
    return tuple(part for part in (tuple(articles[:newest]), tuple(articles[start : start + around])) if part)
