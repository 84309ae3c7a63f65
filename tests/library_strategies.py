"""Library strategies: whole newspapers for Hypothesis, with every kind of date, topic and reason to hold an article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from broadsheet.content.article import Article
from broadsheet.content.library import Library
from broadsheet.content.taxonomies import Author, Story, Taxonomies, Topic
from broadsheet.core.datetimes import parse_moment
from content_factory import HOLDS, hold, make_article, make_library, make_registers
from hypothesis import strategies as st

PARIS = ZoneInfo("Europe/Paris")
MOMENTS = (
    "2024-02-29",
    "2025-10-26T02:30+02:00",  # Half past two, the first time;
    "2025-10-26T02:10+01:00",  # forty minutes later, when clocks have been put back.
    "2025-12-31T23:30Z",  # In Paris it is 2026.
    "2026-01-17",
    "2026-01-18",
    "2026-01-18T09:30",
    "2026-01-18T09:30:01",
)
"""Few, so that many articles are of the same moment."""
IDS = ("asia", "europe", "france", "nato", "paris", "world")


@st.composite
def registers(draw: st.DrawFn) -> Taxonomies:
    """Registers with some of the ids, topics in trees, and titles that collide."""
    titles = st.sampled_from(["News", "news", "Élan", "Zones"])
    above: list[str] = []
    topics = []
    for name in draw(st.lists(st.sampled_from(IDS), unique=True, max_size=6)):
        parent = draw(st.sampled_from(["", *above]))
        topics.append(Topic(name, draw(titles), parent=parent, section=draw(st.booleans())))
        above.append(name)
    return make_registers(
        draw(st.permutations(topics)),
        [Author(name, draw(titles), bio="A desk.") for name in draw(st.sets(st.sampled_from(IDS), max_size=3))],
        [Story(name, draw(titles)) for name in draw(st.sets(st.sampled_from(IDS), max_size=3))],
    )


@st.composite
def articles(draw: st.DrawFn, slug: str, held: bool = True) -> Article:
    """An article, one in three of them held for some reason."""
    several = st.lists(st.sampled_from(IDS), unique=True, max_size=3).map(tuple)
    fields: Mapping[str, Any] = {
        "topics": draw(several.filter(bool)),
        "authors": draw(several),
        "story": draw(st.sampled_from(["", "", *IDS])),
        "front": draw(st.sampled_from(["", "", "lead", "feature"])),
    }
    date = parse_moment(draw(st.sampled_from(MOMENTS)), PARIS)
    article = replace(make_article(slug, **fields), date=date)
    reason = draw(st.sampled_from([None] * 8 + list(HOLDS))) if held else None
    return hold(article, reason) if reason else article


@st.composite
def libraries(draw: st.DrawFn, most: int = 10) -> Library:
    """A newspaper: registers and articles, some of which are held."""
    count = draw(st.integers(0, most))
    drawn_articles = [draw(articles(f"talks-{number}")) for number in range(count)]
    return make_library(*drawn_articles, registers=draw(registers()))
