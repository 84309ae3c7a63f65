"""Reasons: why two documents stand beside one another, in what readers can recognise: names and topics."""

from __future__ import annotations

from collections.abc import Sequence, Set
from copy import deepcopy
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from babel import Locale, UnknownLocaleError
from babel.localedata import LocaleDataDict, load

from broadsheet.related.document import Reason
from broadsheet.related.lexicon import END
from broadsheet.related.passages import Passage
from broadsheet.related.shelf import Shelf
from broadsheet.related.vectors import keep_columns
from broadsheet.related.words import is_unspaced, read_token

_MOST = 0.5
"""Links that make more of a score than this are told."""
_NAMES = 3
"""So many names are given."""
_LOOKED_AT = 12
"""Names are sought among so many of the features that say most."""
_SHORT = 3
_LONG = 5
_PAIR = 2
_ENOUGH = 200
_YEAR = 4
_WORDS = 4
"""A name has so many words at most."""

Reasons = tuple[Reason, ...]


class Reasoner:
    """Finds reasons for one document after another of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        """Take the shelf."""
        self._shelf = shelf
        self._size = len(shelf.words)
        self._weights = np.zeros(shelf.vectors.shape[1], dtype=np.float32)
        self._is_name = [_has_capital(word) for word in shelf.words]
        self._told = keep_columns(shelf.vectors, self._find_telling())
        """What may be told of each document."""
        self._row = -1
        self._passage = Passage(np.zeros(0, dtype=np.int32), 1)

    def explain(self, row: int, others: Sequence[int], links: Sequence[float], copies: Set[int]) -> list[Reasons]:
        """The reasons for each of some documents beside one, the weightiest first.

        Args:
            row: the document; `others` are those beside it.
            links: of each of them, the part of the score that links add, from 0 to 1.
            copies: those of them that are nearly the same.

        """
        named = self.find_names(row, others)
        found = zip(others, links, named, strict=True)
        return [self._list_reasons(row, other, part, names, copies) for other, part, names in found]

    def _list_reasons(self, row: int, other: int, links: float, names: tuple[str, ...], copies: Set[int]) -> Reasons:
        first, second = self._shelf.documents[row], self._shelf.documents[other]
        reasons = []
        if first.story and first.story == second.story:
            reasons.append(Reason("story"))
        if other in copies:
            reasons.append(Reason("copy"))
        if first.id in second.links or second.id in first.links:
            reasons.append(Reason("linked"))
        elif links > _MOST:
            reasons.append(Reason("links"))
        if names:
            reasons.append(Reason("text", names))
        topics = tuple(topic for topic in first.topics if topic in second.topics)
        if topics and not names:
            reasons.append(Reason("topics", topics))
        return tuple(reasons) or (Reason("text"),)

    def find_names(self, row: int, others: Sequence[int]) -> list[tuple[str, ...]]:
        """What a document and each of some others are about: at most three words, or runs of words, names first.

        Cost: about 0.1 ms, and 30 µs for each of the others.
        """
        if not others:
            return []
        self._turn_to(row)
        return [self._choose_names(keys) for keys in self._find_shared(others)]

    def _choose_names(self, keys: Sequence[int]) -> tuple[str, ...]:
        """The first names of all that features make, else other words that may be told."""
        phrases: list[tuple[int, ...]] = []
        for key in keys:
            if key >= self._size:
                self._add_pair(key // self._size - 1, key % self._size, phrases)
            elif not any(key in phrase for phrase in phrases):
                phrases.append((key,))
        names: list[str] = []
        others: list[str] = []
        for phrase in phrases:
            spelt = self._spell(phrase)
            if len(spelt) <= 1 or not any(map(str.isalpha, spelt)):
                continue
            if any(self._is_name[number] for number in phrase):
                names.append(spelt)
                if len(names) == _NAMES:
                    break
            # Short words without a capital are rarely what a text is about. Scripts without any are let through.
            elif len(spelt) >= _LONG or spelt == spelt.upper():
                others.append(spelt)
        return tuple((*names, *others)[:_NAMES])

    def _turn_to(self, row: int) -> None:
        """Lay a document out, for all that stand beside it."""
        if row == self._row:
            return
        told = self._told
        if self._row >= 0:
            self._weights[told.indices[told.indptr[self._row] : told.indptr[self._row + 1]]] = 0
        own = slice(told.indptr[row], told.indptr[row + 1])
        self._weights[told.indices[own]] = told.data[own]
        self._row = row
        self._passage = Passage(self._shelf.texts[row].words, self._size)

    def _find_telling(self) -> npt.NDArray[np.bool_]:
        """Which features may be told to a reader: words that not too many documents have, and pairs of such words."""
        shelf, total = self._shelf, len(self._shelf.documents)
        is_word = shelf.keys < self._size
        frequency = np.zeros(self._size, dtype=np.int64)
        frequency[shelf.keys[is_word]] = shelf.frequency[is_word]
        # A name may be in half of them, any other word says something where one in ten has it.
        is_name = np.array(self._is_name)
        dates = find_calendar_words(shelf.documents[0].language)
        is_date = np.array([one.casefold() in dates or (one.isdecimal() and len(one) < _YEAR) for one in shelf.words])
        # Few articles cannot tell a rare word from a common one.
        most = total // 10 if total >= _ENOUGH else 0
        telling = (frequency <= np.where(is_name, total // 2, most)) & ~is_date
        phrased = (frequency <= np.where(is_name, total // 2, max(2, total // 4))) & ~is_date
        one, two = np.where(is_word, shelf.keys, shelf.keys // self._size - 1), shelf.keys % self._size
        named = is_name[one] | is_name[two] | (total >= _ENOUGH)
        found: npt.NDArray[np.bool_] = np.where(is_word, telling[one], phrased[one] & phrased[two] & named)
        return found

    def _spell(self, phrase: tuple[int, ...]) -> str:
        """A word as it is mostly written, several as they stand in a text."""
        if len(phrase) == 1:
            return self._shelf.words[phrase[0]]
        start = self._passage.find(phrase)
        numbers: list[int] = self._shelf.texts[self._row].spellings[start : start + len(phrase)].tolist()
        words = [self._shelf.spellings[number] for number in numbers]
        # A capital at the beginning of a sentence is no name's.
        if not self._is_name[phrase[0]] and (start == 0 or self._shelf.texts[self._row].words[start - 1] == END):
            words[0] = self._shelf.words[phrase[0]]
        spelt = words[0]
        for before, word in pairwise(words):
            # Of pairs of characters each goes on from the one before.
            overlaps = len(before) == len(word) == _PAIR and before[1] == word[0] and is_unspaced(word)
            spelt += word[1:] if overlaps else f" {word}"
        return spelt

    def _find_shared(self, others: Sequence[int]) -> list[list[int]]:
        """For each of others the keys of what may be told that it has too; what makes most of the likeness first."""
        fetched = self._told[others]
        weights = self._weights[fetched.indices]
        both = weights.nonzero()[0]
        owners = np.repeat(np.arange(len(others)), np.diff(fetched.indptr))[both]
        # A product is at most 1, so that each document's stand behind those of the one before.
        order = np.argsort(2.0 * owners - weights[both] * fetched.data[both], kind="stable")
        bounds = np.searchsorted(owners, np.arange(len(others)))
        keys = self._shelf.keys[fetched.indices[both]]
        return [keys[order[bound:end][:_LOOKED_AT]].tolist() for bound, end in pairwise([*bounds, len(both)])]

    def _add_pair(self, one: int, two: int, phrases: list[tuple[int, ...]]) -> None:
        """Add two words as a phrase, if they ever stand side by side; join it to one that it goes on from."""
        pair = next((pair for pair in ((one, two), (two, one)) if self._passage.find(pair) >= 0), None)
        if pair is None:
            return
        for place, phrase in enumerate(phrases):
            if set(pair) <= set(phrase):
                return
            longer = phrase + pair[1:] if phrase[-1] == pair[0] else pair[:1] + phrase if phrase[0] == pair[1] else ()
            if longer and len(longer) <= _WORDS and self._passage.find(longer) >= 0:
                phrases[place] = longer
                # What stood alone and is part of it now goes.
                phrases[:] = [one for one in phrases if one is longer or not set(one) <= set(longer)]
                return
        if not any(set(pair) & set(phrase) for phrase in phrases):
            phrases.append(pair)


def _has_capital(word: str) -> bool:
    """Whether a word is written like a name: not "I", "I'm" or "talks", but "NATO", "O'Brien" and "Ryabkov"."""
    return any(len(part) > 1 and part != part.lower() for part in word.replace("’", "'").split("'"))


@cache
def find_calendar_words(language: str) -> frozenset[str]:
    """The names of months and days, which tie no two articles together, in a language that Babel knows.

    >>> "saturday" in find_calendar_words("en-GB"), "mai" in find_calendar_words("fr"), find_calendar_words("")
    (True, True, frozenset())
    """
    try:
        locale = Locale.parse(language.partition("-")[0])
    except (ValueError, UnknownLocaleError):
        return frozenset()
    # Babel writes what it looks up in one language into data that others share (seen in 2.18): look it up in a copy.
    loaded: Any = load(str(locale))
    data: Any = LocaleDataDict(deepcopy(loaded))
    kinds = [data[kind][context]["wide"] for kind in ("months", "days") for context in ("format", "stand-alone")]
    names = [name for kind in kinds for name in kind.values()]
    parts = [part.casefold() for name in names for part in name.split("-")]
    # Short names in scripts without spaces are met as pairs; pairs of long ones are in too much else.
    return frozenset(word for part in parts for word in (read_token(part) if len(part) <= _SHORT else (part,)))
