"""Timelines: what an article shows of the running story that it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.content import Article, Story
from broadsheet.edition.edition import Edition


@dataclass(frozen=True, slots=True)
class StoryTimeline:
    """A story as seen from one of its articles."""

    story: Story
    parts: tuple[tuple[Article, ...], ...]
    """The newest first; between two parts others are left out."""
    total: int
    """How many articles the story has."""
    newer: Article | None
    """The next in the story, one step nearer to today."""
    older: Article | None
    latest: Article | None
    """The newest of the story, where that is another one."""

    @property
    def shown(self) -> frozenset[str]:
        """The paths of all that it leads to."""
        links = (article for article in (self.newer, self.older, self.latest) if article)
        return frozenset(article.path for article in (*links, *(one for part in self.parts for one in part)))


def build_timelines(edition: Edition, count: int) -> dict[str, StoryTimeline]:
    """The timeline of each article that belongs to a story with more than one, by the article's path.

    Cost: `count` steps an article.

    Args:
        edition: what is public.
        count: how many articles a timeline shows; 0 for no timelines.

    """
    timelines: dict[str, StoryTimeline] = {}
    for name, articles in edition.by_story.items():
        newest_first = tuple(reversed(articles))
        for place, article in enumerate(newest_first if count and len(articles) > 1 else ()):
            timelines[article.path] = StoryTimeline(
                edition.stories[name],
                _choose_parts(newest_first, place, count),
                len(articles),
                newest_first[place - 1] if place else None,
                newest_first[place + 1] if place + 1 < len(articles) else None,
                newest_first[0] if place else None,
            )
    return timelines


def _choose_parts(articles: Sequence[Article], place: int, count: int) -> tuple[tuple[Article, ...], ...]:
    """The newest, and those around a place, `count` together; in one part where nothing is left out between.

    One alone is not left out between, since the line that says so would take its place.
    """
    if len(articles) <= count:
        return (tuple(articles),)
    around = max(1, count - count // 3)
    start = min(max(0, place - around // 2), len(articles) - around)
    newest = count - around
    if start <= newest:
        return (tuple(articles[:count]),)
    if newest and start == newest + 1:
        return (tuple(articles[: count + 1]),)
    return tuple(part for part in (tuple(articles[:newest]), tuple(articles[start : start + around])) if part)
