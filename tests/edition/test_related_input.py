"""The input of related lists: articles as documents, and the problems of pins and near-duplicates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from broadsheet.content.article import Article, RelatedChoice
from broadsheet.content.article_file import parse_article
from broadsheet.content.library import Library
from broadsheet.content.site_config import SiteConfig
from broadsheet.core.problems import format_text
from broadsheet.edition.plan import plan_edition
from broadsheet.edition.public_articles import publish
from broadsheet.edition.related_lists import check_pins, find_linked, make_documents, report_near_duplicates
from broadsheet.related import Document, Ranking, rank
from broadsheet.rendering.links import LinkMap
from content_factory import HOLDS, NOW, hold, make_article, make_edition, make_library
from hypothesis import given, settings
from library_strategies import libraries


def describe(*articles: Article, **layout: Any) -> dict[str, Document]:
    """Documents by the slug of their articles."""
    library = make_library(*articles)
    plan = plan_edition(library, NOW, SiteConfig(**layout), {"../docs/about.md": "about/"})
    slugs = {article.path: article.slug for article in articles}
    return {slugs[document.id]: document for document in plan.documents}


def path(slug: str) -> str:
    return f"articles/2026/01/{slug}.md"


# What the engine sees.


def test_a_document_is_its_article() -> None:
    article = make_article(
        title="Talks end",
        summary="No deal",
        body="Envoys met.",
        topics=("world", "asia"),
        story="accord",
        language="pt-BR",
        related=RelatedChoice(off=True),
    )
    assert describe(article) == {
        "talks": Document(
            path("talks"),
            "Talks end",
            "No deal",
            "Envoys met.",
            datetime(2026, 1, 18, tzinfo=UTC),
            "2026/01/talks/",
            ("world", "asia"),
            "accord",
            "pt-BR",
            off=True,
        )
    }


def test_articles_that_name_no_language_have_the_site_s() -> None:
    documents = describe(make_article("a"), make_article("b", language="fr"), language="de")
    assert [(slug, document.language) for slug, document in sorted(documents.items())] == [("a", "de"), ("b", "fr")]


def test_dates_are_in_one_zone() -> None:
    article = make_article(date="2026-01-18T09:30+05:30")
    assert describe(article)["talks"].published == datetime(2026, 1, 18, 4, tzinfo=UTC)
    assert describe(article)["talks"].published.tzinfo is UTC


def test_pins_and_vetoes_are_found_by_slug_path_or_address() -> None:
    choice = ("b", "articles/2026/01/c.md", "d.md", "2026/01/e/", "nobody", "f")
    articles = [make_article(slug) for slug in "bcde"]
    for choices in (RelatedChoice(pin=choice), RelatedChoice(never=choice)):
        document = describe(make_article("a", related=choices), *articles, make_article("f", draft=True))["a"]
        expected = (*map(path, "bcde"), "", path("f"))
        assert (document.pins, document.never) == ((expected, ()) if choices.pin else ((), expected))


def test_a_pin_that_leads_nowhere_or_to_a_draft_is_no_headline() -> None:
    chosen = make_article("a", related=RelatedChoice(pin=("nobody", "draft", "b")))
    library = make_library(chosen, make_article("b"), make_article("draft", draft=True))
    documents = plan_edition(library, NOW, SiteConfig(), {}).documents
    assert [entry.id for entry in rank(documents).lists[path("a")]] == [path("b")]


# Links.


@pytest.mark.parametrize(
    "body",
    [
        "see [the ferry](ferry.md).",
        "see [the ferry](ferry.md#times 'Times').",
        "see [the ferry](<ferry.md>).",
        "see [the ferry]( ferry.md ).",
        "see [the ferry][1].\n\n[1]: ferry.md",
        "see [1]\n\n  [1]: <ferry.md> 'Times'",
        'see <a class="x" href="ferry.md">it</a>',
        "see <a href = 'ferry.md'>it</a>",
        "see [it](../01/ferry.md) and [it](/2026/01/ferry/) and [it](../ferry/)",
        "see [it](/old/ferry/)",
        "[![picture](ferry.png)](ferry.md)",
        "see [me](talks.md), [me](#here), [draft](draft.md), [about](../../../../docs/about.md), [ferry](ferry.md)",
        "see [x](https://a.example/ferry.md) [y](//a.example/x.md) [z](mailto:x.md) [w](gone.md) [ok](ferry.md)",
    ],
)
def test_links_to_public_articles_are_found_however_they_are_written(body: str) -> None:
    document = describe(
        make_article(body=body),
        make_article("ferry", aliases=("old/ferry/",)),
        make_article("draft", draft=True),
    )["talks"]
    assert document.links == (path("ferry"),)
    assert document.shown == (path("ferry"),)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "ferry.md and articles/2026/01/ferry.md in words",
        "![picture](ferry.png) [file](ferry.pdf)",
        "[broken](",
        "[empty]() [space](  )",
        "[site](https://a.example/2026/01/ferry/)",
        "[top](#ferry.md)",
        "    [1] ferry.md",
        "<a title='ferry.md'>x</a>",
    ],
)
def test_what_is_no_link_to_an_article_is_none(body: str) -> None:
    document = describe(make_article(body=body), make_article("ferry"))["talks"]
    assert document.links == document.shown == ()


def test_links_are_told_once_in_the_order_of_the_text_and_shown_ones_in_order() -> None:
    document = describe(
        make_article(body="[x](c.md) [x](b.md) [x](c.md)"), make_article("b"), make_article("c"), make_article("d")
    )["talks"]
    assert document.links == (path("c"), path("b"))
    assert document.shown == (path("b"), path("c"))


def test_what_the_body_links_to_may_be_repeated_where_the_newsroom_wants_it() -> None:
    articles = (make_article(body="[x](b.md)", story="accord"), make_article("b"), make_article("c", story="accord"))
    assert describe(*articles)["talks"].shown == (path("b"), path("c"))
    repeated = describe(*articles, repeat_links=True)["talks"]
    assert (repeated.shown, repeated.links) == ((path("c"),), (path("b"),))


def test_what_the_timeline_shows_is_not_repeated_and_an_article_does_not_show_itself() -> None:
    articles = [make_article(slug, f"2026-01-{day:02}", story="accord") for day, slug in enumerate("abcdefgh", 1)]
    documents = describe(*articles, timeline_count=3)
    assert documents["d"].shown == (path("c"), path("e"), path("h"))
    assert describe(*articles, timeline_count=0)["d"].shown == ()


def test_a_full_address_of_the_site_itself_is_a_link_to_the_article() -> None:
    articles = [make_article("a", body="[x](https://news.example/paper/2026/01/b/)"), make_article("b")]
    assert describe(*articles)["a"].links == ()
    assert describe(*articles, site_url="https://news.example/paper/")["a"].links == (path("b"),)


def test_a_body_is_searched_in_one_go() -> None:
    links = LinkMap({path("a"): "a/", path("b"): "b/"})
    for unit in ("](", "[a](", "[a]: ", "href=", "href='", "]( <", " [x]:"):
        assert list(find_linked(make_article("a", body=unit * 20_000), links)) == []


@settings(max_examples=60, deadline=None)
@given(library=libraries())
def test_documents_are_the_public_articles_and_name_no_other(library: Library) -> None:
    plan = plan_edition(library, NOW, SiteConfig(), {})
    public = {article.path for article in library.articles if article.is_public(NOW)}
    assert [document.id for document in plan.documents] == [article.path for article in plan.edition.articles]
    assert {document.id for document in plan.documents} == public
    for document in plan.documents:
        assert document.id not in document.shown
        assert set(document.shown) | set(document.links) <= public


def test_what_is_described_does_not_depend_on_what_is_held() -> None:
    articles = [make_article(slug, body="[x](b.md) [y](held.md)", story="accord") for slug in "abc"]
    alone = describe(*articles)
    for reason in HOLDS:
        held = hold(make_article("held", story="accord", body="[x](a.md)"), reason)
        assert describe(*articles, held) == alone


# Pins.

ARTICLE = """\
---
title: Talks
date: 2026-01-18
topics: [world]
related:
  pin:
    - 'ferry'
    - held
  never: [held]
---
Words.
"""


def read(text: str) -> Article:
    article, problems = parse_article(text.encode(), path("talks"), "content/talks.md", UTC)
    assert article is not None and not problems, problems
    return article


def check(*articles: Article, label: str = "content", count: int = 8) -> str:
    library = make_library(*articles, label=label)
    return format_text(check_pins(library.articles, publish(library, NOW), count, library.name))


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("draft", "'held' is not public yet (a draft): it is not shown [note]"),
        ("expired", "'held' was withdrawn on 2026-06-01 12:00+00:00: it is not shown [note]"),
        ("future", "'held' is not public yet (it waits until 2026-06-01 12:00:01+00:00): it is not shown [note]"),
        ("embargoed", "'held' is not public yet (it waits until 2026-06-01 12:00:01+00:00): it is not shown [note]"),
    ],
)
def test_a_pin_to_what_is_not_public_is_told_at_its_place(reason: str, message: str) -> None:
    others = (make_article("ferry"), hold(make_article("held"), reason))
    free = ARTICLE.replace("  never: [held]\n", "")
    assert check(read(free), *others) == f"content/{path('talks')}:8:7: related.pin: {message}"
    short = read(ARTICLE.replace("  pin:\n    - 'ferry'\n    - held\n  never: [held]\n", "  - ferry\n  - held\n"))
    assert check(short, *others, label="news") == f"news/{path('talks')}:7:5: related.pin: {message}"
    single = read(ARTICLE.replace("related:\n  pin:\n    - 'ferry'\n    - held\n  never: [held]\n", "related: held\n"))
    assert check(single, *others) == f"content/{path('talks')}:5:10: related.pin: {message}"


def test_pins_to_public_articles_or_to_none_are_no_problem_here() -> None:
    free = ARTICLE.replace("  never: [held]\n", "")
    assert check(read(free), make_article("ferry"), make_article("held")) == ""
    assert check(read(free), make_article("ferry"), make_article("held"), count=0) == "", "no lists, nothing to say"
    assert check(read(ARTICLE), make_article("ferry")) == "", "a pin to nobody is told when the library is built"


def test_a_pin_that_an_editor_has_excluded_is_told_whichever_of_the_two_says_so() -> None:
    others = (make_article("ferry"), make_article("held"))
    assert "'held' is excluded by this article's 'never': it is not shown" in check(read(ARTICLE), *others)
    free = read(ARTICLE.replace("  never: [held]\n", ""))
    shy = make_article("held", related=RelatedChoice(never=("talks",)))
    assert "'held' is excluded by that article's 'never': it is not shown" in check(free, others[0], shy)


def test_pins_to_itself_twice_and_too_many_are_told() -> None:
    pins = make_article("talks", related=RelatedChoice(pin=("talks", "ferry", "./ferry.md", "held")))
    lines = check(pins, make_article("ferry"), make_article("held"), count=1).splitlines()
    assert [line.partition("related.pin: ")[2].partition(":")[0] for line in lines] == [
        "'talks' is this article itself",
        "'./ferry.md' is pinned above already",
        "'held' is one pin too many for 1 (take a pin out, or raise related.count) [warning]",
    ]


def test_a_mistake_in_a_pin_is_one_whatever_is_public_at_the_moment() -> None:
    pins = make_article("talks", related=RelatedChoice(pin=("talks", "ferry", "ferry", "held", "b"), never=("held",)))
    articles = (pins, make_article("ferry"), make_article("held"), make_article("b"))
    lines = check(*articles, count=1)
    assert lines.count("[warning]") == len(lines.splitlines()) == 4
    for reasons in product([None, "draft", "expired"], repeat=4):
        kept = [hold(article, reason) if reason else article for article, reason in zip(articles, reasons, strict=True)]
        warnings_of_kept = check(*kept, count=1).splitlines()
        assert [line for line in warnings_of_kept if line.endswith("[warning]")] == lines.splitlines()
        assert len(warnings_of_kept) == 4 + (reasons[1] is not None)


def test_a_pin_whose_place_is_not_known_is_told_at_the_beginning() -> None:
    pinned = make_article(related=RelatedChoice(pin=("held",)))
    assert check(pinned, make_article("held", draft=True)).startswith(f"content/{path('talks')}:1:1:")


def test_an_expired_draft_is_a_draft_and_what_expires_later_is_not_expired() -> None:
    pinned = make_article(related=RelatedChoice(pin=("held",)))
    assert "a draft" in check(pinned, make_article("held", draft=True, expires=NOW))
    later = NOW + timedelta(hours=1)
    assert "not public yet" in check(pinned, make_article("held", embargo=later, expires=later + timedelta(1)))


def test_an_article_expires_in_any_zone_at_the_same_instant() -> None:
    pinned = make_article(related=RelatedChoice(pin=("held",)))
    for zone in (timezone(timedelta(hours=11)), ZoneInfo("America/New_York")):
        assert "was withdrawn on 2026-06-01" in check(pinned, make_article("held", expires=NOW.astimezone(zone)))


def test_a_very_long_reference_is_cut() -> None:
    long = "x" * 70
    article = make_article(related=RelatedChoice(pin=(long,)))
    assert f"'{'x' * 60}' is not public yet (a draft)" in check(article, make_article(long, draft=True))


def test_the_plan_has_the_problems_of_pins() -> None:
    library = make_library(read(ARTICLE), make_article("ferry"), make_article("held", draft=True))
    assert [problem.key for problem in plan_edition(library, NOW, SiteConfig(), {}).problems] == ["related.pin"]


# Near-copies.


def report(*copies: tuple[str, str, float]) -> str:
    library = make_library(label="news")
    return format_text(report_near_duplicates(library, Ranking({}, copies)))


def test_a_copy_is_told_with_both_files() -> None:
    assert report(("articles/a.md", "articles/b.md", 0.876)) == (
        "news/articles/b.md: nearly the same text as news/articles/a.md (88% of the shorter) "
        "(if it is one piece, keep one file, with the other's address under aliases) [note]"
    )
    assert report() == ""


def test_of_several_the_nearest_is_named_and_the_rest_are_counted() -> None:
    lines = report(("a.md", "c.md", 0.6), ("b.md", "c.md", 0.9), ("a.md", "b.md", 0.5), ("aa.md", "c.md", 0.9))
    assert [line.partition(" (if")[0] for line in lines.splitlines()] == [
        "news/c.md: nearly the same text as news/b.md (90% of the shorter), and as 2 more",
        "news/b.md: nearly the same text as news/a.md (50% of the shorter)",
    ]


def test_the_newer_of_two_real_copies_is_reported() -> None:
    text = "The ferry crosses the bay on Monday after two years of repairs, the port said."
    library = make_library(make_article("a", "2026-01-19", body=text), make_article("b", "2026-01-18", body=text))
    plan = plan_edition(library, NOW, SiteConfig(), {})
    (problem,) = report_near_duplicates(library, rank(plan.documents))
    assert (problem.path, problem.severity) == (f"content/{path('a')}", "note")
    assert f"content/{path('b')}" in problem.message


def test_describing_needs_no_more_than_an_edition() -> None:
    edition = make_edition(make_article("b"), make_article("a"))
    documents = make_documents((), edition, LinkMap(), {}, "en", repeat_links=False)
    assert [(document.id, document.language, document.shown) for document in documents] == [
        (path("a"), "en", ()),
        (path("b"), "en", ()),
    ]
