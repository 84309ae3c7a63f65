"""Vectors: each document as weights of its words and word pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

HEADLINE_WEIGHT = 3
"""How many times a word of the headline counts as one of the text."""

MIN_DOCUMENTS = 2
"""A term that fewer documents have ties nothing together."""


def build_vectors(documents: Sequence[tuple[list[str], list[str]]]) -> sparse.csr_array:
    """TF-IDF vectors of unit length.

    The weight of a term is (1 + ln tf) · (1 + ln((1 + n) / (1 + df))), tf its count with headline words counted
    `HEADLINE_WEIGHT` times (Manning, Raghavan, Schütze: Introduction to Information Retrieval, 2008, §6.4).

    Args:
        documents: of each, the words of the headline and those of the rest.

    Returns:
        a row per document; columns are words and pairs of neighbouring words.

    """
    numbers: dict[str, int] = {}
    rows: list[npt.NDArray[np.int64]] = []
    for headline, rest in documents:
        parts = [headline] * HEADLINE_WEIGHT + [rest]
        ids = [np.array([numbers.setdefault(word, len(numbers)) for word in part], dtype=np.int64) for part in parts]
        rows.append(np.concatenate([one for part in ids for one in (part, _pair(part))]))
    count = len(documents)
    lengths = np.array([len(row) for row in rows], dtype=np.int64)
    codes = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
    _, columns = np.unique(codes, return_inverse=True)
    width = int(columns.max()) + 1 if len(columns) else 0
    owners = np.repeat(np.arange(count), lengths)
    counts = sparse.csr_array((np.ones(len(columns)), (owners, columns)), shape=(count, width))
    counts.sum_duplicates()
    frequency = np.bincount(counts.indices, minlength=width)
    kept = counts[:, frequency >= MIN_DOCUMENTS]
    idf = 1 + np.log((1 + count) / (1 + frequency[frequency >= MIN_DOCUMENTS]))
    kept.data = (1 + np.log(kept.data)) * idf[kept.indices]
    norms = np.sqrt(np.asarray(kept.multiply(kept).sum(axis=1)).ravel())
    kept.data /= np.repeat(np.where(norms > 0, norms, 1), np.diff(kept.indptr))
    return kept


def _pair(words: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A number for each two neighbouring words, which no word and no other pair has."""
    return (words[:-1] + 1) * (1 << 31) + words[1:]
