"""URLs: slugs, transliteration, relative links within the site, and checks of web addresses."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from anyascii import anyascii

_NORDIC = {"å": "aa", "ø": "oe"}
_RULES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "bg": {"щ": "sht", "ъ": "a", "х": "h"},
        "da": _NORDIC,
        "de": {"ä": "ae", "ö": "oe", "ü": "ue"},
        "nb": _NORDIC,
        "nn": _NORDIC,
        "no": _NORDIC,
        "uk": {"г": "h", "и": "y"},
    }
)
"""Letters that a language writes in another way than anyascii, which knows no languages, by the language's code.

Swedish and Finnish, for example, make `a` of `ä`, as anyascii does.
"""
_NO_WORD = re.compile(r"[\W_]+", re.ASCII)

SITE_URLS: Mapping[str, str] = MappingProxyType(
    {
        "topics": "topics/",
        "authors": "authors/",
        "archive": "archive/",
        "stories": "stories/",
        "search": "search/",
        # Files that lie beside articles are published apart, so that none can take the place of a page.
        "media": "media/",
        "pictures": "assets/pictures/",
        "pagefind": "pagefind/",
    }
)
"""The directories of all pages and files of the newspaper but articles. To rename one, change its line here.

Python code and templates (as `site_urls`) take these URLs from here.
"""

MAX_SLUG = 120
"""The longest slug in characters."""
MAX_SLUG_BYTES = 240
"""The longest slug in UTF-8: file systems allow names of 255 bytes, and a letter has up to 4."""

_ASCII_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_APOSTROPHES = re.compile("['’ʼ]")


def make_relative_url(target: str, start: str, fragment: str = "") -> str:
    """Return the link from the page at `start` to `target`, both relative to the root of the site; escaped for href.

    The arguments are not percent-encoded; `#` and `?` in `target` are part of a file name.

    >>> make_relative_url("topics/nato/", "2026/01/talks/")
    '../../../topics/nato/'
    >>> make_relative_url("", "2026/01/talks/")
    '../../../'
    >>> make_relative_url("2026/01/talks/", "2026/01/talks/", "day-2")
    './#day-2'
    """
    base = start if start.endswith("/") else posixpath.dirname(start)
    path = posixpath.relpath(f"/{target}", f"/{base}")
    if target == "" or target.endswith("/"):
        path += "/"
    return quote(path, safe="/.~") + (f"#{quote(fragment, safe=':.~!$*+,;=@/?-')}" if fragment else "")


def make_listing_url(directory: str, key: str) -> str:
    """Return the URL of a listing, for a key of `SITE_URLS` and an id or a month.

    >>> make_listing_url("topics", "nato")
    'topics/nato/'
    """
    return f"{SITE_URLS[directory]}{key}/"


def media_url(path: str) -> str:
    """The URL of a file that lies in the content directory: `articles/2026/01/a.png` → `media/2026/01/a.png`."""
    return SITE_URLS["media"] + path.removeprefix("articles/")


def is_web_address(url: str) -> bool:
    """Return whether a text is an http or https address with a host: front matter may have no other addresses.

    `https://bank.example@evil.example/` is refused: its host is not the one that a reader sees.
    """
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_valid and "@" not in parts.netloc and url.isprintable() and not re.search(r'[\s<>"\\]', url)


def is_slug(text: str) -> bool:
    """Return whether a text is a slug: lower-case letters and digits of any script, with single hyphens.

    >>> is_slug("geneva-talks"), is_slug("../etc"), is_slug("Überblick"), is_slug("überblick")
    (True, False, False, True)
    """
    if len(text) > MAX_SLUG:
        return False
    if text.isascii():
        return _ASCII_SLUG.fullmatch(text) is not None
    words = text.split("-")
    are_words = all(word[:1].isalnum() and all(map(is_letter, word)) for word in words)
    return are_words and text == _fold(text) and len(text.encode()) <= MAX_SLUG_BYTES


def slugify(text: str, language: str = "") -> str:
    """Return the slug for a text; '' when it has no letter and no digit.

    With a `language` the slug is in ASCII, by the rules of that language; without one letters stay as they are.

    >>> slugify("Trump's “Board of Peace”: who's in?")
    'trumps-board-of-peace-whos-in'
    >>> slugify("Brücken für Köln"), slugify("Brücken für Köln", "de")
    ('brücken-für-köln', 'bruecken-fuer-koeln')
    """
    slug: list[str] = []
    text = transliterate(text, language) if language else text
    for character in _APOSTROPHES.sub("", _fold(text)):
        if character.isalnum() or (slug and slug[-1] != "-" and is_letter(character)):
            slug.append(character)
        elif slug and slug[-1] != "-":
            slug.append("-")
        if len(slug) > MAX_SLUG:
            break
    return "".join(slug[:MAX_SLUG]).encode()[:MAX_SLUG_BYTES].decode(errors="ignore").rstrip("-")


def is_letter(character: str) -> bool:
    """Return whether a character is a letter, a digit, or a mark of a letter, such as the vowels of Hindi and Thai."""
    if character.isalnum():
        return True
    # Variation selectors are marks too, but of emoji.
    return unicodedata.category(character) in {"Mn", "Mc"} and not (
        "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    )


def title_from_id(slug: str) -> str:
    """Return a title for an id that has none: `'middle-east'` becomes `'Middle east'`."""
    words = slug.replace("-", " ")
    return words[:1].upper() + words[1:]


def _fold(text: str) -> str:
    # The lower case of the Turkish capital İ is two characters: i and a combining dot.
    lower = unicodedata.normalize("NFC", text).lower().replace("i\u0307", "i")
    return unicodedata.normalize("NFC", lower)


def transliterate(text: str, language: str) -> str:
    """Return a text in small letters, with letters, digits and marks in ASCII; other characters stay.

    Signs of whole syllables and words are read one by one, without the language: those of Japanese as Chinese.

    >>> transliterate("Für Łódź", "de"), transliterate("Für Łódź", "sv"), transliterate("Объект: Москва", "ru")
    ('fuer lodz', 'fur lodz', 'obekt: moskva')
    """
    rules = _RULES.get(language.partition("-")[0].lower(), {})
    characters = unicodedata.normalize("NFC", text).lower()
    return "".join(
        character if character.isascii() else rules.get(character) or _write_in_ascii(character)
        for character in characters
    )


def _write_in_ascii(character: str) -> str:
    kind = unicodedata.category(character)[0]
    if kind not in "LMN":
        return character
    # A soft sign is an apostrophe in ASCII, a fraction has a slash.
    return _NO_WORD.sub("-" if kind == "N" else "", anyascii(character).lower())
