"""Weights: documents as sparse rows, whose dot product is a similarity, and the factors that make a score of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.related.features import Features, compute_idf

DECAY_DAYS = 30
"""The unit of `decay_with_time`: within so many days a score falls by a fifth at most."""

DECAY_POWER = 0.3
"""The power of the decay with time."""

TOPIC_BOOST = 0.6
"""How much a score rises when two documents share their rare topics."""

LINK_WEIGHT = 0.3
"""The weight of links from similar documents, against the similarity of the texts."""

MAX_LINKED_SHARE = 0.1
"""A document with links to or from a larger share of the archive is ignored: it is linked on every page, for
navigation."""

MIN_LINK_LIMIT = 20
"""So many links of one document always count, however small the archive is."""

Floats = npt.NDArray[np.float32]


def weigh_features(features: Features) -> sparse.csr_array:
    """Return rows of unit length with the weight √count · ln((n + 1) / df) ** IDF_POWER for each feature.

    Shape (documents, features). The square root, since a word that occurs nine times says more than a word that
    occurs once, but not nine times as much (Salton, Buckley: Term-weighting approaches in automatic text retrieval,
    1988).
    """
    idf = compute_idf(features.document_frequency, features.counts.shape[0])
    data = np.sqrt(features.counts.data) * idf.astype(np.float32)[features.counts.indices]
    matrix = sparse.csr_array((data, features.counts.indices, features.counts.indptr), shape=features.counts.shape)
    return _normalize_rows(matrix)


def weigh_topics(topics: Sequence[Sequence[str]]) -> sparse.csr_array:
    """Return a row per document. The dot product of two rows is the summed weight of the topics that both have.

    A shared topic adds ln((n + 1) / df) / ln(n + 1): nearly 1 when only the two have it, nearly 0 when all have it.
    """
    frequency = Counter(topic for names in topics for topic in set(names))
    columns_of = {topic: column for column, topic in enumerate(sorted(frequency))}
    pairs = [(row, topic) for row, names in enumerate(topics) for topic in sorted(set(names))]
    count = len(topics)
    weight = {topic: np.log((count + 1) / hits) / np.log(count + 1) for topic, hits in frequency.items()}
    data = np.array([np.sqrt(weight[topic]) for _, topic in pairs], dtype=np.float32)
    rows = np.array([row for row, _ in pairs], dtype=np.int32)
    columns = np.array([columns_of[topic] for _, topic in pairs], dtype=np.int32)
    return sparse.csr_array((data, (rows, columns)), shape=(count, max(1, len(columns_of))))


def weigh_links(links: Sequence[Sequence[int]]) -> sparse.csr_array:
    """Return a row per document with 1/√n for each of the n documents that it links to or that link to it.

    The root, since each link of a document with many links says less, but all of them together say more. Documents
    with too many links (see `MAX_LINKED_SHARE`), a newsletter or a page on how to subscribe, have empty rows.

    Args:
        links: for each document the numbers of those that it links to.

    """
    pairs = {(row, other) for row, linked in enumerate(links) for other in linked if other != row}
    pairs |= {(other, row) for row, other in pairs}
    rows, others = np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2).T
    allowed = np.bincount(rows, minlength=len(links)) <= max(MIN_LINK_LIMIT, MAX_LINKED_SHARE * len(links))
    chosen = allowed[rows] & allowed[others]
    rows, others = rows[chosen], others[chosen]
    degrees = np.bincount(rows, minlength=len(links))
    data = (1 / np.sqrt(degrees[rows])).astype(np.float32)
    return sparse.csr_array((data, (rows, others)), shape=(len(links), len(links)))


def _normalize_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    """Divide each row by its Euclidean length, in place."""
    sizes = np.diff(matrix.indptr)
    rows = np.repeat(np.arange(matrix.shape[0]), sizes)
    lengths = np.sqrt(np.bincount(rows, matrix.data.astype(np.float64) ** 2, minlength=matrix.shape[0]))
    factors: npt.NDArray[np.float32] = (1 / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    matrix.data *= np.repeat(factors, sizes)
    return matrix


def decay_with_time(days: npt.NDArray[np.float64]) -> Floats:
    """Return (1 + |days| / DECAY_DAYS) ** -DECAY_POWER: 1 for the same day, 0.66 after a quarter, 0.46 after a year."""
    factor: Floats = ((1 + np.abs(days) / DECAY_DAYS) ** -DECAY_POWER).astype(np.float32)
    return factor


def boost_topics(shared: Floats) -> Floats:
    """Return 1 + TOPIC_BOOST · min(shared, 1), where `shared` is the product of two rows of `weigh_topics`."""
    return 1 + np.float32(TOPIC_BOOST) * np.minimum(shared, np.float32(1))


def add_links(score: npt.NDArray[np.float64], links: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return (score + LINK_WEIGHT · links) / (1 + LINK_WEIGHT · links).

    The score without links, or the nearer to 1 the more links there are.
    """
    total: npt.NDArray[np.float64] = (score + LINK_WEIGHT * links) / (1 + LINK_WEIGHT * links)
    return total
