"""Slugs: the names of articles in URLs, and the ids of topics, authors and stories."""

from __future__ import annotations

import re
import unicodedata

MAX_SLUG = 120
"""The longest slug in characters."""
MAX_SLUG_BYTES = 240
"""The longest slug in UTF-8: file systems allow names of 255 bytes, and a letter has up to 4."""

_ASCII_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_APOSTROPHES = re.compile("['’ʼ]")


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


def slugify(text: str) -> str:
    """Return the slug for a text; '' when it has no letter and no digit.

    >>> slugify("Trump's “Board of Peace”: who's in?")
    'trumps-board-of-peace-whos-in'
    """
    slug: list[str] = []
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
