"""Passages: words that stand in a text one after another."""

from __future__ import annotations

from array import array
from itertools import count, pairwise

import numpy as np
import numpy.typing as npt

_PAIR = 2


class Passage:
    """One text, in which runs of words are found.

    >>> Passage(np.array([1, 2, 3, 1, 2], dtype=np.int32), 4).find((1, 2))
    3
    """

    def __init__(self, words: npt.NDArray[np.int32], size: int) -> None:
        """Take the words of a text as numbers, all below a size."""
        self._size = size
        pairs = words[:-1].astype(np.int64) * size + words[1:]
        self._pairs: dict[int, int] = dict(zip(pairs.tolist(), count(), strict=False))
        """Two words side by side, with the last place where they are."""
        self._bytes = words.tobytes()
        self._width = words.itemsize

    def find_pair(self, one: int, two: int) -> int:
        """Where two words stand side by side, the last time; -1 where they never do."""
        return self._pairs.get(one * self._size + two, -1)

    def find(self, run: tuple[int, ...]) -> int:
        """Where a run of two words or more begins, the last time; -1 where there is none."""
        found = [self.find_pair(one, two) for one, two in pairwise(run)]
        if len(run) == _PAIR or -1 in found:
            return found[0] if len(run) == _PAIR else -1
        sought = array("i", run).tobytes()
        place = self._bytes.rfind(sought, 0, found[0] * self._width + len(sought))
        # What begins within a number is none.
        while place > 0 and place % self._width:
            place = self._bytes.rfind(sought, 0, place + len(sought) - 1)
        return place // self._width
