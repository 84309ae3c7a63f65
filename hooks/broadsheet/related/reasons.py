"""Reasons: why two documents stand beside one another, in what readers can recognise: names and topics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, islice, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from babel import Locale, UnknownLocaleError
from babel.localedata import LocaleDataDict, load
from scipy import sparse

from broadsheet.related.document import Reason
from broadsheet.related.naming import Namer, Speller
from broadsheet.related.shelf import Shelf
from broadsheet.related.vectors import keep_columns
from broadsheet.related.words import read_token

BLOCK = 32
"""So many documents are looked at together, as fetching rows of a matrix costs as much for one as for fifty."""

_MOST = 0.5
"""Links that make more of a score than this are told."""
_LOOKED_AT = 12
"""Names are sought among so many of the features that say most."""
_SHORT = 3
_ENOUGH = 200
_YEAR = 4

Reasons = tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """A document, and those beside it."""

    row: int
    others: Sequence[int]
    links: Sequence[float]
    """Of each of the others, the part of the score that links add, from 0 to 1."""
    copies: Set[int] = frozenset()
    """Those of them that are nearly the same."""


class Reasoner:
    """Finds reasons for one document after another of a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        """Take the shelf."""
        self._shelf = shelf
        self._speller = Speller(shelf)
        self._has = np.zeros(shelf.vectors.shape[1], dtype=bool)
        self._told = keep_columns(shelf.vectors, self._find_telling())
        """What may be told of each document."""

    def explain(self, asked: Iterable[Beside]) -> Iterator[list[Reasons]]:
        """For each document asked for the reasons for each of those beside it, the weightiest first.

        Cost: about 0.2 ms, and 30 µs for each of the others; taken from what is asked `BLOCK` at a time.
        """
        waiting = iter(asked)
        while block := list(islice(waiting, BLOCK)):
            fetched = self._told[[other for one in block for other in one.others]]
            ends = list(accumulate((len(one.others) for one in block), initial=0))
            for one, (start, end) in zip(block, pairwise(ends), strict=True):
                named = self._find_names(one.row, fetched, start, end) if start < end else []
                found = zip(one.others, one.links, named, strict=True)
                yield [self._list_reasons(one.row, *each, one.copies) for each in found]

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
        return tuple(reasons) or (Reason("words"),)

    def _find_names(self, row: int, fetched: sparse.csr_array, start: int, end: int) -> list[tuple[str, ...]]:
        """What a document and each of some others are about: at most three words, or runs of words, names first."""
        phrases = Namer(self._speller, row)
        return [phrases.choose_names(keys) for keys in self._find_shared(row, fetched, start, end)]

    def _find_shared(self, row: int, fetched: sparse.csr_array, start: int, end: int) -> list[list[int]]:
        """For each of others the keys of what may be told that it has too; what makes most of the likeness first.

        Args:
            row: the document.
            fetched: what may be told of others, of which those from `start` to `end` are meant.

        """
        ends = fetched.indptr[start : end + 1]
        columns, data = fetched.indices[ends[0] : ends[-1]], fetched.data[ends[0] : ends[-1]]
        own = slice(self._told.indptr[row], self._told.indptr[row + 1])
        self._has[self._told.indices[own]] = True
        both = np.flatnonzero(self._has[columns])
        self._has[self._told.indices[own]] = False
        shared = columns[both]
        # The document's own are in the order of their columns.
        weights = self._told.data[own][np.searchsorted(self._told.indices[own], shared)]
        bounds = np.searchsorted(both, ends - ends[0])
        owners = np.repeat(np.arange(end - start), np.diff(bounds))
        # A product is at most 1, so that each document's stand behind those of the one before.
        order = np.argsort(2.0 * owners - weights * data[both], kind="stable")
        keys = self._shelf.keys[shared[order]]
        return [keys[bound : min(stop, bound + _LOOKED_AT)].tolist() for bound, stop in pairwise(bounds.tolist())]

    def _find_telling(self) -> npt.NDArray[np.bool_]:
        """Which features may be told to a reader: words that not too many documents have, and pairs of such words."""
        shelf, total, size = self._shelf, len(self._shelf.documents), len(self._shelf.words)
        is_word = shelf.keys < size
        frequency = np.zeros(size, dtype=np.int64)
        frequency[shelf.keys[is_word]] = shelf.frequency[is_word]
        # A name may be in half of them, any other word says something where one in ten has it.
        is_name = np.array(self._speller.is_name)
        dates = find_calendar_words(shelf.documents[0].language)
        is_date = np.array([one.casefold() in dates or (one.isdecimal() and len(one) < _YEAR) for one in shelf.words])
        # Few articles cannot tell a rare word from a common one.
        most = total // 10 if total >= _ENOUGH else 0
        telling = (frequency <= np.where(is_name, total // 2, most)) & ~is_date
        phrased = (frequency <= np.where(is_name, total // 2, max(2, total // 4))) & ~is_date
        one, two = np.where(is_word, shelf.keys, shelf.keys // size - 1), shelf.keys % size
        named = is_name[one] | is_name[two] | (total >= _ENOUGH)
        found: npt.NDArray[np.bool_] = np.where(is_word, telling[one], phrased[one] & phrased[two] & named)
        return found


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
