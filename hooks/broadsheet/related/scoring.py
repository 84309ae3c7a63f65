"""Scoring: how well others would stand beside a document, without comparing it with all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.related.closeness import LINKS, fade, join, lift
from broadsheet.related.vectors import keep_columns

RARE = 64
"""A feature that no more documents have is rare: what two documents have of those makes them candidates.

That bounds the work: a document with f features meets at most f · RARE others, however large the archive.
"""

CANDIDATES = 64
"""How many candidates are compared in full. With 32 lists lose twice as much of the exact scores; 100 gain little."""

NEAREST = 100
"""A document that shares too few rare features is compared with so many before and after it in time as well."""

DECIMALS = 6
"""Likenesses and scores are rounded, so that no machine's last digit decides."""

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
        rare = np.bincount(vectors.indices, minlength=vectors.shape[1]) <= RARE
        self._vectors = vectors
        self._is_rare = rare
        self._lists = keep_columns(vectors, rare).tocsc().T
        """For each feature the documents that have it, with their weights; none for one that is not rare."""
        # Common features and topics side by side, so that a candidate's row is fetched once for both.
        self._rest = sparse.hstack([vectors[:, np.flatnonzero(~rare)], topics], format="csr", dtype=np.float32)
        self._topics_from = int(np.count_nonzero(~rare))
        self._links = links
        self._days = days
        self._whole_days = np.floor(days).astype(np.int64)
        self._fading = fade(np.arange(int(np.ptp(self._whole_days)) + 1 if len(days) else 1, dtype=np.float64))
        self._space = np.zeros(vectors.shape[1], dtype=np.float32)
        self._rest_space = np.zeros(self._rest.shape[1], dtype=np.float32)

    def score(self, start: int, stop: int) -> Iterator[Scores]:
        """The candidates of each of the documents from `start` to `stop`, with their scores.

        Cost: at most `RARE` products a feature, `CANDIDATES` products a common feature, and the candidates' links.
        """
        for row in range(start, stop):
            scores = self._meet(row)
            yield self._follow_links(row, scores) if self._links.nnz else scores

    def score_all(self, row: int) -> Scores:
        """One document compared with every other, in full."""
        scores = self._compare(row, np.delete(np.arange(len(self._days)), row))
        return self._add_links(scores, *self._reach(row, self._meet(row)))

    def liken(self, row: int, others: Rows) -> Floats:
        """How alike a document's text is to others'. Cost: about 0.1 ms, and 3 µs for each of them."""
        own = slice(self._vectors.indptr[row], self._vectors.indptr[row + 1])
        columns = self._vectors.indices[own]
        self._space[columns] = self._vectors.data[own]
        likeness: Floats = np.round((self._vectors[others] @ self._space).astype(np.float64), DECIMALS)
        self._space[columns] = 0
        return likeness

    def _meet(self, row: int) -> Scores:
        """The documents that share rare features with one, scored without links."""
        own = slice(self._vectors.indptr[row], self._vectors.indptr[row + 1])
        columns, weights = self._vectors.indices[own], self._vectors.data[own]
        rare = self._is_rare[columns]
        lists = self._lists[columns[rare]]
        products = lists.data * np.repeat(weights[rare], np.diff(lists.indptr))
        text = np.bincount(lists.indices, products, len(self._days)).astype(np.float64, copy=False)
        text[row] = 0
        others = np.flatnonzero(text)
        if len(others) > CANDIDATES:
            # To choose among them whole days will do.
            faded = self._fading[np.abs(self._whole_days[others] - self._whole_days[row])]
            others = others[_find_largest(text[others] * faded, CANDIDATES)]
        elif len(others) < CANDIDATES:
            near = np.arange(max(0, row - NEAREST), min(len(self._days), row + NEAREST + 1))
            others = np.union1d(others, near[near != row])
        return self._finish(row, others, text[others])

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
        return self._rate(row, others, self.liken(row, others), self._multiply_rest(row, others)[1])

    def _finish(self, row: int, others: Rows, rare: Floats) -> Scores:
        """The scores of candidates, of which the likeness in rare features is known."""
        common, shared = self._multiply_rest(row, others)
        return self._rate(row, others, np.round(rare + common, DECIMALS), shared)

    def _multiply_rest(self, row: int, others: Rows) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """The likeness to others in common features, and the rarity of shared topics."""
        own = slice(self._rest.indptr[row], self._rest.indptr[row + 1])
        columns, weights = self._rest.indices[own], self._rest.data[own]
        fetched, is_topic = self._rest[others], columns >= self._topics_from
        self._rest_space[columns] = np.where(is_topic, 0, weights)
        common = fetched @ self._rest_space
        self._rest_space[columns] = np.where(is_topic, weights, 0)
        shared = fetched @ self._rest_space
        self._rest_space[columns] = 0
        return common, shared

    def _rate(self, row: int, others: Rows, text: Floats, shared: npt.NDArray[np.float32]) -> Scores:
        time = fade(self._days[others] - self._days[row]).astype(np.float64)
        return Scores(others, text, time, lift(shared).astype(np.float64), np.zeros(len(others)))


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


def _find_largest(values: Floats, count: int) -> Rows:
    """The places of the `count` largest values, ascending; of equals those of the last."""
    least = np.partition(values, len(values) - count)[len(values) - count]
    above = np.flatnonzero(values > least)
    level = np.flatnonzero(values == least)[len(above) - count :]
    return np.sort(np.concatenate((above, level)))
