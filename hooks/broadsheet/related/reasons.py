"""Reasons: why two documents are related, as phrases and topics that readers recognize."""

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

from broadsheet.related.corpus import Corpus
from broadsheet.related.model import Reason
from broadsheet.related.phrases import PhraseFinder, Speller
from broadsheet.related.tokens import read_token
from broadsheet.related.weights import keep_columns

BLOCK_SIZE = 32
"""Documents handled together: fetching the rows of a matrix costs as much for one document as for fifty."""

MIN_LINK_SHARE = 0.5
"""Links are a reason when they add more than this share of a score."""

MAX_FEATURES = 12
"""Phrases are made of so many of the features that add most to the similarity."""

_MIN_LARGE_CORPUS = 200
"""With fewer documents, a rare word cannot be told from a common one."""
_MAX_BIGRAM_LENGTH = 3
_YEAR_LENGTH = 4

Reasons = tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ReasonQuery:
    """A document and its related documents, for which reasons are sought."""

    row: int
    """The number of the document."""
    others: Sequence[int]
    """The numbers of the related documents."""
    link_shares: Sequence[float]
    """For each of the others, the part of the score that links add, from 0 to 1."""
    duplicates: Set[int] = frozenset()
    """The near-duplicates among the others."""


class ReasonFinder:
    """Finds reasons for the lists of a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        """Take the corpus."""
        self._corpus = corpus
        self._speller = Speller(corpus)
        self._is_own = np.zeros(corpus.weights.shape[1], dtype=bool)
        self._weights = keep_columns(corpus.weights, self._find_meaningful())
        """The weights of those features that can be shown to readers."""

    def find_reasons(self, queries: Iterable[ReasonQuery]) -> Iterator[list[Reasons]]:
        """Yield for each query the reasons for each of its related documents, the most important first.

        Queries are taken `BLOCK_SIZE` at a time. Cost: about 0.2 ms per query, and 30 µs for each related document.
        """
        remaining = iter(queries)
        while block := list(islice(remaining, BLOCK_SIZE)):
            fetched = self._weights[[other for query in block for other in query.others]]
            ends = list(accumulate((len(query.others) for query in block), initial=0))
            for query, (start, end) in zip(block, pairwise(ends), strict=True):
                phrases = self._find_phrases(query.row, fetched, start, end) if start < end else []
                related = zip(query.others, query.link_shares, phrases, strict=True)
                yield [self._list_reasons(query, *each) for each in related]

    def _list_reasons(self, query: ReasonQuery, other: int, link_share: float, phrases: tuple[str, ...]) -> Reasons:
        first, second = self._corpus.documents[query.row], self._corpus.documents[other]
        reasons = []
        if first.story and first.story == second.story:
            reasons.append(Reason("story"))
        if other in query.duplicates:
            reasons.append(Reason("copy"))
        if first.id in second.links or second.id in first.links:
            reasons.append(Reason("linked"))
        elif link_share > MIN_LINK_SHARE:
            reasons.append(Reason("links"))
        if phrases:
            reasons.append(Reason("text", phrases))
        topics = tuple(topic for topic in first.topics if topic in second.topics)
        if topics and not phrases:
            reasons.append(Reason("topics", topics))
        return tuple(reasons) or (Reason("words"),)

    def _find_phrases(self, row: int, fetched: sparse.csr_array, start: int, end: int) -> list[tuple[str, ...]]:
        """Return the phrases that a document shares with each of the documents in some fetched rows."""
        finder = PhraseFinder(self._speller, row)
        return [finder.choose_phrases(keys) for keys in self._find_shared(row, fetched, start, end)]

    def _find_shared(self, row: int, fetched: sparse.csr_array, start: int, end: int) -> list[list[int]]:
        """Return the keys of the features that a document shares with others; largest part of the similarity first.

        Args:
            row: the document.
            fetched: rows of `_weights`, of which those from `start` to `end` are the others'.
            start: the first row.
            end: the row after the last.

        """
        ends = fetched.indptr[start : end + 1]
        columns, data = fetched.indices[ends[0] : ends[-1]], fetched.data[ends[0] : ends[-1]]
        own = slice(self._weights.indptr[row], self._weights.indptr[row + 1])
        own_columns = self._weights.indices[own]
        self._is_own[own_columns] = True
        shared = np.flatnonzero(self._is_own[columns])
        self._is_own[own_columns] = False
        shared_columns = columns[shared]
        own_weights = self._weights.data[own][np.searchsorted(own_columns, shared_columns)]
        bounds = np.searchsorted(shared, ends - ends[0])
        owners = np.repeat(np.arange(end - start), np.diff(bounds))
        # Sort by document, then by product, in one number: a product is at most 1.
        order = np.argsort(2.0 * owners - own_weights * data[shared], kind="stable")
        keys = self._corpus.keys[shared_columns[order]]
        return [keys[bound : min(stop, bound + MAX_FEATURES)].tolist() for bound, stop in pairwise(bounds.tolist())]

    def _find_meaningful(self) -> npt.NDArray[np.bool_]:
        """Return which features can be shown to readers: a boolean per column.

        These are words that not too many documents have, and pairs of such words; no dates.
        """
        corpus, total, size = self._corpus, len(self._corpus.documents), len(self._corpus.words)
        is_word = corpus.keys < size
        frequency = np.zeros(size, dtype=np.int64)
        frequency[corpus.keys[is_word]] = corpus.document_frequency[is_word]
        is_name = np.array(self._speller.is_name)
        calendar = find_calendar_words(corpus.documents[0].language)
        is_date = np.array(
            [word.casefold() in calendar or (word.isdecimal() and len(word) < _YEAR_LENGTH) for word in corpus.words]
        )
        # A name can be in half of the documents. Another word is only meaningful where one in ten has it.
        max_frequency = total // 10 if total >= _MIN_LARGE_CORPUS else 0
        alone = (frequency <= np.where(is_name, total // 2, max_frequency)) & ~is_date
        in_pair = (frequency <= np.where(is_name, total // 2, max(2, total // 4))) & ~is_date
        first, second = np.where(is_word, corpus.keys, corpus.keys // size - 1), corpus.keys % size
        has_name = is_name[first] | is_name[second] | (total >= _MIN_LARGE_CORPUS)
        meaningful: npt.NDArray[np.bool_] = np.where(is_word, alone[first], in_pair[first] & in_pair[second] & has_name)
        return meaningful


@cache
def find_calendar_words(language: str) -> frozenset[str]:
    """Return the names of months and days in a language, casefolded; none for a language that Babel does not know.

    >>> "saturday" in find_calendar_words("en-GB"), "mai" in find_calendar_words("fr"), find_calendar_words("")
    (True, True, frozenset())
    """
    try:
        locale = Locale.parse(language.partition("-")[0])
    except (ValueError, UnknownLocaleError):
        return frozenset()
    # A look-up writes into data that Babel shares between languages (seen in 2.18), so look up in a copy.
    loaded: Any = load(str(locale))
    data: Any = LocaleDataDict(deepcopy(loaded))
    kinds = [data[kind][context]["wide"] for kind in ("months", "days") for context in ("format", "stand-alone")]
    names = [name for kind in kinds for name in kind.values()]
    parts = [part.casefold() for name in names for part in name.split("-")]
    # Short names in scripts without spaces occur as bigrams (see `read_token`). Bigrams of long names are in too many
    # other words.
    return frozenset(
        word for part in parts for word in (read_token(part) if len(part) <= _MAX_BIGRAM_LENGTH else (part,))
    )
