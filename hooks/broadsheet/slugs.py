"""Slugs: the words that stand in URLs and the ids that name topics, authors and stories."""

from __future__ import annotations

import re
import unicodedata

MAX_SLUG = 120
"""The longest slug in characters: file systems allow 255 bytes, and a letter takes up to 4."""

_SLUG = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_APOSTROPHES = re.compile("['’ʼ]")
_BREAKS = re.compile(r"[\W_]+")


def is_slug(text: str) -> bool:
    """Whether the text can stand in a URL as it is: lower-case letters and digits of any script, single hyphens.

    >>> is_slug("geneva-talks"), is_slug("../etc"), is_slug("Überblick"), is_slug("überblick")
    (True, False, False, True)
    """
    return (
        len(text) <= MAX_SLUG
        and _SLUG.fullmatch(text) is not None
        and text == text.lower()
        and text == unicodedata.normalize("NFC", text)
    )


def slugify(text: str) -> str:
    """The slug nearest to a text, or '' when it has no letter and no digit.

    >>> slugify("Trump's “Board of Peace”: who's in?")
    'trumps-board-of-peace-whos-in'
    """
    plain = _APOSTROPHES.sub("", unicodedata.normalize("NFC", text).lower())
    return unicodedata.normalize("NFC", _BREAKS.sub("-", plain).strip("-")[:MAX_SLUG].strip("-"))


def humanise(slug: str) -> str:
    """A title for an id that has none: `'middle-east'` becomes `'Middle east'`."""
    words = slug.replace("-", " ")
    return words[:1].upper() + words[1:]
