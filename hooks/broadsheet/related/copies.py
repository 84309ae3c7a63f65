"""Copies: documents that are one piece published twice, or a piece and its update."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from broadsheet.related.lexicon import END, Text
from broadsheet.related.scoring import DECIMALS
from broadsheet.related.shelf import Shelf

ALIKE = 0.3
"""Only texts at least as alike as this, in words and pairs of words, are looked at more closely."""

CONTAINED = 0.5
"""A copy has so much of the shorter of the two, word for word."""

_RUN = 3

Rows = npt.NDArray[np.int64]


def measure_copies(
    shelf: Shelf, row: int, others: Rows, likeness: npt.NDArray[np.float64] | None = None
) -> npt.NDArray[np.float64]:
    """For each of some others how much of the shorter text the two share, or 0 where they are no copies.

    Args:
        shelf: the documents.
        row: one of them; `others` are those that it is compared with.
        likeness: of the texts, where it is known.

    """
    likeness = shelf.scorer.liken(row, others) if likeness is None else likeness
    near = np.flatnonzero(likeness >= ALIKE)
    shares = np.zeros(len(others))
    shares[near] = measure_containment(shelf.texts[row], [shelf.texts[other] for other in others[near].tolist()])
    shares[shares < CONTAINED] = 0
    return shares


def liken_all(shelf: Shelf, rows: Rows) -> npt.NDArray[np.float64]:
    """How alike the texts of some documents are, each to each. Cost: about 0.5 ms for thirty."""
    vectors = shelf.vectors[rows]
    likeness: npt.NDArray[np.float64] = np.round((vectors @ vectors.T).toarray().astype(np.float64), DECIMALS)
    return likeness


def measure_containment(one: Text, others: Sequence[Text]) -> npt.NDArray[np.float64]:
    """How much of a text and each of others is in both: the share of the shorter one's runs of three words.

    Broder: On the resemblance and containment of documents, 1997. Containment rather than resemblance, so that a
    brief and the report that grew out of it are found. Of texts without a run it is 1 where they are the same.
    """
    if not others:
        return np.zeros(0)
    _, own = _find_runs([one])
    owners, runs = _find_runs(others)
    counts = np.bincount(owners, minlength=len(others))
    shared = np.bincount(owners, np.isin(runs, own), minlength=len(others))
    shorter = np.minimum(counts, len(own))
    shares = shared / np.maximum(shorter, 1)
    for place in np.flatnonzero(shorter == 0).tolist():
        shares[place] = np.array_equal(one.words, others[place].words)
    return shares


def _find_runs(texts: Sequence[Text]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    """The runs of three words of texts, each as a number and once a text, behind the place of the text."""
    words = np.concatenate([text.words for text in texts])
    owners = np.repeat(np.arange(len(texts)), [len(text.words) for text in texts])[words != END]
    words = words[words != END].astype(np.uint64)
    within = owners[:-2] == owners[2:]
    # Word numbers of more than 21 bits are of an archive so large that a mistaken run among hundreds is no matter.
    runs = (words[:-2] << np.uint64(42)) ^ (words[1:-1] << np.uint64(21)) ^ words[2:]
    owners, runs = owners[:-2][within], runs[within]
    order = np.lexsort((runs, owners))
    owners, runs = owners[order], runs[order]
    first = np.ones(len(runs), dtype=bool)
    first[1:] = (owners[1:] != owners[:-1]) | (runs[1:] != runs[:-1])
    return owners[first], runs[first]
