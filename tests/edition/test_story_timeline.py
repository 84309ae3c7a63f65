"""Story timelines: they show the article itself, both neighbours and the newest article of the story."""

from __future__ import annotations

from itertools import pairwise

import pytest
from broadsheet.content.article import Article
from broadsheet.content.library import Library
from broadsheet.content.taxonomies import Story
from broadsheet.edition.listings import StoryTimeline, build_timelines
from broadsheet.edition.public_articles import publish
from content_factory import HOLDS, NOW, hold, make_article, make_edition, make_registers
from hypothesis import given, settings
from hypothesis import strategies as st
from library_strategies import libraries


def make_story(many: int) -> list[Article]:
    """The given number of articles of one story, a day apart; `a` is the oldest."""
    return [make_article("abcdefghijklmnopqrst"[day], f"2026-01-{day + 1:02}", story="accord") for day in range(many)]


def draw(many: int, place: str, count: int) -> str:
    """The timeline of one article: newest first, '…' where some are left out, the article's own place in brackets."""
    articles = make_story(many)
    line = build_timelines(make_edition(*articles), count)[articles[ord(place) - ord("a")].path]
    parts = [
        "".join(f"[{article.slug}]" if article.slug == place else article.slug for article in part)
        for part in line.parts
    ]
    assert line.total == many
    return "…".join(parts)


@pytest.mark.parametrize(
    ("many", "place", "count", "drawn"),
    [
        (2, "a", 10, "b[a]"),
        (4, "b", 4, "dc[b]a"),
        (9, "i", 4, "[i]hgf"),
        (9, "g", 4, "ih[g]f"),
        (9, "f", 4, "ihg[f]e"),
        (9, "d", 4, "i…e[d]c"),
        (9, "b", 4, "i…c[b]a"),
        (9, "a", 4, "i…cb[a]"),
        (20, "j", 10, "tsr…mlk[j]ihg"),
        (9, "e", 1, "[e]"),
        (9, "i", 1, "[i]"),
        (9, "e", 2, "f[e]"),
        (9, "e", 3, "i…f[e]"),
    ],
)
def test_the_newest_and_those_around_the_article_are_shown(many: int, place: str, count: int, drawn: str) -> None:
    assert draw(many, place, count) == drawn


def test_each_has_its_neighbours_and_all_but_the_newest_the_latest() -> None:
    articles = make_story(3)
    lines = build_timelines(make_edition(*articles, make_article("other")), 10)
    first, second, third = articles
    assert {path: (line.older, line.newer, line.latest) for path, line in lines.items()} == {
        first.path: (None, second, third),
        second.path: (first, third, third),
        third.path: (second, None, None),
    }
    assert {line.story for line in lines.values()} == {Story("accord", "Accord")}


def test_a_story_has_the_title_that_the_register_gives_it() -> None:
    registers = make_registers(stories=[Story("accord", "The Paris accord", "How it came")])
    lines = build_timelines(make_edition(*make_story(2), registers=registers), 10)
    assert {line.story.title for line in lines.values()} == {"The Paris accord"}


@pytest.mark.parametrize(("many", "count"), [(0, 10), (1, 10), (5, 0)])
def test_an_article_alone_in_its_story_has_none_nor_has_any_where_none_is_wanted(many: int, count: int) -> None:
    assert build_timelines(make_edition(*make_story(many)), count) == {}


@pytest.mark.parametrize("reason", HOLDS)
def test_a_held_article_leaves_no_trace_in_a_timeline(reason: str) -> None:
    held = make_article("held", "2026-01-02T12:00", story="accord")
    public = make_story(3)
    edition = make_edition(*public, hold(held, reason))
    assert build_timelines(edition, 10) == build_timelines(make_edition(*public), 10)


def test_what_it_shows_is_all_that_it_leads_to() -> None:
    articles = make_story(9)
    line = build_timelines(make_edition(*articles), 1)[articles[4].path]
    assert line.shown == {articles[place].path for place in (3, 4, 5, 8)}


@settings(max_examples=60, deadline=None)
@given(library=libraries(), count=st.integers(0, 6))
def test_timelines_of_any_newspaper(library: Library, count: int) -> None:
    edition = publish(library, NOW)
    lines = build_timelines(edition, count)
    expected = {article.path for articles in edition.by_story.values() for article in articles if len(articles) > 1}
    assert set(lines) == (expected if count else set())
    for path, line in lines.items():
        check_timeline(line, edition.by_path[path], edition.by_story[line.story.id], count)


@pytest.mark.parametrize("many", range(2, 15))
@pytest.mark.parametrize("count", range(1, 13))
def test_timelines_of_any_length(many: int, count: int) -> None:
    articles = tuple(make_story(many))
    for path, line in build_timelines(make_edition(*articles), count).items():
        check_timeline(line, next(article for article in articles if article.path == path), articles, count)


def check_timeline(line: StoryTimeline, article: Article, story: tuple[Article, ...], count: int) -> None:
    newest_first = story[::-1]
    places = [[newest_first.index(article) for article in part] for part in line.parts]
    shown = [place for part in places for place in part]
    assert article.story == line.story.id
    assert line.total == len(story)
    assert newest_first.index(article) in shown
    # One alone is not left out between two parts.
    whole = len(shown) == count + 1 and len(places) == 1 and shown[-1] == count
    assert whole or len(shown) == min(count, len(story))
    assert shown == sorted(set(shown))
    for newer_part in places:
        assert newer_part == list(range(newer_part[0], newer_part[-1] + 1))
    for newer_part, older_part in pairwise(places):
        assert older_part[0] > newer_part[-1] + 2, "between two parts more than one is left out"
    if count > 2 or len(story) <= count:
        assert shown[0] == 0
    assert {article.path for part in line.parts for article in part} <= line.shown
    assert line.latest == (None if newest_first[0] == article else newest_first[0])
    neighbours = [neighbour for neighbour in (line.newer, article, line.older) if neighbour]
    begin = newest_first.index(neighbours[0])
    assert tuple(neighbours) == newest_first[begin : begin + len(neighbours)]
    assert (line.newer is None) == (begin == 0 and neighbours[0] == article)
    assert (line.older is None) == (newest_first[-1] == article)
