"""Candidates: for each document the few hundred that can be related to it, found without comparing all pairs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.related.closeness import fade

LISTED = 128
"""A document stands in the lists of its so many weightiest words."""

NEAREST = 200
"""In each of those lists it looks at the so many documents nearest to it in time."""

CANDIDATES = 400
"""How many of those found are compared in full."""

_CHUNK = 256

Rows = npt.NDArray[np.int64]


def find_candidates(words: sparse.csr_array, days: npt.NDArray[np.float64], start: int, stop: int) -> Iterator[Rows]:
    """For each of the documents from `start` to `stop`, the numbers of its candidates.

    Cost: at most `LISTED` · `NEAREST` sums a document, whatever the size of the archive.

    Args:
        words: a row of word weights per document, the oldest document first.
        days: when each was published, in days.

    """
    listed = keep_heaviest(words, LISTED)
    lists = listed.tocsc()
    lists.sort_indices()
    count = words.shape[0]
    # Lists one after another, each in the order of time: a number that grows along all of them.
    columns = np.repeat(np.arange(lists.shape[1], dtype=np.int64), np.diff(lists.indptr))
    order = columns * count + lists.indices
    for first in range(start, stop, _CHUNK):
        last = min(first + _CHUNK, stop)
        gains = _gather_gains(listed, lists, order, first, last)
        rows = np.repeat(np.arange(first, last), np.diff(gains.indptr))
        gains.data = gains.data * fade(days[gains.indices] - days[rows])
        gains.data[gains.indices == rows] = 0
        for row in range(last - first):
            found = slice(gains.indptr[row], gains.indptr[row + 1])
            others, gain = gains.indices[found], gains.data[found]
            if len(others) > CANDIDATES:
                others = others[np.argpartition(-gain, CANDIDATES)[:CANDIDATES]]
            yield np.sort(others[others != first + row]).astype(np.int64)


def _gather_gains(
    listed: sparse.csr_array, lists: sparse.csc_array, order: Rows, first: int, last: int
) -> sparse.csr_array:
    """What the documents of a chunk have in common with those near them in the lists, as sums of products."""
    queries = listed[first:last]
    wanted = np.unique(queries.indices).astype(np.int64)
    count = listed.shape[0]
    begins = np.maximum(lists.indptr[wanted], np.searchsorted(order, wanted * count + first) - NEAREST // 2)
    ends = np.minimum(lists.indptr[wanted + 1], np.searchsorted(order, wanted * count + last) + NEAREST // 2)
    sizes = ends - begins
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    places = np.arange(bounds[-1]) + np.repeat(begins - bounds[:-1], sizes)
    near = sparse.csr_array((lists.data[places], lists.indices[places], bounds), shape=(len(wanted), count))
    renumbered = np.searchsorted(wanted, queries.indices)
    queries = sparse.csr_array((queries.data, renumbered, queries.indptr), shape=(last - first, len(wanted)))
    return queries @ near


def keep_heaviest(matrix: sparse.csr_array, most: int) -> sparse.csr_array:
    """The matrix with only the `most` largest values of each row; of equals, those of the first columns."""
    sizes = np.diff(matrix.indptr)
    rows = np.repeat(np.arange(matrix.shape[0]), sizes)
    order = np.lexsort((matrix.indices, -matrix.data, rows))
    place = np.empty(matrix.nnz, dtype=np.int64)
    place[order] = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], sizes)
    kept = place < most
    indptr = np.concatenate(([0], np.cumsum(np.bincount(rows[kept], minlength=matrix.shape[0]))))
    return sparse.csr_array((matrix.data[kept], matrix.indices[kept], indptr), shape=matrix.shape)
