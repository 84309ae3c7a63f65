"""Scoring: how well others would stand beside a document, without comparing it with all of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.related.closeness import fade, lift
from broadsheet.related.scores import DECIMALS, Floats, Rows, Scores
from broadsheet.related.vectors import keep_columns

RARE = 64
"""A feature that no more documents have is rare: what two documents have of those makes them candidates.

That bounds the work: a document with f features meets at most f · RARE others, however large the archive.
"""

CANDIDATES = 64
"""How many candidates are compared in full. With 32 lists lose twice as much of the exact scores; 100 gain little."""

NEAREST = 100
"""A document that shares too few rare features is compared with so many before and after it in time as well."""

BLOCK = 32
"""So many documents are scored together."""

_MOST_PLACES = 4_000_000
"""So many numbers a block lays out at most: fewer documents, where the archive has many common features."""

_MOST_ROWS = 4096
"""So many rows are fetched at once, but for a single document: those of all that a block's links reach are too many."""


class Scorer:
    """Scores the documents of one archive, which are numbered in the order of time.

    Works on some documents at a time, a block, as fetching rows of a matrix costs as much for one as for fifty.
    In a block what is found for its n-th document, counted from 0, is known by a key: n · all documents + the other.
    """

    def __init__(
        self, vectors: sparse.csr_array, topics: sparse.csr_array, links: sparse.csr_array, days: Floats
    ) -> None:
        """Take rows of unit length, rows of topics and of links (see `vectors`), and each document's day, ascending."""
        rare = np.bincount(vectors.indices, minlength=vectors.shape[1]) <= RARE
        self._vectors = vectors
        self._is_rare = rare
        self._lists = keep_columns(vectors, rare).tocsc().T
        """For each feature the documents that have it, with their weights; none for one that is not rare."""
        self._common = vectors[:, np.flatnonzero(~rare)]
        self._topics = topics
        self._links = links
        self._count = len(days)
        self._days = days
        self._whole_days = np.floor(days).astype(np.int64)
        self._fading = fade(np.arange(int(np.ptp(self._whole_days)) + 1 if len(days) else 1, dtype=np.float64))
        self._space = np.zeros(vectors.shape[1], dtype=np.float32)
        self._sums = np.zeros(len(days))
        self._met = np.zeros(len(days), dtype=bool)

    def score(self, start: int, stop: int) -> Iterator[Scores]:
        """The candidates of each of the documents from `start` to `stop`, with their scores.

        Cost: at most `RARE` products a feature, `CANDIDATES` products a common feature, and the candidates' links.
        """
        block = min(BLOCK, max(1, _MOST_PLACES // max(1, self._common.shape[1])))
        for first in range(start, stop, block):
            last = min(stop, first + block)
            keys, scores, met = self._meet(first, last)
            if self._links.nnz:
                keys, scores = self._follow_links(first, last, keys, scores, met)
            bounds = np.searchsorted(keys, np.arange(last - first + 1) * self._count).tolist()
            yield from (scores.take(slice(*place)) for place in pairwise(bounds))

    def score_all(self, row: int) -> Scores:
        """One document compared with every other, in full."""
        others = np.delete(np.arange(self._count), row)
        scores = self._rate(row, others, self.liken(row, others))
        reached, weights = self._reach(row, row + 1, *self._meet(row, row + 1)[:2])
        return scores.tie(np.searchsorted(others, reached), weights)

    def liken(self, row: int, others: Rows) -> Floats:
        """How alike a document's text is to others'. Cost: about 0.1 ms, and 3 µs for each of them."""
        own = slice(self._vectors.indptr[row], self._vectors.indptr[row + 1])
        columns = self._vectors.indices[own]
        self._space[columns] = self._vectors.data[own]
        likeness: Floats = np.round((self._vectors[others] @ self._space).astype(np.float64), DECIMALS)
        self._space[columns] = 0
        return likeness

    def _meet(self, first: int, last: int) -> tuple[Rows, Scores, Rows]:
        """The candidates of some documents, scored without links, and all with which they share rare features."""
        starts = self._vectors.indptr[first : last + 1]
        own = slice(starts[0], starts[-1])
        rare = self._is_rare[self._vectors.indices[own]]
        lists = self._lists[self._vectors.indices[own][rare]]
        products = (lists.data * np.repeat(self._vectors.data[own][rare], np.diff(lists.indptr))).astype(np.float64)
        bounds = lists.indptr[np.concatenate(([0], np.cumsum(rare)))[starts - starts[0]]].tolist()
        keys: list[Rows] = []
        likenesses: list[npt.NDArray[Any]] = []
        met: list[Rows] = []
        for row, (start, stop) in zip(range(first, last), pairwise(bounds), strict=True):
            others = lists.indices[start:stop].astype(np.intp)
            # In arrays that are kept: one as long as the archive, made for each document, would take quadratic time.
            np.add.at(self._sums, others, products[start:stop])
            self._met[others] = True
            self._met[row] = False
            sharing = np.flatnonzero(self._met)
            chosen = self._choose(row, sharing, self._sums[sharing])
            keys.append(chosen + (row - first) * self._count)
            likenesses.append(self._sums[chosen])
            met.append(sharing + (row - first) * self._count)
            self._met[sharing] = False
            self._sums[others] = 0
        likeness = np.concatenate(likenesses).astype(np.float64, copy=False)
        return *self._finish(first, np.concatenate(keys), likeness), np.concatenate(met)

    def _choose(self, row: int, others: Rows, likeness: npt.NDArray[Any]) -> Rows:
        """The candidates among those that share rare features with a document, or the nearest in time as well."""
        if len(others) > CANDIDATES:
            # To choose among them whole days will do.
            faded = self._fading[np.abs(self._whole_days[others] - self._whole_days[row])]
            return others[_find_largest(likeness * faded, CANDIDATES)]
        if len(others) == CANDIDATES:
            return others
        near = np.arange(max(0, row - NEAREST), min(self._count, row + NEAREST + 1))
        return np.union1d(others, near[near != row])

    def _follow_links(self, first: int, last: int, keys: Rows, scores: Scores, met: Rows) -> tuple[Rows, Scores]:
        """The scores with what the candidates are linked with, which become candidates themselves."""
        reached, weights = self._reach(first, last, keys, scores)
        new = reached[~_contain(keys, reached)]
        if len(new):
            order = np.argsort(np.concatenate((keys, new)))
            scores = scores.join(self._compare(first, new, met)).take(order)
            keys = np.concatenate((keys, new))[order]
        return keys, scores.tie(np.searchsorted(keys, reached), weights)

    def _reach(self, first: int, last: int, keys: Rows, scores: Scores) -> tuple[Rows, Floats]:
        """What the candidates, and the documents themselves, are linked with, and how much; by their keys."""
        itself = np.arange(last - first) * (self._count + 1) + first
        # Each document behind its candidates.
        ends = np.searchsorted(keys, np.arange(1, last - first + 1) * self._count)
        keys, likeness = np.insert(keys, ends, itself), np.insert(scores.text * scores.time * scores.topics, ends, 1.0)
        places = keys // self._count
        linked = self._links[keys - places * self._count]
        sizes = np.diff(linked.indptr)
        found = np.repeat(places * self._count, sizes) + linked.indices
        reached, at = np.unique(found.astype(np.int64, copy=False), return_inverse=True)
        weights = np.bincount(at, linked.data * np.repeat(likeness, sizes), len(reached))
        foreign = ~_contain(itself, reached)
        return reached[foreign], weights[foreign].astype(np.float64, copy=False)

    def _compare(self, first: int, keys: Rows, met: Rows) -> Scores:
        """Some documents compared with others, of which those are known that share rare features with them."""
        text, sharing = np.zeros(len(keys)), _contain(met, keys)
        text[~sharing] = self._multiply(self._common, first, keys[~sharing])
        left = np.flatnonzero(sharing)
        places = keys[left] // self._count
        for place in np.unique(places).tolist():
            chosen = left[places == place]
            text[chosen] = self.liken(first + place, keys[chosen] - place * self._count)
        return self._rate(first, keys, np.round(text, DECIMALS))

    def _finish(self, first: int, keys: Rows, rare: Floats) -> tuple[Rows, Scores]:
        """The scores of candidates, of which the likeness in rare features is known."""
        text = np.round(rare + self._multiply(self._common, first, keys), DECIMALS)
        return keys, self._rate(first, keys, text)

    def _multiply(self, matrix: sparse.csr_array, first: int, keys: Rows) -> npt.NDArray[np.float32]:
        """The products of documents' rows with those of others."""
        places = keys // self._count
        if len(keys) > _MOST_ROWS and places[0] < places[-1]:
            middle = int(np.searchsorted(places, (places[0] + places[-1] + 1) // 2))
            halves = (self._multiply(matrix, first, half) for half in (keys[:middle], keys[middle:]))
            return np.concatenate(list(halves))
        width, last = matrix.shape[1], int(places.max(initial=-1)) + 1
        fetched = matrix[keys - places * self._count]
        bounds = fetched.indptr[np.searchsorted(places, np.arange(last + 1))].tolist()
        # Each document of the block has columns of its own.
        space = np.zeros(last * width, dtype=np.float32)
        for place, (start, stop) in enumerate(pairwise(bounds)):
            own = slice(matrix.indptr[first + place], matrix.indptr[first + place + 1])
            space[place * width + matrix.indices[own]] = matrix.data[own]
            fetched.indices[start:stop] += place * width
        wide = sparse.csr_array((fetched.data, fetched.indices, fetched.indptr), shape=(len(keys), len(space)))
        products: npt.NDArray[np.float32] = wide @ space
        return products

    def _rate(self, first: int, keys: Rows, text: Floats) -> Scores:
        places = keys // self._count
        others = keys - places * self._count
        time = fade(self._days[others] - self._days[first + places]).astype(np.float64)
        topics = lift(self._multiply(self._topics, first, keys)).astype(np.float64)
        return Scores(others, text, time, topics, np.zeros(len(others)))


def _contain(keys: Rows, sought: Rows) -> npt.NDArray[np.bool_]:
    """Which of some keys are among others, which are ascending."""
    places = np.searchsorted(keys, sought)
    found = np.zeros(len(sought), dtype=bool)
    inside = places < len(keys)
    found[inside] = keys[places[inside]] == sought[inside]
    return found


def _find_largest(values: Floats, count: int) -> Rows:
    """The places of the `count` largest values, ascending; of equals those of the last."""
    least = np.partition(values, len(values) - count)[len(values) - count]
    above = np.flatnonzero(values > least)
    level = np.flatnonzero(values == least)[len(above) - count :]
    return np.sort(np.concatenate((above, level)))
