"""Vectors: documents as weights, so that how alike two are is one dot product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.related.features import Features, find_rarity

MOST_TIED = 0.1
"""One that links tie to a larger share of the archive is part of the furniture, nobody's choice."""

LEAST_TIED = 20
"""So many ties are not too many, however small the archive."""


def weigh_features(features: Features) -> sparse.csr_array:
    """Rows of unit length; the weight of a feature is √count · ln((n + 1) / df) ** RARITY.

    A count's square root instead of the count, since a word said nine times says more than one said once,
    but not nine times more (Salton, Buckley: Term-weighting approaches in automatic text retrieval, 1988).
    """
    count = features.counts.shape[0]
    rarity = find_rarity(features.frequency, count)
    data = np.sqrt(features.counts.data) * rarity.astype(np.float32)[features.counts.indices]
    matrix = sparse.csr_array((data, features.counts.indices, features.counts.indptr), shape=features.counts.shape)
    return _to_unit_rows(matrix)


def weigh_topics(topics: Sequence[Sequence[str]]) -> sparse.csr_array:
    """A row per document, whose dot product with another is the rarity of the topics that both have.

    A shared topic adds ln((n + 1) / df) / ln(n + 1): next to 1 when only they have it, 0 when all do.
    """
    frequency = Counter(topic for named in topics for topic in set(named))
    numbers = {topic: number for number, topic in enumerate(sorted(frequency))}
    pairs = [(row, topic) for row, named in enumerate(topics) for topic in sorted(set(named))]
    count = len(topics)
    rarity = {topic: np.log((count + 1) / hits) / np.log(count + 1) for topic, hits in frequency.items()}
    data = np.array([np.sqrt(rarity[topic]) for _, topic in pairs], dtype=np.float32)
    rows = np.array([row for row, _ in pairs], dtype=np.int32)
    columns = np.array([numbers[topic] for _, topic in pairs], dtype=np.int32)
    return sparse.csr_array((data, (rows, columns)), shape=(count, max(1, len(numbers))))


def weigh_links(links: Sequence[Sequence[int]]) -> sparse.csr_array:
    """A row per document with 1/√n for each of the n others that it links to or that link to it.

    The root, as one that links to many says little of what belongs together, but not nothing. One that is tied to
    more than `MOST_TIED` of the archive, a newsletter or a page on how to subscribe, says nothing.
    """
    pairs = {(row, other) for row, linked in enumerate(links) for other in linked if other != row}
    pairs |= {(other, row) for row, other in pairs}
    rows, others = np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2).T
    usual = np.bincount(rows, minlength=len(links)) <= max(LEAST_TIED, MOST_TIED * len(links))
    chosen = usual[rows] & usual[others]
    rows, others = rows[chosen], others[chosen]
    degrees = np.bincount(rows, minlength=len(links))
    data = (1 / np.sqrt(degrees[rows])).astype(np.float32)
    return sparse.csr_array((data, (rows, others)), shape=(len(links), len(links)))


def keep_columns(matrix: sparse.csr_array, kept: npt.NDArray[np.bool_]) -> sparse.csr_array:
    """A matrix without the entries of other columns, which are left empty."""
    chosen = kept[matrix.indices]
    width = matrix.indptr.dtype
    before = np.cumsum(chosen, dtype=width)
    indptr = np.where(matrix.indptr > 0, before[matrix.indptr - 1] if len(before) else 0, 0).astype(width)
    return sparse.csr_array((matrix.data[chosen], matrix.indices[chosen], indptr), shape=matrix.shape)


def _to_unit_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    sizes = np.diff(matrix.indptr)
    rows = np.repeat(np.arange(matrix.shape[0]), sizes)
    lengths = np.sqrt(np.bincount(rows, matrix.data.astype(np.float64) ** 2, minlength=matrix.shape[0]))
    factors: npt.NDArray[np.float32] = (1 / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    matrix.data *= np.repeat(factors, sizes)
    return matrix
