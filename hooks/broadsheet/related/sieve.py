"""Sieve: what only one document has, told from the rest in a table of fixed size."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MOST = 255
"""No more than this is counted."""

MOST_BITS = 29
"""The table has 2 ** bits places of a byte each, half a gigabyte at most."""

Keys = npt.NDArray[np.int64]


class Sieve:
    """Counts keys, and at times a few too many: those that share a place with another.

    Bloom: Space/time trade-offs in hash coding with allowable errors, 1970; with one hash function.
    """

    def __init__(self, expected: int) -> None:
        """Take about how many keys will be added."""
        self._bits = min(MOST_BITS, max(10, (4 * expected).bit_length()))
        self._seen = np.zeros(1 << self._bits, dtype=np.uint8)

    def add(self, keys: Keys) -> None:
        """Count keys, each as often as it occurs."""
        places, hits = np.unique(self._place(keys), return_counts=True)
        self._seen[places] = np.minimum(self._seen[places] + np.minimum(hits, MOST), MOST)

    def count(self, keys: Keys) -> npt.NDArray[np.uint8]:
        """How often each of some keys was added: so often or, now and then, less often; `MOST` and more are `MOST`."""
        return self._seen[self._place(keys)]

    def _place(self, keys: Keys) -> npt.NDArray[np.uint32]:
        """Knuth's multiplicative hashing (The Art of Computer Programming, vol. 3, §6.4)."""
        mixed = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        return (mixed >> np.uint64(64 - self._bits)).astype(np.uint32)
