"""Near-duplicates: articles published twice, or with an update. A list shows only the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from broadsheet.related.corpus import Corpus
from broadsheet.related.scoring import Scores
from broadsheet.related.shingles import measure_containment

MIN_SIMILARITY = 0.1
"""Only texts at least so similar are compared by shingles."""

MIN_CONTAINMENT = 0.5
"""Near-duplicates share at least this part of the shingles of the shorter text."""

Rows = npt.NDArray[np.int64]
Duplicates = dict[tuple[int, int], float]
"""Pairs of numbers of documents, the smaller number first, with the containment of their texts."""


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
    rows = np.concatenate((np.array(pinned, dtype=np.int64), others.astype(np.int64)))
    left = np.ones(len(rows), dtype=bool)
    places: list[int] = []
    for place, row in enumerate(rows.tolist()):
        if place >= len(pinned):
            if len(places) == count:
                break
            if not left[place]:
                continue
            places.append(place - len(pinned))
        near = np.flatnonzero(left[place + 1 :]) + place + 1
        left[near] = measure_duplicates(corpus, row, rows[near]) == 0
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
        taken = list(pinned)
        places: list[int] = []
        for place, other in enumerate(others):
            if len(places) == count:
                break
            if not self._is_duplicate(other, taken):
                taken.append(other)
                places.append(place)
        return places

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
