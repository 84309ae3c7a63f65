"""Near-duplicates: articles published twice, or with an update. A list shows only the best of them.

Shingles tell near-duplicates from similar texts: the overlapping word triples of a text, as hashes.
After Broder: On the resemblance and containment of documents, 1997.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from broadsheet.related.scoring import Scores
from broadsheet.related.tokens import SENTENCE_END, TokenizedText

if TYPE_CHECKING:
    from broadsheet.related.corpus import Corpus

MIN_SIMILARITY = 0.1
"""Only texts at least so similar are compared by shingles."""

MIN_CONTAINMENT = 0.5
"""Near-duplicates share at least this part of the shingles of the shorter text."""

SHINGLE_WORDS = 3
"""The number of words of a shingle. Shingles cross the ends of sentences."""

MAX_SHINGLES = 400
"""Of texts with more shingles, only a sample of a quarter is compared: the lowest quarter of all hashes."""

_QUARTER = np.uint32(1 << 30)
_HALF_BITS = 16

Shingles = npt.NDArray[np.uint32]
Rows = npt.NDArray[np.int64]
Duplicates = dict[tuple[int, int], float]
"""Pairs of numbers of documents, the smaller number first, with the containment of their texts."""


def hash_shingles(text: TokenizedText) -> Shingles:
    """Return the distinct shingles of a text as ascending hashes. Cost: about 40 µs for 600 words.

    A hash is the upper half of a 64-bit product: multiplicative hashing, as in `features.CountingFilter`.
    """
    words = text.words[text.words != SENTENCE_END].astype(np.uint64)
    if len(words) < SHINGLE_WORDS:
        return np.zeros(0, dtype=np.uint32)
    # Ids of more than 21 bits overlap here. So large an archive has a collision among hundreds of shingles now and
    # then, which does no harm.
    packed = (words[:-2] << np.uint64(42)) ^ (words[1:-1] << np.uint64(21)) ^ words[2:]
    mixed = (packed ^ (packed >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
    return np.unique((mixed >> np.uint64(32)).astype(np.uint32))


def measure_containment(shingles: Shingles, others: Sequence[Shingles]) -> npt.NDArray[np.float64]:
    """Return for each of the other texts the share of the shorter text's shingles that both texts have.

    From 0 to 1; 0 where one text has no shingles. Containment rather than resemblance, so that a brief and the report
    that grew out of it count as near-duplicates. Long texts are compared by a sample (section 4 of Broder's paper).
    """
    containment = np.zeros(len(others))
    is_long = len(shingles) > MAX_SHINGLES
    sampled = np.array([is_long or len(other) > MAX_SHINGLES for other in others], dtype=bool)
    for is_sampled in (False, True):
        places = np.flatnonzero(sampled == is_sampled)
        compared = [_sample(others[place]) if is_sampled else others[place] for place in places.tolist()]
        own = _sample(shingles) if is_sampled else shingles
        if not compared or not len(own):
            continue
        counts = np.array([len(other) for other in compared])
        hashes = np.concatenate(compared)
        # Filter by the upper half of the hash first: most hashes have no match even there.
        upper_halves = np.zeros(1 << _HALF_BITS, dtype=bool)
        upper_halves[own >> _HALF_BITS] = True
        near = np.flatnonzero(upper_halves[hashes >> _HALF_BITS])
        likely = hashes[near]
        is_shared = own[np.minimum(np.searchsorted(own, likely), len(own) - 1)] == likely
        owners = np.searchsorted(np.cumsum(counts), near[is_shared], side="right")
        shared = np.bincount(owners, minlength=len(compared))
        containment[places] = shared / np.maximum(1, np.minimum(counts, len(own)))
    return containment


def _sample(shingles: Shingles) -> Shingles:
    return shingles[: np.searchsorted(shingles, _QUARTER)]


def measure_duplicates(
    corpus: Corpus, row: int, others: Rows, similarity: npt.NDArray[np.float64] | None = None
) -> npt.NDArray[np.float64]:
    """Return for each of the others the share of the shorter text in the longer one; 0 for all but near-duplicates.

    Args:
        corpus: the documents.
        row: the number of one document.
        others: the numbers of those to compare with it.
        similarity: of the texts, where it is known.

    """
    near = np.arange(len(others)) if similarity is None else np.flatnonzero(similarity >= MIN_SIMILARITY)
    shares = np.zeros(len(others))
    shingles = corpus.shingles
    shares[near] = measure_containment(shingles[row], [shingles[other] for other in others[near].tolist()])
    for place in near.tolist():
        other = int(others[place])
        # Texts too short for shingles are duplicates when they are equal.
        if min(len(shingles[row]), len(shingles[other])) == 0:
            shares[place] = np.array_equal(corpus.texts[row].words, corpus.texts[other].words)
    shares[shares < MIN_CONTAINMENT] = 0
    duplicates = np.flatnonzero(shares)
    if similarity is None and len(duplicates):
        shares[duplicates[corpus.scorer.compare_texts(row, others[duplicates]) < MIN_SIMILARITY]] = 0
    return shares


def add_duplicates(corpus: Corpus, row: int, scores: Scores, duplicates: Duplicates) -> None:
    """Add the near-duplicates of a document, among the others that it has scores for, to `duplicates`."""
    near = np.flatnonzero(scores.text >= MIN_SIMILARITY)
    if not len(near):
        return
    # Pairs that an earlier document has found need no second comparison.
    near = near[np.array([(other, row) not in duplicates for other in scores.others[near].tolist()], dtype=bool)]
    shares = measure_duplicates(corpus, row, scores.others[near], scores.text[near])
    for place in np.flatnonzero(shares).tolist():
        other = int(scores.others[near[place]])
        duplicates[min(row, other), max(row, other)] = float(shares[place])


def skip_duplicates(
    others: npt.NDArray[np.integer[Any]], corpus: Corpus, count: int, pinned: Sequence[int]
) -> list[int]:
    """Return the indexes of the first `count` documents that duplicate no earlier one of `others`, nor a pinned one.

    All pairs are compared: `DuplicateSkipper` does the same from pairs that are known, much faster.
    """

    def is_duplicate(other: int, taken: Sequence[int]) -> bool:
        return bool(measure_duplicates(corpus, other, np.array(taken, dtype=np.int64)).any())

    return _skip(others.tolist(), count, pinned, is_duplicate)


def _skip(
    others: Sequence[int], count: int, pinned: Sequence[int], is_duplicate: Callable[[int, Sequence[int]], bool]
) -> list[int]:
    taken = list(pinned)
    places: list[int] = []
    for place, other in enumerate(others):
        if len(places) == count:
            break
        if not is_duplicate(other, taken):
            taken.append(other)
            places.append(place)
    return places


class DuplicateSkipper:
    """Skips near-duplicates in one list after another, from pairs found while the documents were scored."""

    def __init__(self, corpus: Corpus, duplicates: Duplicates) -> None:
        """Take the pairs that are known."""
        self._corpus = corpus
        self._duplicates_of: dict[int, set[int]] = {}
        self._compared: dict[tuple[int, int], bool] = {}
        for first, second in duplicates:
            self._duplicates_of.setdefault(first, set()).add(second)
            self._duplicates_of.setdefault(second, set()).add(first)

    def skip(self, others: Sequence[int], count: int, pinned: Sequence[int]) -> list[int]:
        """Return the indexes of the first `count` documents that duplicate no earlier one, nor a pinned one."""
        return _skip(others, count, pinned, self._is_duplicate)

    def _is_duplicate(self, other: int, taken: Sequence[int]) -> bool:
        duplicates = self._duplicates_of.get(other)
        if duplicates is None:
            return False
        if not duplicates.isdisjoint(taken):
            return True
        # Two documents that were never compared can be duplicates too: compare those with a common duplicate.
        uncertain = [row for row in taken if not duplicates.isdisjoint(self._duplicates_of.get(row, ()))]
        return any(self._compare(min(row, other), max(row, other)) for row in uncertain)

    def _compare(self, first: int, second: int) -> bool:
        if (first, second) not in self._compared:
            self._compared[first, second] = bool(measure_duplicates(self._corpus, first, np.array([second]))[0])
        return self._compared[first, second]
