"""Slugs: the words that stand in URLs and the ids that name topics, authors and stories."""

from __future__ import annotations

import re
import unicodedata

MAX_SLUG = 120
"""The longest slug in characters."""
MAX_SLUG_BYTES = 240
"""The longest slug in UTF-8: file systems allow 255 bytes to a name, and a letter takes up to 4."""

_PLAIN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_APOSTROPHES = re.compile("['’ʼ]")


def is_slug(text: str) -> bool:
    """Whether the text can stand in a URL as it is: lower-case letters and digits of any script, single hyphens.

    >>> is_slug("geneva-talks"), is_slug("../etc"), is_slug("Überblick"), is_slug("überblick")
    (True, False, False, True)
    """
    if len(text) > MAX_SLUG:
        return False
    if text.isascii():
        return _PLAIN.fullmatch(text) is not None
    words = text.split("-")
    lettered = all(word[:1].isalnum() and all(map(is_letter, word)) for word in words)
    return lettered and text == _fold(text) and len(text.encode()) <= MAX_SLUG_BYTES


def slugify(text: str) -> str:
    """The slug nearest to a text, or '' when it has no letter and no digit.

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
    """Whether a character is a letter or digit, or a mark that belongs to one, as the vowels of Hindi and Thai do."""
    if character.isalnum():
        return True
    # Variation selectors are marks too, but belong to emoji.
    return unicodedata.category(character) in {"Mn", "Mc"} and not (
        "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    )


def title_from_id(slug: str) -> str:
    """A title for an id that has none: `'middle-east'` becomes `'Middle east'`."""
    words = slug.replace("-", " ")
    return words[:1].upper() + words[1:]


def _fold(text: str) -> str:
    # The capital İ of Turkish has a lower case of two characters, the second a dot to put over the i.
    lower = unicodedata.normalize("NFC", text).lower().replace("i\u0307", "i")
    return unicodedata.normalize("NFC", lower)
