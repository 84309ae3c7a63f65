"""Copies: documents that are one piece published twice, or a piece and its update."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from broadsheet.related.runs import share_runs
from broadsheet.related.shelf import Shelf

ALIKE = 0.1
"""Only texts at least as alike as this, in words and pairs of words, are looked at more closely."""

CONTAINED = 0.5
"""A copy has so much of the shorter of the two, word for word."""

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
    near = np.arange(len(others)) if likeness is None else np.flatnonzero(likeness >= ALIKE)
    shares = np.zeros(len(others))
    shares[near] = share_runs(shelf.runs[row], [shelf.runs[other] for other in others[near].tolist()])
    for place in near.tolist():
        # Too short to have runs: the same, or no copy.
        if min(len(shelf.runs[row]), len(shelf.runs[other := int(others[place])])) == 0:
            shares[place] = np.array_equal(shelf.texts[row].words, shelf.texts[other].words)
    shares[shares < CONTAINED] = 0
    found = np.flatnonzero(shares)
    if likeness is None and len(found):
        shares[found[shelf.scorer.liken(row, others[found]) < ALIKE]] = 0
    return shares
