"""Slugs: what may stand in a URL, and how the nearest to a text is found."""

import unicodedata

import pytest
from broadsheet.core.slugs import MAX_SLUG, MAX_SLUG_BYTES, is_letter, is_slug, slugify, title_from_id
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "text", ["talks", "geneva-talks", "2026", "a", "überblick", "日本の選挙", "हिन्दी", "x" * MAX_SLUG, "漢" * 80]
)
def test_words_of_lower_case_are_slugs(text):
    assert is_slug(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "-a",
        "a-",
        "a--b",
        "A",
        "Überblick",
        "a b",
        "a_b",
        "a.b",
        "a/b",
        "..",
        "a\n",
        "\ta",
        "a\u0000",
        "u\u0308ber",  # not composed
        "\u0308ber",  # a mark without a letter
        "☀\ufe0f",
        "i\u0307stanbul",
        "a\udcff",
        "x" * (MAX_SLUG + 1),
        "漢" * 81,
    ],
)
def test_anything_else_is_not(text):
    assert not is_slug(text)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Geneva Talks", "geneva-talks"),
        ("Trump's “Board of Peace”: who's in?", "trumps-board-of-peace-whos-in"),
        ("  --a__b--  ", "a-b"),
        ("../../etc/passwd", "etc-passwd"),
        ("Überblick", "überblick"),
        ("İstanbul", "istanbul"),
        ("हिन्दी समाचार", "हिन्दी-समाचार"),
        ("ไทยรัฐ", "ไทยรัฐ"),
        ("☀️ sun 1️⃣", "sun-1"),
        ("ΟΔΟΣ", "οδος"),
        ("???", ""),
        ("", ""),
        ("\u0308", ""),
    ],
)
def test_the_nearest_slug_keeps_letters_of_any_script(text, slug):
    assert slugify(text) == slug


def test_a_long_text_is_cut_to_what_a_file_system_takes():
    assert slugify("a" * 1_000) == "a" * MAX_SLUG
    assert slugify("ab-" * 1_000) == ("ab-" * 40)[:-1]
    assert slugify("漢" * 1_000) == "漢" * (MAX_SLUG_BYTES // 3)
    assert len(slugify("क्षि" * 1_000).encode()) <= MAX_SLUG_BYTES


def test_letters_digits_and_their_marks_are_letters():
    assert all(is_letter(one) for one in "aÜ9日\u0308\u093f")
    assert not any(is_letter(one) for one in "-_./ \ufe0f\U000e0100\u20e3\u200d")


@pytest.mark.parametrize(
    ("slug", "title"), [("middle-east", "Middle east"), ("a", "A"), ("", ""), ("überblick", "Überblick")]
)
def test_an_id_without_a_title_gets_one(slug, title):
    assert title_from_id(slug) == title


@given(st.text(st.characters(exclude_categories=()), max_size=200))
def test_what_slugify_gives_is_a_slug_or_nothing(text):
    slug = slugify(text)
    assert slug == "" or is_slug(slug)
    assert slugify(slug) == slug


@given(st.text(max_size=150))
def test_a_slug_is_its_own_slug(text):
    if is_slug(text):
        assert slugify(text) == text
        assert unicodedata.normalize("NFC", text) == text
        assert len(text.encode()) <= MAX_SLUG_BYTES
