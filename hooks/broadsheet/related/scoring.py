"""Scoring: how well others would stand beside a document, without comparing it with all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.related.closeness import fade, lift

RARE = 64
"""A feature that no more documents have is rare: what two documents have of those makes them candidates.

That bounds the work: a document with f features meets at most f · RARE others, however large the archive.
"""

CANDIDATES = 100
"""How many candidates are compared in full."""

NEAREST = 100
"""A document that shares too few rare features is compared with so many before and after it in time as well."""

_CHUNK = 512
_DECIMALS = 6

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """What was found for one document: others, each with the parts of its score, in the order of time."""

    others: Rows
    text: Floats
    """How alike the texts are, from 0 to 1."""
    time: Floats
    """The fading with the days between them, at most 1."""
    topics: Floats
    """The lift for topics that both have, at least 1."""

    @property
    def total(self) -> Floats:
        """The scores: the product of the three, rounded, so that no machine's last digit decides."""
        return np.round(self.text * self.time * self.topics, _DECIMALS)


class Scorer:
    """Scores the documents of one archive, which are numbered in the order of time."""

    def __init__(self, vectors: sparse.csr_array, topics: sparse.csr_array, days: Floats) -> None:
        """Take rows of unit length, rows of topics (see `vectors`), and the day of each document, ascending."""
        columns = vectors.tocsc()
        rare = np.diff(columns.indptr) <= RARE
        self._rare = columns[:, np.flatnonzero(rare)].tocsr()
        self._lists = self._rare.T.tocsr()
        # Common features and topics side by side, so that a candidate's row is fetched once for both.
        common = columns[:, np.flatnonzero(~rare)]
        self._rest = sparse.hstack([common, topics], format="csr", dtype=np.float32)
        self._topics_from = common.shape[1]
        self._days = days

    def score(self, start: int, stop: int) -> Iterator[Scores]:
        """The candidates of each of the documents from `start` to `stop`, with their scores.

        Cost: at most `RARE` products a feature, then `CANDIDATES` products a common feature.
        """
        for first in range(start, stop, _CHUNK):
            met = self._rare[first : min(first + _CHUNK, stop)] @ self._lists
            for place in range(met.shape[0]):
                found = slice(met.indptr[place], met.indptr[place + 1])
                yield self._score_met(first + place, met.indices[found].astype(np.int64), met.data[found])

    def score_all(self, row: int) -> Scores:
        """One document compared with every other, in full."""
        others = np.delete(np.arange(len(self._days)), row)
        return self._finish(row, others, self._rare[others] @ self._rare[[row]].toarray()[0])

    def _score_met(self, row: int, others: Rows, text: npt.NDArray[np.float32]) -> Scores:
        text, others = text[others != row], others[others != row]
        if len(others) > CANDIDATES:
            best = _find_largest(text * fade(self._days[others] - self._days[row]), others, CANDIDATES)
            text, others = text[best], others[best]
        elif len(others) < CANDIDATES:
            near = np.arange(max(0, row - NEAREST), min(len(self._days), row + NEAREST + 1))
            added = np.setdiff1d(near, np.append(others, row), assume_unique=True)
            others = np.concatenate((others, added))
            text = np.concatenate((text, np.zeros(len(added), dtype=np.float32)))
        order = np.argsort(others)
        return self._finish(row, others[order], text[order])

    def _finish(self, row: int, others: Rows, rare: npt.NDArray[np.float32]) -> Scores:
        own = slice(self._rest.indptr[row], self._rest.indptr[row + 1])
        columns, weights = self._rest.indices[own], self._rest.data[own]
        fetched = self._rest[others]
        space = np.zeros(self._rest.shape[1], dtype=np.float32)
        is_topic = columns >= self._topics_from
        space[columns] = np.where(is_topic, 0, weights)
        common = fetched @ space
        space[columns] = np.where(is_topic, weights, 0)
        shared = fetched @ space
        time = fade(self._days[others] - self._days[row])
        return Scores(others, *(part.astype(np.float64) for part in (rare + common, time, lift(shared))))


def _find_largest(values: npt.NDArray[np.float32], others: Rows, count: int) -> Rows:
    """The places of the `count` largest values; of equals those of the largest numbers."""
    least = np.partition(values, len(values) - count)[len(values) - count]
    above = np.flatnonzero(values > least)
    level = np.flatnonzero(values == least)
    level = level[np.argsort(others[level])][len(level) - (count - len(above)) :]
    return np.concatenate((above, level))
