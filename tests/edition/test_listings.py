"""Listings: golden newspapers with the pages of their lists, and what must hold of any newspaper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
import yaml
from broadsheet.content.article import Article
from broadsheet.content.library import Library
from broadsheet.content.taxonomies import TAXONOMY_FILES, Author, Story, Taxonomies, Topic, parse_taxonomies
from broadsheet.edition.listings import Listing, ListingPage, build_listings, page_url, paginate
from broadsheet.edition.public_articles import publish
from content_factory import HOLDS, NOW, hold, make_article, make_edition, make_library, make_registers
from hypothesis import example, given, settings
from hypothesis import strategies as st
from library_strategies import libraries

GOLDEN = Path(__file__).parents[1] / "golden" / "listings"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(GOLDEN.glob("*.yml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def read_registers(case: Mapping[str, Any]) -> Taxonomies:
    """The registers of a golden case, read as a newspaper's are."""
    files = {name: yaml.safe_dump(case.get(name[:-4], {}), sort_keys=False).encode() for name in TAXONOMY_FILES}
    registers, problems = parse_taxonomies(files, str)
    assert problems == []
    return registers


def read_articles(case: Mapping[str, Any]) -> list[Article]:
    """The articles of a golden case: dates and topics, or all their fields, by slug."""
    articles = []
    for slug, fields in case["articles"].items():
        known = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
        held = known.pop("held", None)
        article = make_article(slug, str(known.pop("date", "2026-01-18")), **known)
        articles.append(hold(article, held) if held else article)
    return articles


def describe(page: ListingPage) -> dict[str, Any]:
    """What a golden case says of a page; what is empty is left out, but for the articles."""
    listing = page.listing
    facts = {
        "is": f"{listing.kind} {listing.key}",
        "title": listing.title,
        "summary": listing.summary,
        "page": f"{page.number} of {page.total}, from {page.start}" if page.total > 1 else "",
        "articles": " ".join(article.slug for article in page.articles),
        "below": listing.parent.url if listing.parent else "",
        "above": " ".join(child.url for child in listing.children),
        "newer": page.newer_url,
        "older": page.older_url,
    }
    return {key: value for key, value in facts.items() if value or key == "articles"}


@pytest.mark.parametrize("case", CASES)
def test_a_newspaper_has_the_list_pages_of_its_golden_case(case: dict[str, Any]) -> None:
    edition = make_edition(*read_articles(case), registers=read_registers(case))
    pages = [page for listing in build_listings(edition) for page in paginate(listing, case.get("per_page", 20))]
    listings = [{"url": page.url, **describe(page)} for page in pages if page.url.startswith(tuple(case["of"]))]
    assert listings == case["pages"]


@pytest.mark.parametrize("reason", HOLDS)
def test_a_held_article_is_in_no_list_and_makes_none(reason: str) -> None:
    kept = make_article("kept", topics=("world",), authors=("jane",), story="accord")
    held = make_article("held", "2024-02-03", topics=("world", "spies"), authors=("spook",), story="plot")
    listings = list(build_listings(make_edition(kept, hold(held, reason))))
    assert [(listing.url, listing.articles) for listing in listings] == [
        ("topics/world/", (kept,)),
        ("authors/jane/", (kept,)),
        ("stories/accord/", (kept,)),
        ("archive/2026/", (kept,)),
        ("archive/2026/01/", (kept,)),
    ]


@settings(max_examples=60, deadline=None)
@given(library=libraries())
def test_held_articles_change_nothing_in_any_list(library: Library) -> None:
    public = tuple(article for article in library.articles if article.is_public(NOW))
    lists = build_listings(publish(library, NOW))
    assert lists == build_listings(publish(replace(library, articles=public), NOW))


@settings(max_examples=80, deadline=None)
@given(library=libraries(), data=st.data())
def test_every_list_holds_each_public_article_of_its_kind_once_in_order(library: Library, data: st.DataObject) -> None:
    shuffled = replace(library, articles=tuple(data.draw(st.permutations(library.articles))))
    edition = publish(shuffled, NOW)
    lists = build_listings(edition)
    assert lists == build_listings(publish(library, NOW))

    def above(name: str) -> set[str]:
        return {name, *(above(edition.topics[name].parent) if edition.topics[name].parent else ())}

    def belongs(article: Article, listing: Listing) -> bool:
        return {
            "topic": any(listing.key in above(name) for name in article.topics),
            "author": listing.key in article.authors,
            "story": listing.key == article.story,
            "year": article.url.startswith(f"{listing.key}/"),
            "month": article.url.startswith(f"{listing.key}/"),
        }[listing.kind]

    for listing in lists:
        # The order of an edition has its own tests; here it is built anew from what makes it.
        wanted = sorted(
            (article for article in edition.articles if belongs(article, listing)), key=lambda article: article.url
        )
        wanted.sort(key=lambda article: article.date.at.astimezone(UTC), reverse=True)
        shown = listing.articles[::-1] if listing.kind == "story" else listing.articles
        assert shown == tuple(wanted)


@settings(max_examples=60, deadline=None)
@given(library=libraries())
def test_every_key_has_its_list_and_no_address_is_given_twice(library: Library) -> None:
    edition = publish(library, NOW)
    lists = build_listings(edition)
    keys = [(listing.kind, listing.key) for listing in lists]
    months = {article.url[:7] for article in edition.articles}
    assert sorted(keys) == sorted(
        [
            *(("topic", name) for name in edition.topics),
            *(("author", name) for name in edition.authors),
            *(("story", name) for name in edition.stories),
            *(("year", year) for year in {month[:4] for month in months}),
            *(("month", month) for month in months),
        ]
    )
    urls = [page.url for listing in lists for page in paginate(listing, 1)]
    assert len(set(urls)) == len(urls)
    assert not {article.url for article in edition.articles} & set(urls)


def test_months_know_those_before_and_after_that_have_articles() -> None:
    dates = ("2025-11-30", "2026-01-02", "2026-01-03", "2026-03-01")
    edition = make_edition(*(make_article(f"a-{number}", date) for number, date in enumerate(dates)))
    months = [month for year in build_listings(edition).years for month in year.children]
    assert [(month.later, month.key, month.earlier) for month in months] == [
        ("", "2026/03", "2026/01"),
        ("2026/03", "2026/01", "2025/11"),
        ("2026/01", "2025/11", ""),
    ]


@settings(max_examples=60, deadline=None)
@given(library=libraries())
def test_lists_know_what_is_above_and_below_them(library: Library) -> None:
    lists = build_listings(publish(library, NOW))
    by_url = {listing.url: listing for listing in lists}
    for listing in lists:
        for child in listing.children:
            assert child.parent is not None
            assert (child.parent.kind, child.parent.key) == (
                ("year" if child.kind == "month" else "topic"),
                listing.key,
            )
            assert {article.path for article in child.articles} <= {article.path for article in listing.articles}
            assert by_url[child.url].children == child.children
        if listing.parent is not None:
            assert listing.url in [child.url for child in by_url[listing.parent.url].children]
            assert listing.parent.articles == by_url[listing.parent.url].articles
        if isinstance(listing.entry, Topic):
            assert (listing.parent.key if listing.parent else "") == listing.entry.parent
        assert [child.kind for child in listing.children] == ["month" if listing.kind == "year" else "topic"] * len(
            listing.children
        )


def check_pages(listing: Listing, per_page: int) -> None:
    pages = paginate(listing, per_page)
    assert tuple(article for page in pages for article in page.articles) == listing.articles
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert {page.total for page in pages} == {len(pages)}
    assert all(len(page.articles) == per_page for page in pages[:-1])
    assert len(pages[-1].articles) <= per_page
    assert pages[-1].articles or len(pages) == 1
    assert pages[0].url == listing.url
    assert all(page.url == f"{listing.url}page/{page.number}/" for page in pages[1:])
    assert [page.newer_url for page in pages] == ["", *(page.url for page in pages[:-1])]
    assert [page.older_url for page in pages] == [*(page.url for page in pages[1:]), ""]
    for page in pages:
        assert page.listing is listing
        assert page.articles == listing.articles[page.start - 1 : page.start - 1 + len(page.articles)]


@given(count=st.integers(0, 25), per_page=st.integers(1, 9))
@example(count=0, per_page=1)
@example(count=6, per_page=3)
@example(count=7, per_page=3)
def test_the_pages_of_a_list_make_up_the_list(count: int, per_page: int) -> None:
    articles = tuple(make_article(f"talks-{number}") for number in range(count))
    check_pages(Listing("topic", "world", "topics/world/", "World", articles), per_page)


@pytest.mark.parametrize(
    ("number", "url"), [(1, "topics/nato/"), (2, "topics/nato/page/2/"), (10, "topics/nato/page/10/")]
)
def test_only_the_first_page_stands_at_the_bare_address(number: int, url: str) -> None:
    assert page_url("topics/nato/", number) == url


# The order of the indexes.


@settings(max_examples=60, deadline=None)
@given(library=libraries())
def test_lists_stand_in_the_order_of_their_index(library: Library) -> None:
    edition = publish(library, NOW)
    lists = build_listings(edition)
    for titled in (lists.topics, lists.authors, *(listing.children for listing in lists.topics)):
        keys = [(listing.title.casefold(), listing.url) for listing in titled]
        assert keys == sorted(set(keys))
    assert [listing.key for listing in lists.stories] == list(edition.stories)
    for dated in (lists.years, *(year.children for year in lists.years)):
        keys_of_dates = [listing.key for listing in dated]
        assert keys_of_dates == sorted(set(keys_of_dates), reverse=True)
    assert [*lists] == [
        *lists.topics,
        *lists.authors,
        *lists.stories,
        *(listing for year in lists.years for listing in (year, *year.children)),
    ]


def test_an_empty_newspaper_has_no_lists() -> None:
    assert list(build_listings(publish(make_library(), NOW))) == []


def test_the_words_on_a_list_are_those_of_its_register() -> None:
    registers = make_registers(
        [Topic("world", "World", "All the world's news."), Topic("asia", "Asia")],
        [Author("jane", "Jane Roe", bio="Writes about ferries."), Author("desk", "Desk")],
        [Story("accord", "The accord", "From the first talks.")],
    )
    lists = build_listings(make_edition(make_article(), registers=registers))
    assert {listing.url: listing.summary for listing in lists} == {
        "topics/asia/": "",
        "topics/world/": "All the world's news.",
        "authors/desk/": "",
        "authors/jane/": "Writes about ferries.",
        "stories/accord/": "From the first talks.",
        "archive/2026/": "",
        "archive/2026/01/": "",
    }
    assert {listing.url: listing.entry for listing in lists if listing.entry} == {
        **{f"topics/{name}/": topic for name, topic in registers.topics.items()},
        **{f"authors/{name}/": author for name, author in registers.authors.items()},
        **{f"stories/{name}/": story for name, story in registers.stories.items()},
    }


def test_the_deepest_tree_of_topics_that_a_register_may_have_is_built() -> None:
    topics = [Topic(f"t{depth}", f"T{depth}", parent=f"t{depth - 1}" if depth else "") for depth in range(20)]
    edition = make_edition(make_article(topics=("t19",)), registers=make_registers(reversed(topics)))
    top = next(listing for listing in build_listings(edition).topics if listing.key == "t0")
    for depth in range(20):
        assert (top.key, len(top.articles)) == (f"t{depth}", 1)
        top = top.children[0] if depth < 19 else top
    assert top.children == ()
