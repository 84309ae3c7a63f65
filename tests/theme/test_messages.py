"""Phrases: words as HTML, those marked that are not in the language of the page."""

from __future__ import annotations

import pytest
from broadsheet.core.translations import load_translations
from broadsheet.theme.messages import Messages
from markupsafe import Markup

ENGLISH = Messages(load_translations())
ICELANDIC = Messages(load_translations("is", {"topics": "Efni"}))
HEBREW = Messages(load_translations("he"))


def test_a_word_in_the_language_of_the_page_stands_as_it_is() -> None:
    assert ENGLISH("search") == "Search"
    assert ICELANDIC("topics") == "Efni"
    assert ICELANDIC.mark("topics") == ""
    assert Messages(load_translations("de-AT"))("search") == "Suche"


def test_a_word_in_english_tells_so_and_its_direction_where_that_is_another() -> None:
    assert ICELANDIC("search") == '<span lang="en">Search</span>'
    assert HEBREW("search") == '<span lang="en" dir="ltr">Search</span>'
    assert HEBREW.mark("search") == ' lang="en" dir="ltr"'
    assert HEBREW.language("search") == "en"


def test_a_value_in_an_english_word_is_in_the_language_of_the_page() -> None:
    assert ICELANDIC("byline", names="Jón") == '<span lang="en">By <span lang="is">Jón</span></span>'
    expected = '<span lang="en" dir="ltr">By <span lang="he" dir="rtl">דנה</span></span>'
    assert HEBREW("byline", names="דנה") == expected
    assert HEBREW("articles", 2) == '<span lang="en" dir="ltr">2 articles</span>'


def test_attributes_have_plain_text() -> None:
    assert HEBREW.plain("more_in_topic", topic="חדשות") == "More in חדשות"


def test_all_but_html_is_escaped() -> None:
    evil = Messages(load_translations("de", {"byline": "<b> & {names}", "search": "<i>"}))
    assert evil("byline", names='"<u>') == "&lt;b&gt; &amp; &#34;&lt;u&gt;"
    assert evil("byline", names=Markup("<a>Jane</a>")) == "&lt;b&gt; &amp; <a>Jane</a>"
    assert evil("search") == evil.plain("search") == "&lt;i&gt;"
    assert evil.plain("byline", names='"') == "&lt;b&gt; &amp; &#34;"


@pytest.mark.parametrize(
    ("language", "count", "html"),
    [
        ("en", 12, '12<span class="bs-unseen"> articles</span>'),
        ("en", 1, '1<span class="bs-unseen"> article</span>'),
        ("is", 12, '12<span class="bs-unseen" lang="en"> articles</span>'),
        ("ar", 2, '<span aria-hidden="true">2</span><span class="bs-unseen">مقالان</span>'),
    ],
)
def test_of_a_count_only_the_number_is_seen(language: str, count: int, html: str) -> None:
    assert Messages(load_translations(language)).tally("articles", count) == html


def test_names_have_the_gaps_of_the_language() -> None:
    assert [ENGLISH.gap(place, 3) for place in range(4)] == ["", ", ", " and ", ""]
    assert [Messages(load_translations("de")).gap(place, 2) for place in range(3)] == ["", " und ", ""]
    assert [Messages(load_translations("ti")).gap(place, 2) for place in range(3)] == ["", "ን ", "ን"]
