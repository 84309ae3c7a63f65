"""Editions: the public articles of an instant, in order, by topic, author, story and month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from broadsheet.content.article import Article
from broadsheet.content.library import Library
from broadsheet.content.taxonomies import Author, Story, Topic
from broadsheet.core.datetimes import parse_moment
from broadsheet.edition.public_articles import Edition, find_next_change, publish
from content_factory import HOLDS, NOW, hold, make_article, make_edition, make_library, make_registers
from hypothesis import given, settings
from hypothesis import strategies as st
from library_strategies import PARIS, libraries

TREE = make_registers(
    [
        Topic("world", "World", section=True),
        Topic("europe", "Europe", parent="world"),
        Topic("france", "France", parent="europe"),
        Topic("economy", "Economy", section=True),
        Topic("courts", "Courts"),
    ]
)


def slugs(articles: tuple[Article, ...]) -> list[str]:
    return [article.slug for article in articles]


# What is public.


@pytest.mark.parametrize("reason", HOLDS)
def test_a_held_article_leaves_no_trace(reason: str) -> None:
    kept = make_article("kept", topics=("europe",), authors=("jane",), story="accord")
    held = make_article("held", "2026-02-03", topics=("europe", "spies"), authors=("spook", "jane"), story="plot")
    assert make_edition(kept, hold(held, reason), registers=TREE) == make_edition(kept, registers=TREE)
    assert "spies" in make_edition(kept, held, registers=TREE).topics, "public, it would have left one"


@pytest.mark.parametrize("reason", HOLDS)
def test_each_reason_is_enough_to_hold_an_article(reason: str) -> None:
    assert slugs(make_edition(make_article("talks")).articles) == ["talks"]
    assert make_edition(hold(make_article("talks"), reason)).articles == ()


@pytest.mark.parametrize(
    ("fields", "before", "at"),
    [
        ({"date": "2026-06-01T12:00"}, False, True),
        ({"embargo": NOW}, False, True),
        ({"expires": NOW}, True, False),
        ({"embargo": NOW, "expires": NOW + timedelta(seconds=1)}, False, True),
        ({"embargo": NOW, "draft": True}, False, False),
        ({"date": "2026-06-01T12:00", "embargo": NOW - timedelta(days=9)}, False, True),
        ({"date": "2026-06-02", "embargo": NOW}, False, False),
    ],
)
def test_an_article_appears_and_goes_at_the_very_second(fields: dict[str, object], before: bool, at: bool) -> None:
    article = make_article(**{"date": "2026-01-18", **fields})
    instants = (NOW - timedelta(seconds=1), NOW)
    assert [make_edition(article, now=now).articles == (article,) for now in instants] == [before, at]


def test_an_embargo_is_lifted_on_time_in_the_hour_that_autumn_repeats() -> None:
    embargo = parse_moment("2025-10-26T02:30+01:00", PARIS).at
    article = make_article(date="2025-01-18", embargo=embargo)
    first_half_past = parse_moment("2025-10-26T02:45+02:00", PARIS).at
    assert make_edition(article, now=first_half_past).articles == ()
    assert make_edition(article, now=first_half_past + timedelta(hours=1)).articles == (article,)


@pytest.mark.parametrize("offset", [-11, 0, 14])
def test_the_zone_of_the_clock_makes_no_difference(offset: int) -> None:
    now = NOW.astimezone(timezone(timedelta(hours=offset)))
    assert slugs(make_edition(make_article(date="2026-06-01T12:00"), now=now).articles) == ["talks"]
    assert make_edition(make_article(date="2026-06-01T12:00:01"), now=now).articles == ()


@settings(max_examples=60, deadline=None)
@given(library=libraries())
def test_an_edition_is_that_of_its_public_articles_alone(library: Library) -> None:
    public = tuple(article for article in library.articles if article.is_public(NOW))
    assert publish(library, NOW) == publish(replace(library, articles=public), NOW)


@settings(max_examples=60, deadline=None)
@given(library=libraries(), hours=st.integers(-20_000, 20_000))
def test_an_article_is_in_the_edition_of_exactly_those_instants_at_which_it_is_public(
    library: Library, hours: int
) -> None:
    now = NOW + timedelta(hours=hours)
    shown = set(publish(library, now).by_path)
    for article in library.articles:
        held = article.draft or article.date.at.astimezone(UTC) > now
        held = held or (article.embargo is not None and article.embargo > now)
        held = held or (article.expires is not None and article.expires <= now)
        assert (article.path in shown) is not held


# The order.


@given(library=libraries(), at=st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))
def test_the_edition_stays_as_it_is_until_its_next_change(library: Library, at: datetime) -> None:
    change = find_next_change(library, at)
    moments = [
        moment.astimezone(UTC)
        for article in library.articles
        for moment in (article.date.at, article.embargo, article.expires)
        if moment is not None
    ]
    public = publish(library, at).articles
    for moment in moments:
        if at < moment and (change is None or moment < change):
            assert publish(library, moment).articles == public
    if change is not None:
        assert at < change
        assert publish(library, change - timedelta(microseconds=1)).articles == public
        assert publish(library, change).articles != public


def test_a_draft_and_what_comes_after_the_next_change_wake_nobody_yet() -> None:
    hour = timedelta(hours=1)
    draft = make_article("a", draft=True, embargo=NOW + hour)
    scoop = make_article("b", embargo=NOW + 2 * hour, expires=NOW + 3 * hour)
    assert find_next_change(make_library(draft, scoop), NOW) == NOW + 2 * hour
    assert find_next_change(make_library(draft, scoop), NOW + 2 * hour) == NOW + 3 * hour
    assert find_next_change(make_library(draft, scoop), NOW + 3 * hour) is None


def test_the_newest_comes_first_and_of_one_moment_the_url_decides() -> None:
    edition = make_edition(
        make_article("b", "2026-01-18"),
        make_article("a", "2026-01-18", path="articles/z.md"),
        make_article("c", "2026-01-18T00:00:01"),
        make_article("d", "2025-12-31"),
    )
    assert slugs(edition.articles) == ["c", "a", "b", "d"]


def test_the_newest_comes_first_in_the_hour_that_autumn_repeats() -> None:
    first = replace(make_article("first"), date=parse_moment("2025-10-26T02:30+02:00", PARIS))
    second = replace(make_article("second"), date=parse_moment("2025-10-26T02:10+01:00", PARIS))
    assert slugs(make_edition(first, second).articles) == ["second", "first"]


@settings(max_examples=60, deadline=None)
@given(library=libraries(), data=st.data())
def test_the_order_is_strict_and_does_not_depend_on_the_library_s(library: Library, data: st.DataObject) -> None:
    edition = publish(library, NOW)
    shuffled = tuple(data.draw(st.permutations(library.articles)))
    again = publish(replace(library, articles=shuffled), NOW)
    assert again == edition
    assert list(again.by_topic) == list(edition.by_topic)
    for before, after in pairwise(edition.articles):
        then, earlier = before.date.at.astimezone(UTC), after.date.at.astimezone(UTC)
        assert then > earlier or (then == earlier and before.url < after.url)


# The indexes.


def test_an_article_stands_under_its_topics_and_all_above_them_once() -> None:
    edition = make_edition(
        make_article("budget", topics=("france", "europe", "economy")),
        make_article("summit", "2026-01-19", topics=("europe",)),
        registers=TREE,
    )
    assert {name: slugs(articles) for name, articles in edition.by_topic.items()} == {
        "economy": ["budget"],
        "europe": ["summit", "budget"],
        "france": ["budget"],
        "world": ["summit", "budget"],
    }


def test_a_story_is_told_from_its_beginning() -> None:
    edition = make_edition(
        make_article("end", "2026-02-01", story="accord"),
        make_article("begin", "2026-01-01", story="accord"),
        make_article("b", "2026-01-15", story="accord"),
        make_article("a", "2026-01-15", story="accord"),
        make_article("other"),
    )
    assert {name: slugs(articles) for name, articles in edition.by_story.items()} == {
        "accord": ["begin", "b", "a", "end"]
    }


def test_a_month_holds_what_is_dated_in_it_by_the_newspaper_s_own_clock() -> None:
    eve = replace(make_article("eve"), date=parse_moment("2025-12-31T23:30Z", PARIS))
    old = make_article("old", "1066-10-14")
    edition = make_edition(eve, make_article("later", "2026-01-18"), old)
    slugs_by_month = {key: slugs(articles) for key, articles in edition.by_month.items()}
    assert slugs_by_month == {"1066/10": ["old"], "2026/01": ["later", "eve"]}
    assert eve.url == "2026/01/eve/"


def test_authors_have_what_they_wrote_alone_and_together() -> None:
    edition = make_edition(
        make_article("both", authors=("jane", "desk")), make_article("one", "2026-01-19", authors=("desk",))
    )
    assert {name: slugs(articles) for name, articles in edition.by_author.items()} == {
        "desk": ["one", "both"],
        "jane": ["both"],
    }


@settings(max_examples=60, deadline=None)
@given(library=libraries())
def test_every_index_holds_each_public_article_once_where_it_belongs(library: Library) -> None:
    edition = publish(library, NOW)

    def lead_up(name: str) -> set[str]:
        indexed = set()
        while name:
            indexed.add(name)
            name = edition.topics[name].parent
        return indexed

    for index, belongs in (
        (edition.by_topic, lambda article, key: any(key in lead_up(name) for name in article.topics)),
        (edition.by_author, lambda article, key: key in article.authors),
        (edition.by_month, lambda article, key: article.url.startswith(f"{key}/")),
    ):
        keys = {*index, *edition.topics, *edition.authors}
        expected = {
            key: tuple(article for article in edition.articles if belongs(article, key)) for key in sorted(keys)
        }
        assert dict(index) == {key: articles for key, articles in expected.items() if articles}
        assert list(index) == sorted(index)
    for name, articles in edition.by_story.items():
        assert articles[::-1] == tuple(article for article in edition.articles if article.story == name)
    assert set(edition.by_story) == {article.story for article in edition.articles} - {""}
    assert edition.by_path == {article.path: article for article in edition.articles}


# Registers.


def test_entries_of_registers_are_in_it_with_or_without_articles_and_others_only_when_they_are_named() -> None:
    registers = make_registers(
        [Topic("world", "The world"), Topic("asia", "Asia")], [Author("jane", "Jane Roe")], [Story("accord", "Accord")]
    )
    edition = make_edition(
        make_article("a", topics=("zebra-crossings", "world"), authors=("wire-desk",), story="big-freeze"),
        make_article("b", topics=("apples", "d-4", "b-2", "a-1", "c-3", "e-5")),
        make_article("c", topics=("secrets",), authors=("spook",), story="plot", draft=True),
        registers=registers,
    )
    assert [(topic.id, topic.title) for topic in edition.topics.values()] == [
        ("world", "The world"),
        ("asia", "Asia"),
        ("a-1", "A 1"),
        ("apples", "Apples"),
        ("b-2", "B 2"),
        ("c-3", "C 3"),
        ("d-4", "D 4"),
        ("e-5", "E 5"),
        ("zebra-crossings", "Zebra crossings"),
    ]
    assert list(edition.topics) == [topic.id for topic in edition.topics.values()]
    assert [(author.id, author.name) for author in edition.authors.values()] == [
        ("jane", "Jane Roe"),
        ("wire-desk", "Wire desk"),
    ]
    assert [(story.id, story.title) for story in edition.stories.values()] == [
        ("accord", "Accord"),
        ("big-freeze", "Big freeze"),
    ]


def test_an_empty_newspaper_has_an_edition() -> None:
    assert make_edition() == Edition(NOW)


def test_an_edition_cannot_be_changed() -> None:
    edition = make_edition(make_article(authors=("jane",), story="accord"))
    for index in (edition.topics, edition.authors, edition.stories, edition.by_path, edition.by_topic):
        with pytest.raises(TypeError):
            index["x"] = ()
    for more in (edition.by_author, edition.by_story, edition.by_month):
        with pytest.raises(TypeError):
            more["x"] = ()


def test_its_clock_is_the_instant_it_was_published_at() -> None:
    instant = datetime(2020, 2, 29, 23, 59, 59, tzinfo=UTC)
    assert make_edition(now=instant).at == instant


# Sections.


def test_sections_are_the_topics_of_the_navigation_in_the_order_of_the_register() -> None:
    edition = make_edition(make_article(topics=("courts",)), registers=TREE)
    assert [topic.id for topic in edition.sections] == ["world", "economy"]


@pytest.mark.parametrize(
    ("topics", "section"),
    [
        (("france",), "world"),
        (("world",), "world"),
        (("courts", "economy", "world"), "economy"),
        (("france", "economy"), "world"),
        (("courts",), None),
        (("unknown", "europe"), "world"),
    ],
)
def test_an_article_belongs_to_the_first_section_its_topics_lead_to(
    topics: tuple[str, ...], section: str | None
) -> None:
    article = make_article(topics=topics)
    nearest_section = make_edition(article, registers=TREE).section_of(article)
    assert (nearest_section.id if nearest_section else None) == section


def test_an_article_that_the_edition_does_not_have_belongs_nowhere() -> None:
    held = make_article(topics=("rumours",), draft=True)
    assert make_edition(held, registers=TREE).section_of(held) is None


def test_the_nearest_section_above_an_article_is_its_own() -> None:
    registers = make_registers(
        [Topic("world", "World", section=True), Topic("europe", "Europe", parent="world", section=True)]
    )
    article = make_article(topics=("europe",), date="2026-01-18")
    section = make_edition(article, registers=registers).section_of(article)
    assert section is not None
    assert section.id == "europe"
