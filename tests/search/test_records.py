"""Records: the texts that readers can search."""

from __future__ import annotations

import pytest
from broadsheet.content.article import Correction, Image
from broadsheet.content.taxonomies import Author, Topic
from broadsheet.rendering.plain_text import html_to_text
from broadsheet.rendering.render import RenderedBody
from broadsheet.search.records import Record, digest_records, find_common_words, record_articles, record_page
from content_factory import HOLDS, hold, make_article, make_edition, make_moment, make_registers

REGISTERS = make_registers(
    [Topic("world", "World & more"), Topic("asia", "Asia", parent="world"), Topic("nato", "NATO")],
    [Author("desk", "The <b>desk</b>"), Author("ann", "Ann, of the\u200b Times")],
)


def record(html: str = "<p>Words.</p>", **fields: object) -> Record:
    """The record of one article with this body."""
    article = make_article("talks", **fields)
    edition = make_edition(article, registers=REGISTERS)
    return record_articles(edition, {article.path: RenderedBody(html, text=html_to_text(html))})[0]


def test_an_article_is_found_by_all_that_its_page_says() -> None:
    page_record = record(
        "<p>The <em>body</em>.</p>",
        title="Talks  end",
        topics=("asia", "nato"),
        authors=("desk", "ann"),
        kicker="Analysis",
        summary="The dek.",
        dateline="Geneva",
        image=Image("a.png", "The alternative", "The caption"),
        corrections=(Correction(make_moment(), "The correction."),),
        language="fr",
    )
    assert page_record == Record(
        "2026/01/talks/",
        "Talks end",
        "Analysis The dek. Geneva The body. The caption The correction.",
        "fr",
        # The parent too: who narrows a search to the world means Asia as well.
        ("Asia", "World & more", "NATO"),
        ("The <b>desk</b>", "Ann, of the Times"),
        "2026-01-18",
        "2026-01-18T00:00:00+00:00",
    )
    assert page_record.year == "2026"


@pytest.mark.parametrize("reason", HOLDS)
def test_nothing_is_known_of_a_held_article(reason: str) -> None:
    edition = make_edition(hold(make_article("talks"), reason))
    assert record_articles(edition, {}) == []


def test_articles_of_one_day_are_in_the_order_of_their_instants() -> None:
    early = record(date="2026-01-18T12:00:00+05:00")
    late = record(date="2026-01-18T08:00:00")
    assert early.at < late.at
    assert early.day == late.day == "2026-01-18"


def test_a_page_of_the_sites_own_is_known_without_its_headline() -> None:
    html = '<h1 id="a">About <em>us</em> &amp; you</h1>\n<p>We print.</p><h1>More</h1>'
    page_record = record_page("about/", "About us &amp; you", html)
    assert page_record == Record("about/", "About us & you", "We print. More")
    assert page_record.year == ""


def test_common_words_are_those_of_two_records_in_three() -> None:
    records = [
        Record(f"{number:03}/", "", f"The ferry {'sails' if number % 3 else 'waits'} x{number}")
        for number in range(300)
    ]
    assert find_common_words(records) == ["ferry", "the"]
    assert find_common_words(records[::-1]) == ["ferry", "the"]
    # A small index costs readers little.
    assert find_common_words(records[:100]) == []


def test_the_digest_of_records_depends_on_every_field_and_on_the_language() -> None:
    fields = dict.fromkeys(("url", "title", "text", "language", "day", "at"), "a")
    records = [Record(**fields), *(Record(**{**fields, name: "b"}) for name in fields)]  # type: ignore[arg-type]
    records += [Record("a", "a", "a", topics=("a",)), Record("a", "a", "a", authors=("a",))]
    digests = [digest_records([record], "en") for record in records]
    digests += [digest_records(records, "en"), digest_records(records[::-1], "en"), digest_records(records, "de")]
    assert len(set(digests)) == len(digests)
    assert digest_records(list(records), "en") == digests[-3]
