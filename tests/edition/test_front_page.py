"""Front page: the place of each article; none is shown twice or before it is public."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from broadsheet.content.article import Article
from broadsheet.content.library import Library
from broadsheet.content.taxonomies import Topic
from broadsheet.edition.front_page import FOLLOWING_SIZE, SECTION_SIZE, FrontPage, build_front_page
from broadsheet.edition.public_articles import publish
from content_factory import HOLDS, NOW, hold, make_article, make_edition, make_registers
from hypothesis import given, settings
from hypothesis import strategies as st
from library_strategies import libraries

SECTIONS = make_registers(
    [
        Topic("world", "World", section=True),
        Topic("europe", "Europe", parent="world"),
        Topic("economy", "Economy", section=True),
        Topic("courts", "Courts"),
    ]
)


def slugs(articles: Sequence[Article]) -> list[str]:
    return [article.slug for article in articles]


def lay_out(*articles: Article, features: int = 4, latest: int = 16) -> dict[str, object]:
    """The front page as slugs."""
    page = build_front_page(make_edition(*articles, registers=SECTIONS), features, latest)
    return {
        "lead": page.lead.slug if page.lead else "",
        "features": slugs(page.features),
        "sections": {section.topic.id: slugs(section.articles) for section in page.sections},
        "latest": slugs(page.latest),
    }


def test_an_empty_newspaper_has_an_empty_front_page() -> None:
    assert build_front_page(make_edition(registers=SECTIONS), 4, 16) == FrontPage()


def test_where_no_editor_chose_a_lead_the_newest_article_leads() -> None:
    assert lay_out(make_article("old", "2026-01-01"), make_article("new", "2026-01-02")) == {
        "lead": "new",
        "features": [],
        "sections": {"world": ["old"]},
        "latest": ["new", "old"],
    }


def test_the_newest_chosen_lead_leads_and_older_ones_become_features() -> None:
    front = lay_out(
        make_article("newest", "2026-01-09"),
        make_article("feature-old", "2026-01-01", front="feature"),
        make_article("lead-old", "2026-01-02", front="lead"),
        make_article("feature-new", "2026-01-04", front="feature"),
        make_article("lead-new", "2026-01-03", front="lead"),
    )
    assert front == {
        "lead": "lead-new",
        "features": ["feature-new", "lead-old", "feature-old"],
        "sections": {"world": ["newest"]},
        "latest": ["newest", "feature-new", "lead-new", "lead-old", "feature-old"],
    }


def test_a_feature_that_has_to_lead_is_no_feature_too() -> None:
    front = lay_out(make_article("a", "2026-01-02", front="feature"), make_article("b", "2026-01-01", front="feature"))
    assert (front["lead"], front["features"], front["sections"]) == ("a", ["b"], {})


@pytest.mark.parametrize(("count", "shown"), [(0, []), (1, ["d"]), (2, ["d", "c"]), (9, ["d", "c", "b"])])
def test_there_are_as_many_features_as_the_settings_say_and_the_others_go_to_their_sections(
    count: int, shown: list[str]
) -> None:
    front = lay_out(
        make_article("lead", "2026-01-01", front="lead"),
        *(make_article(slug, f"2026-01-0{day}", front="feature") for slug, day in (("b", 2), ("c", 3), ("d", 4))),
        features=count,
    )
    assert front["features"] == shown
    left = [slug for slug in ("d", "c", "b") if slug not in shown]
    assert front["sections"] == ({"world": left} if left else {})


def test_a_section_shows_its_newest_that_stand_nowhere_above_and_of_those_below_it_too() -> None:
    front = lay_out(
        make_article("lead", "2026-01-09", topics=("economy",)),
        *(make_article(f"w{day}", f"2026-01-0{day}", topics=("europe",)) for day in range(1, 7)),
        make_article("both", "2026-01-07", topics=("economy", "world")),
        make_article("courts", "2026-01-08", topics=("courts",)),
        make_article("bank", "2025-12-01", topics=("economy",)),
    )
    assert SECTION_SIZE == 4
    assert front["sections"] == {"world": ["both", "w6", "w5", "w4"], "economy": ["bank"]}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_latest_headlines_are_the_newest_wherever_else_they_stand(count: int) -> None:
    articles = [make_article(f"a{day}", f"2026-01-0{day}") for day in (1, 2, 3, 4)]
    assert lay_out(*articles, latest=count)["latest"] == ["a4", "a3", "a2"][:count]


@pytest.mark.parametrize("reason", HOLDS)
def test_a_held_article_leads_nothing(reason: str) -> None:
    shown = make_article("shown", "2026-01-01", front="lead")
    held = [make_article("scoop", "2026-01-20", front="lead"), make_article("extra", "2026-01-21", front="feature")]
    kept = [hold(article, reason) for article in held]
    assert lay_out(shown, *kept) == lay_out(shown)
    assert lay_out(shown, *held) != lay_out(shown)


@settings(max_examples=100, deadline=None)
@given(library=libraries(most=16), feature_count=st.integers(0, 5), latest_count=st.integers(0, 12), data=st.data())
def test_the_front_page_of_any_newspaper_keeps_its_rules(
    library: Library, feature_count: int, latest_count: int, data: st.DataObject
) -> None:
    edition = publish(library, NOW)
    page = build_front_page(edition, feature_count, latest_count)
    shuffled = replace(library, articles=tuple(data.draw(st.permutations(library.articles))))
    assert page == build_front_page(publish(shuffled, NOW), feature_count, latest_count)

    lead = [page.lead] if page.lead else []
    shown = [article.path for article in (*lead, *page.features)]
    assert bool(lead) == bool(edition.articles)
    leads = [article for article in edition.articles if article.front == "lead"] or list(edition.articles)
    assert lead == leads[:1]
    chosen = [article for article in edition.articles if article.front and article not in lead]
    assert list(page.features) == chosen[:feature_count]
    assert page.latest == edition.articles[:latest_count]
    below = [article for article in edition.articles[:FOLLOWING_SIZE] if article not in (*lead, *page.features)]
    assert list(page.following) == ([] if page.sections else below)
    for topic in edition.sections:
        left = [article for article in edition.by_topic.get(topic.id, ()) if article.path not in shown][:SECTION_SIZE]
        assert [list(section.articles) for section in page.sections if section.topic == topic] == (
            [left] if left else []
        )
        shown += [article.path for article in left]
    assert len(shown) == len(set(shown))
    assert [section.topic for section in page.sections] == [
        topic for topic in edition.sections if topic in [section.topic for section in page.sections]
    ]
