"""URLs: the way from any page to any other, as a browser walks it, and slugs."""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from broadsheet.core.urls import (
    MAX_SLUG,
    MAX_SLUG_BYTES,
    is_letter,
    is_slug,
    is_web_address,
    make_relative_url,
    media_url,
    slugify,
    title_from_id,
)
from hypothesis import assume, example, given
from hypothesis import strategies as st

ROOT = "https://news.example/paper/"
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=6).filter(
    lambda name: name not in {".", ".."}
)
PATHS = st.lists(NAMES, max_size=4).map("/".join)
URLS = st.builds(lambda path, slash: f"{path}/" if path and slash else path, PATHS, st.booleans())


@pytest.mark.parametrize(
    ("target", "start", "fragment", "way"),
    [
        ("2026/01/talks/", "2026/01/summit/", "", "../talks/"),
        ("2026/01/talks/", "2026/01/talks/", "", "./"),
        ("2026/01/talks/", "2026/01/talks/", "a b#c", "./#a%20b%23c"),
        ("", "", "", "./"),
        ("", "404.html", "", "./"),
        ("topics/nato/", "2019/old.html", "", "../topics/nato/"),
        ("media/2026/01/report #2?.pdf", "2026/01/talks/", "", "../../../media/2026/01/report%20%232%3F.pdf"),
        ("2026/01/überblick/", "", "", "2026/01/%C3%BCberblick/"),
        ("javascript:alert(1)", "", "", "javascript%3Aalert%281%29"),
        ("100%/", "", "50%", "100%25/#50%25"),
        ('a"b<c>/', "", '"onclick="', "a%22b%3Cc%3E/#%22onclick=%22"),
    ],
)
def test_a_way_leads_from_one_address_to_another(target: str, start: str, fragment: str, way: str) -> None:
    assert make_relative_url(target, start, fragment) == way


@given(target=URLS, start=URLS, fragment=st.text(st.characters(codec="utf-8"), max_size=6))
@example(target="a:b", start="", fragment="")
def test_a_browser_finds_the_way_and_never_leaves_the_site(target: str, start: str, fragment: str) -> None:
    assume(not start.startswith(f"{target}/"))  # A file is no directory.
    way = make_relative_url(target, start, fragment)
    arrived = urlsplit(urljoin(ROOT + "/".join(map(_quote, start.split("/"))), way))
    assert f"{arrived.scheme}://{arrived.netloc}" == "https://news.example"
    assert unquote(arrived.path) == f"/paper/{target}"
    assert unquote(arrived.fragment) == fragment
    assert not set(way) & set("\"<>&' \n")


def _quote(name: str) -> str:
    return "".join(f"%{byte:02X}" for byte in name.encode())


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("articles/2026/01/map.png", "media/2026/01/map.png"),
        ("articles/articles/map.png", "media/articles/map.png"),
        ("portraits/jane.jpg", "media/portraits/jane.jpg"),
    ],
)
def test_files_beside_articles_are_published_apart_from_pages(path: str, url: str) -> None:
    assert media_url(path) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example",
        "http://a.example:8080/x?y=1#z",
        "HTTPS://A.example/é",
        "https://[::1]/",
        "https://a.example/@b",
    ],
)
def test_a_web_address_has_a_host_and_is_fetched_by_http(url: str) -> None:
    assert is_web_address(url)


BAD = [
    "",
    "a.example",
    "//a.example",
    "ftp://a.example",
    "javascript:x",
    "https:",
    "https:///x",
    "https://:80/",
    "http://[x",
]
WORSE = [
    "https://bank.example@a.example/",
    "https://a.example:0/",
    "https://a.example:99999/",
    "https://a.example/\u202e",
]
MARKUP = [
    "https://a.example/ x",
    "https://a.example/<b>",
    'https://a.example/"x',
    "https://a.example\\@b",
    "https://a.example/\t",
]


@pytest.mark.parametrize("url", [*BAD, *WORSE, *MARKUP])
def test_anything_else_is_none(url: str) -> None:
    assert not is_web_address(url)


# Slugs.


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
    assert all(is_letter(character) for character in "aÜ9日\u0308\u093f")
    assert not any(is_letter(character) for character in "-_./ \ufe0f\U000e0100\u20e3\u200d")


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
