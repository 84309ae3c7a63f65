"""Transliteration: write the letters of any script in ASCII, by the rules of a language where these differ."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

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
