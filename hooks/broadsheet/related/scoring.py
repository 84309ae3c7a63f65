"""Scores of documents for each other, without comparing every document with every other.

score = text similarity · decay with time · boost for shared topics, then joined with links (see `weights.add_links`).

Documents are numbered in the order of time. Candidates for a document are those that share rare features with it, those
that candidates link to, and its neighbours in time where these are too few.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.related.features import keep_columns
from broadsheet.related.weights import LINK_WEIGHT, add_links, boost_topics, decay_with_time

DECIMALS = 6
"""Similarities and scores are rounded, so that results do not depend on a machine's last digit."""

MAX_RARE_FREQUENCY = 64
"""A feature that at most so many documents have is rare; documents that share a rare feature are possible candidates.

This bounds the work: a document with f features has at most f · 64 of them, however large the archive is.
"""

MAX_TEXT_CANDIDATES = 64
"""The number of candidates by rare features. With 32 the lists lose twice as much of the exact scores; with 100 they
gain little."""

TIME_NEIGHBOURS = 100
"""With fewer candidates, so many documents before and after this one in time are candidates too."""

BLOCK_SIZE = 32
"""Documents scored together: fetching the rows of a matrix costs as much for one document as for fifty."""

_MAX_BLOCK_VALUES = 4_000_000
"""The size of the dense rows of a block. An archive with many common features has smaller blocks."""

_MAX_FETCHED_ROWS = 4096
"""The rows fetched at once, unless for a single document. Links of a block can reach too many for one step."""

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of other documents for one document, in parts. All arrays have one length."""

    others: Rows
    """The numbers of the other documents, ascending."""
    text: Floats
    """The similarity of the texts, from 0 to 1."""
    time: Floats
    """The decay with time, at most 1."""
    topics: Floats
    """The boost for shared topics, at least 1."""
    links: Floats
    """How much similar documents are linked with the other, from 0."""

    @property
    def total(self) -> Floats:
        """The scores."""
        return np.round(add_links(self.text * self.time * self.topics, self.links), DECIMALS)

    @property
    def link_share(self) -> Floats:
        """The part of each score that links add, from 0 to 1."""
        alone = self.text * self.time * self.topics
        return 1 - np.divide(alone, LINK_WEIGHT * self.links + alone, out=np.ones(len(alone)), where=self.links > 0)

    def take(self, indexes: slice | Rows) -> Scores:
        """Return the scores at some indexes."""
        return Scores(*(getattr(self, part.name)[indexes] for part in fields(self)))

    def append(self, more: Scores) -> Scores:
        """Return these scores, followed by others."""
        return Scores(*(np.concatenate((getattr(self, part.name), getattr(more, part.name))) for part in fields(self)))

    def with_links(self, indexes: Rows, weights: Floats) -> Scores:
        """Return the scores with these links at some indexes, and none elsewhere."""
        links = np.zeros(len(self.others))
        links[indexes] = weights
        return replace(self, links=links)


class Scorer:
    """Scores the documents of one archive.

    Documents are scored in blocks. Within a block, the pair of its n-th document (from 0) and another document has
    the key n · (number of all documents) + (number of the other): so keys sort by document, then by the other.
    """

    def __init__(
        self, weights: sparse.csr_array, topics: sparse.csr_array, links: sparse.csr_array, days: Floats
    ) -> None:
        """Prepare for an archive.

        Args:
            weights: a row of unit length per document (see `weights.weigh_features`).
            topics: a row per document (see `weights.weigh_topics`).
            links: a row per document (see `weights.weigh_links`).
            days: when each document was published, in days, ascending.

        """
        is_rare = np.bincount(weights.indices, minlength=weights.shape[1]) <= MAX_RARE_FREQUENCY
        self._weights = weights
        self._is_rare = is_rare
        self._postings = keep_columns(weights, is_rare).tocsc().T
        """For each rare feature the documents that have it, with their weights. Rows of other features are empty."""
        self._common = weights[:, np.flatnonzero(~is_rare)]
        self._topics = topics
        self._links = links
        self._count = len(days)
        self._days = days
        self._whole_days = np.floor(days).astype(np.int64)
        day_range = int(np.ptp(self._whole_days)) + 1 if len(days) else 1
        self._decay_by_days = decay_with_time(np.arange(day_range, dtype=np.float64))
        # Work space, zero between uses. New arrays as long as the archive, for each document, take quadratic time.
        self._dense_row = np.zeros(weights.shape[1], dtype=np.float32)
        self._sums = np.zeros(len(days))
        self._is_match = np.zeros(len(days), dtype=bool)

    def score(self, start: int, stop: int) -> Iterator[Scores]:
        """Yield the scores of the candidates of each document from `start` to `stop`.

        Cost: at most `MAX_RARE_FREQUENCY` products per feature, `MAX_TEXT_CANDIDATES` products per common feature, and
        the candidates' links.
        """
        size = min(BLOCK_SIZE, max(1, _MAX_BLOCK_VALUES // max(1, self._common.shape[1])))
        for first in range(start, stop, size):
            last = min(stop, first + size)
            keys, scores, matches = self._score_texts(first, last)
            if self._links.nnz:
                keys, scores = self._score_linked(first, last, keys, scores, matches)
            bounds = np.searchsorted(keys, np.arange(last - first + 1) * self._count).tolist()
            yield from (scores.take(slice(*bound)) for bound in pairwise(bounds))

    def score_all(self, row: int) -> Scores:
        """Return the scores of all other documents for one document."""
        others = np.delete(np.arange(self._count), row)
        scores = self._add_factors(row, others, self.compare_texts(row, others))
        linked, weights = self._sum_links(row, row + 1, *self._score_texts(row, row + 1)[:2])
        return scores.with_links(np.searchsorted(others, linked), weights)

    def compare_texts(self, row: int, others: Rows) -> Floats:
        """Return the similarity of a document's text to those of others, from 0 to 1.

        Cost: about 0.1 ms, and 3 µs for each of the others.
        """
        own = slice(self._weights.indptr[row], self._weights.indptr[row + 1])
        columns = self._weights.indices[own]
        self._dense_row[columns] = self._weights.data[own]
        similarity: Floats = np.round((self._weights[others] @ self._dense_row).astype(np.float64), DECIMALS)
        self._dense_row[columns] = 0
        return similarity

    def _score_texts(self, first: int, last: int) -> tuple[Rows, Scores, Rows]:
        """Return the keys and scores, without links, of a block's candidates by text and time.

        The third array has the keys of all pairs that share a rare feature, ascending.
        """
        starts = self._weights.indptr[first : last + 1]
        own = slice(starts[0], starts[-1])
        is_rare = self._is_rare[self._weights.indices[own]]
        postings = self._postings[self._weights.indices[own][is_rare]]
        products = (postings.data * np.repeat(self._weights.data[own][is_rare], np.diff(postings.indptr))).astype(
            np.float64
        )
        bounds = postings.indptr[np.concatenate(([0], np.cumsum(is_rare)))[starts - starts[0]]].tolist()
        keys: list[Rows] = []
        similarities: list[npt.NDArray[Any]] = []
        matches: list[Rows] = []
        for row, (start, stop) in zip(range(first, last), pairwise(bounds), strict=True):
            others = postings.indices[start:stop].astype(np.intp)
            np.add.at(self._sums, others, products[start:stop])
            self._is_match[others] = True
            self._is_match[row] = False
            matching = np.flatnonzero(self._is_match)
            candidates = self._choose_candidates(row, matching, self._sums[matching])
            keys.append(candidates + (row - first) * self._count)
            similarities.append(self._sums[candidates])
            matches.append(matching + (row - first) * self._count)
            self._is_match[matching] = False
            self._sums[others] = 0
        block_keys = np.concatenate(keys)
        similarity = np.concatenate(similarities).astype(np.float64, copy=False)
        similarity = np.round(similarity + self._multiply(self._common, first, block_keys), DECIMALS)
        return block_keys, self._add_factors(first, block_keys, similarity), np.concatenate(matches)

    def _choose_candidates(self, row: int, others: Rows, similarity: npt.NDArray[Any]) -> Rows:
        """Return the best of the documents that share rare features, or these and the neighbours in time."""
        if len(others) > MAX_TEXT_CANDIDATES:
            # Whole days are precise enough to choose candidates.
            decay = self._decay_by_days[np.abs(self._whole_days[others] - self._whole_days[row])]
            return others[_find_largest(similarity * decay, MAX_TEXT_CANDIDATES)]
        if len(others) == MAX_TEXT_CANDIDATES:
            return others
        near = np.arange(max(0, row - TIME_NEIGHBOURS), min(self._count, row + TIME_NEIGHBOURS + 1))
        return np.union1d(others, near[near != row])

    def _score_linked(self, first: int, last: int, keys: Rows, scores: Scores, matches: Rows) -> tuple[Rows, Scores]:
        """Return the keys and scores with links. Documents that candidates are linked with become candidates."""
        linked, weights = self._sum_links(first, last, keys, scores)
        new = linked[~_contains(keys, linked)]
        if len(new):
            order = np.argsort(np.concatenate((keys, new)))
            scores = scores.append(self._score_pairs(first, new, matches)).take(order)
            keys = np.concatenate((keys, new))[order]
        return keys, scores.with_links(np.searchsorted(keys, linked), weights)

    def _sum_links(self, first: int, last: int, keys: Rows, scores: Scores) -> tuple[Rows, Floats]:
        """Return the keys of what a block's documents and their candidates are linked with, and the links' weights."""
        own_keys = np.arange(last - first) * (self._count + 1) + first
        # Each document counts as its own candidate with the score 1, after its other candidates.
        ends = np.searchsorted(keys, np.arange(1, last - first + 1) * self._count)
        keys = np.insert(keys, ends, own_keys)
        candidate_scores = np.insert(scores.text * scores.time * scores.topics, ends, 1.0)
        places = keys // self._count
        links = self._links[keys - places * self._count]
        sizes = np.diff(links.indptr)
        linked_keys = (np.repeat(places * self._count, sizes) + links.indices).astype(np.int64, copy=False)
        linked, inverse = np.unique(linked_keys, return_inverse=True)
        weights = np.bincount(inverse, links.data * np.repeat(candidate_scores, sizes), len(linked))
        is_other = ~_contains(own_keys, linked)
        return linked[is_other], weights[is_other].astype(np.float64, copy=False)

    def _score_pairs(self, first: int, keys: Rows, matches: Rows) -> Scores:
        """Return the scores of pairs by their keys, without links. `matches`: see `_score_texts`."""
        text, is_match = np.zeros(len(keys)), _contains(matches, keys)
        text[~is_match] = self._multiply(self._common, first, keys[~is_match])
        matching = np.flatnonzero(is_match)
        places = keys[matching] // self._count
        for place in np.unique(places).tolist():
            chosen = matching[places == place]
            text[chosen] = self.compare_texts(first + place, keys[chosen] - place * self._count)
        return self._add_factors(first, keys, np.round(text, DECIMALS))

    def _multiply(self, matrix: sparse.csr_array, first: int, keys: Rows) -> npt.NDArray[np.float32]:
        """Return the dot products of two rows of a matrix for each pair, by keys."""
        places = keys // self._count
        if len(keys) > _MAX_FETCHED_ROWS and places[0] < places[-1]:
            middle = int(np.searchsorted(places, (places[0] + places[-1] + 1) // 2))
            halves = (self._multiply(matrix, first, half) for half in (keys[:middle], keys[middle:]))
            return np.concatenate(list(halves))
        width, block_size = matrix.shape[1], int(places.max(initial=-1)) + 1
        fetched = matrix[keys - places * self._count]
        bounds = fetched.indptr[np.searchsorted(places, np.arange(block_size + 1))].tolist()
        # Shift the columns, so that each document of the block multiplies with its own part of one dense vector.
        dense = np.zeros(block_size * width, dtype=np.float32)
        for place, (start, stop) in enumerate(pairwise(bounds)):
            own = slice(matrix.indptr[first + place], matrix.indptr[first + place + 1])
            dense[place * width + matrix.indices[own]] = matrix.data[own]
            fetched.indices[start:stop] += place * width
        shifted = sparse.csr_array((fetched.data, fetched.indices, fetched.indptr), shape=(len(keys), len(dense)))
        products: npt.NDArray[np.float32] = shifted @ dense
        return products

    def _add_factors(self, first: int, keys: Rows, text: Floats) -> Scores:
        """Return scores without links, from the similarities of the texts."""
        places = keys // self._count
        others = keys - places * self._count
        time = decay_with_time(self._days[others] - self._days[first + places]).astype(np.float64)
        topics = boost_topics(self._multiply(self._topics, first, keys)).astype(np.float64)
        return Scores(others, text, time, topics, np.zeros(len(others)))


def _contains(keys: Rows, sought: Rows) -> npt.NDArray[np.bool_]:
    """Return for each key in `sought` whether it is in `keys`, which are ascending."""
    indexes = np.searchsorted(keys, sought)
    is_contained = np.zeros(len(sought), dtype=bool)
    inside = indexes < len(keys)
    is_contained[inside] = keys[indexes[inside]] == sought[inside]
    return is_contained


def _find_largest(values: Floats, count: int) -> Rows:
    """Return the indexes of the `count` largest values, ascending. Of equal values the last are taken."""
    smallest = np.partition(values, len(values) - count)[len(values) - count]
    above = np.flatnonzero(values > smallest)
    equal = np.flatnonzero(values == smallest)[len(above) - count :]
    return np.sort(np.concatenate((above, equal)))
