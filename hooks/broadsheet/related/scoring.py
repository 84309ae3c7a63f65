"""Scoring: how well others would stand beside a document, without comparing it with all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.related.closeness import LINKS, fade, join, lift

RARE = 64
"""A feature that no more documents have is rare: what two documents have of those makes them candidates.

That bounds the work: a document with f features meets at most f · RARE others, however large the archive.
"""

CANDIDATES = 100
"""How many candidates are compared in full."""

NEAREST = 100
"""A document that shares too few rare features is compared with so many before and after it in time as well."""

DECIMALS = 6
"""Likenesses and scores are rounded, so that no machine's last digit decides."""

_CHUNK = 512

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
    links: Floats
    """How much documents like this one are linked with the other, from 0."""

    @property
    def total(self) -> Floats:
        """The scores."""
        return np.round(join(self.text * self.time * self.topics, self.links), DECIMALS)

    @property
    def linked_part(self) -> Floats:
        """The part of each score that links make, from 0 to 1."""
        alone = self.text * self.time * self.topics
        return 1 - np.divide(alone, LINKS * self.links + alone, out=np.ones(len(alone)), where=self.links > 0)


class Scorer:
    """Scores the documents of one archive, which are numbered in the order of time."""

    def __init__(
        self, vectors: sparse.csr_array, topics: sparse.csr_array, links: sparse.csr_array, days: Floats
    ) -> None:
        """Take rows of unit length, rows of topics and of links (see `vectors`), and each document's day, ascending."""
        columns = vectors.tocsc()
        rare = np.diff(columns.indptr) <= RARE
        self._rare = columns[:, np.flatnonzero(rare)].tocsr()
        self._lists = self._rare.T.tocsr()
        # Common features and topics side by side, so that a candidate's row is fetched once for both.
        common = columns[:, np.flatnonzero(~rare)]
        self._rest = sparse.hstack([common, topics], format="csr", dtype=np.float32)
        self._topics_from = common.shape[1]
        self._links = links
        self._days = days
        self._space = np.zeros(self._rest.shape[1], dtype=np.float32)

    def score(self, start: int, stop: int) -> Iterator[Scores]:
        """The candidates of each of the documents from `start` to `stop`, with their scores.

        Cost: at most `RARE` products a feature, `CANDIDATES` products a common feature, and the candidates' links.
        """
        for row, scores in enumerate(self._meet(start, stop), start):
            yield self._follow_links(row, scores) if self._links.nnz else scores

    def score_all(self, row: int) -> Scores:
        """One document compared with every other, in full."""
        scores = self._compare(row, np.delete(np.arange(len(self._days)), row))
        return self._add_links(scores, *self._reach(row, next(self._meet(row, row + 1))))

    def liken(self, row: int, others: Rows) -> Floats:
        """How alike a document's text is to others'."""
        return self._compare(row, others).text

    def _meet(self, start: int, stop: int) -> Iterator[Scores]:
        """The documents that share rare features with each of some, scored without links."""
        for first in range(start, stop, _CHUNK):
            met = self._rare[first : min(first + _CHUNK, stop)] @ self._lists
            for place in range(met.shape[0]):
                found = slice(met.indptr[place], met.indptr[place + 1])
                yield self._score_met(first + place, met.indices[found].astype(np.int64), met.data[found])

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

    def _follow_links(self, row: int, scores: Scores) -> Scores:
        """The scores with what the candidates are linked with, which become candidates themselves."""
        reached, weights = self._reach(row, scores)
        new = np.setdiff1d(reached, scores.others)
        if len(new):
            scores = _merge(scores, self._compare(row, new))
        return self._add_links(scores, reached, weights)

    def _reach(self, row: int, scores: Scores) -> tuple[Rows, Floats]:
        """What the candidates, and the document itself, are linked with, and how much."""
        linked = self._links[np.append(scores.others, row)]
        likeness = np.append(scores.text * scores.time * scores.topics, 1.0)
        reached, places = np.unique(linked.indices.astype(np.int64), return_inverse=True)
        weights = np.bincount(places, linked.data * np.repeat(likeness, np.diff(linked.indptr)), len(reached))
        return reached[reached != row], weights[reached != row]

    @staticmethod
    def _add_links(scores: Scores, reached: Rows, weights: Floats) -> Scores:
        links = np.zeros(len(scores.others))
        links[np.searchsorted(scores.others, reached)] = weights
        return replace(scores, links=links)

    def _compare(self, row: int, others: Rows) -> Scores:
        """One document compared with others in full."""
        return self._finish(row, others, _multiply(self._rare, row, others))

    def _finish(self, row: int, others: Rows, rare: npt.NDArray[np.float32]) -> Scores:
        """The scores of candidates, of which the likeness in rare features is known."""
        own = slice(self._rest.indptr[row], self._rest.indptr[row + 1])
        columns, weights = self._rest.indices[own], self._rest.data[own]
        fetched = self._rest[others]
        is_topic = columns >= self._topics_from
        self._space[columns] = np.where(is_topic, 0, weights)
        common = fetched @ self._space
        self._space[columns] = np.where(is_topic, weights, 0)
        shared = fetched @ self._space
        self._space[columns] = 0
        time = fade(self._days[others] - self._days[row])
        text = np.round((rare + common).astype(np.float64), DECIMALS)
        topics = lift(shared).astype(np.float64)
        return Scores(others, text, time.astype(np.float64), topics, np.zeros(len(others)))


def _multiply(matrix: sparse.csr_array, row: int, others: Rows) -> npt.NDArray[np.float32]:
    """The dot products of one row with others, at a cost of their lengths alone."""
    own = slice(matrix.indptr[row], matrix.indptr[row + 1])
    columns, weights = matrix.indices[own], matrix.data[own]
    fetched = matrix[others]
    if not len(columns):
        return np.zeros(len(others), dtype=np.float32)
    places = np.minimum(np.searchsorted(columns, fetched.indices), len(columns) - 1)
    products = np.where(columns[places] == fetched.indices, weights[places] * fetched.data, 0)
    owners = np.repeat(np.arange(len(others)), np.diff(fetched.indptr))
    return np.bincount(owners, products, len(others)).astype(np.float32)


def _merge(one: Scores, other: Scores) -> Scores:
    """Both, in the order of time."""
    order = np.argsort(np.concatenate((one.others, other.others)))
    return Scores(
        np.concatenate((one.others, other.others))[order],
        np.concatenate((one.text, other.text))[order],
        np.concatenate((one.time, other.time))[order],
        np.concatenate((one.topics, other.topics))[order],
        np.concatenate((one.links, other.links))[order],
    )


def _find_largest(values: npt.NDArray[np.float32], others: Rows, count: int) -> Rows:
    """The places of the `count` largest values; of equals those of the largest numbers."""
    least = np.partition(values, len(values) - count)[len(values) - count]
    above = np.flatnonzero(values > least)
    level = np.flatnonzero(values == least)
    level = level[np.argsort(others[level])][len(level) - (count - len(above)) :]
    return np.concatenate((above, level))
