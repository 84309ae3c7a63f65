"""Searching: what gets into the index of the search, and in what form."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from broadsheet.article import Correction, Image
from broadsheet.body import RenderedBody
from broadsheet.press import Spread
from broadsheet.registers import Author, Topic
from broadsheet.searching import Record, digest, find_common_words, read_text, record_articles, record_page
from hypothesis import given
from hypothesis import strategies as st
from makers import HOLDS, hold, make_article, make_edition, make_moment, make_registers

REGISTERS = make_registers(
    [Topic("world", "World & more"), Topic("asia", "Asia", parent="world"), Topic("nato", "NATO")],
    [Author("desk", "The <b>desk</b>"), Author("ann", "Ann, of the\u200b Times")],
)


def record(html: str = "<p>Words.</p>", **fields: object) -> Record:
    """The record of one article with this body."""
    article = make_article("talks", **fields)
    edition = make_edition(article, registers=REGISTERS)
    return record_articles(edition, [Spread(article, RenderedBody(html), (), (), None, None)])[0]


def test_an_article_is_found_by_all_that_its_page_says() -> None:
    found = record(
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
    assert found == Record(
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
    assert found.year == "2026"


@pytest.mark.parametrize("reason", HOLDS)
def test_nothing_is_known_of_a_held_article(reason: str) -> None:
    edition = make_edition(hold(make_article("talks"), reason))
    assert record_articles(edition, [Spread(one, RenderedBody(), (), (), None, None) for one in edition.articles]) == []


def test_articles_of_one_day_are_in_the_order_of_their_instants() -> None:
    early = record(date="2026-01-18T12:00:00+05:00")
    late = record(date="2026-01-18T08:00:00")
    assert early.at < late.at
    assert early.day == late.day == "2026-01-18"


def test_a_page_of_the_sites_own_is_known_without_its_headline() -> None:
    html = '<h1 id="a">About <em>us</em> &amp; you</h1>\n<p>We print.</p><h1>More</h1>'
    found = record_page("about/", "About us &amp; you", html)
    assert found == Record("about/", "About us & you", "We print. More")
    assert found.year == ""


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>two</p>", "One two"),
        ("<ul><li>a</li><li>b</li></ul><table><tr><td>c</td><td>d</td></tr></table>e<br>f", "a b c d e f"),
        ("<b>bold</b>er and <a href='/x/'>link</a>ed", "bolder and linked"),
        ("&lt;script&gt;x&lt;/script&gt; &amp;lt; &nbsp; y", "<script>x</script> &lt; y"),
        ("<script>evil()</script><style>p { }</style>fine<!-- no -->", "fine"),
        ("zero\u200bwidth", "zerowidth"),
        ("<p", ""),
        ("a < b", "a < b"),
        ("", ""),
    ],
)
def test_the_text_of_html_is_what_a_reader_sees(html: str, text: str) -> None:
    assert read_text(html) == text


@given(st.text())
def test_any_text_is_read_into_one_line(text: str) -> None:
    assert read_text(text) == " ".join(read_text(text).split())


RECORDS = [Record(f"{number}/", f"Title {number}", "Words.", day="2026-01-01") for number in range(9)]


def test_a_digest_tells_whether_anything_that_readers_find_has_changed() -> None:
    shuffled = random.Random(7).sample(RECORDS, len(RECORDS))  # noqa: S311 - for a test
    assert digest(RECORDS, "en") == digest(shuffled, "en")
    changed = [replace(RECORDS[0], **{name: "x"}) for name in ("url", "title", "text", "language", "day", "at")]
    changed += [replace(RECORDS[0], topics=("x",)), replace(RECORDS[0], authors=("x",))]
    others = [digest([one, *RECORDS[1:]], "en") for one in changed]
    others += [digest(RECORDS, "fr"), digest(RECORDS[1:], "en"), digest([], "en"), digest(RECORDS, "en")]
    assert len(set(others)) == len(others)


def test_common_words_are_those_of_two_records_in_three() -> None:
    records = [
        Record(f"{number:03}/", "", f"The ferry {'sails' if number % 3 else 'waits'} x{number}")
        for number in range(300)
    ]
    assert find_common_words(records) == ["ferry", "the"]
    assert find_common_words(records[::-1]) == ["ferry", "the"]
    # Where all is small, nothing need be spared.
    assert find_common_words(records[:100]) == []
