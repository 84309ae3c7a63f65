"""Copies: documents that are one piece published twice, or a piece and its update."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from broadsheet.related.lexicon import END, Text
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
    shares = np.zeros(len(others))
    for place in np.flatnonzero(likeness >= ALIKE).tolist():
        share = measure_containment(shelf.texts[row], shelf.texts[int(others[place])])
        shares[place] = share if share >= CONTAINED else 0
    return shares


def measure_containment(one: Text, other: Text) -> float:
    """How much of the shorter text is in the other: the share of its runs of three words that stand there too.

    Broder: On the resemblance and containment of documents, 1997. Containment rather than resemblance, so that a
    brief and the report that grew out of it are found. Of texts without a run it is 1 where they are the same.
    """
    first, second = _find_runs(one), _find_runs(other)
    shorter = min(len(first), len(second))
    if not shorter:
        return float(np.array_equal(one.words, other.words))
    return len(np.intersect1d(first, second, assume_unique=True)) / shorter


def _find_runs(text: Text) -> npt.NDArray[np.uint64]:
    """The runs of three words of a text, each as a number, each once."""
    words = text.words[text.words != END].astype(np.uint64)
    if len(words) < _RUN:
        return np.zeros(0, dtype=np.uint64)
    # Word numbers of more than 21 bits are of an archive so large that a mistaken run among hundreds is no matter.
    return np.unique((words[:-2] << np.uint64(42)) ^ (words[1:-1] << np.uint64(21)) ^ words[2:])
