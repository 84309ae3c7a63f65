"""Lexicon: the words of an archive as numbers, with sentence ends, so that counting is done on arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from broadsheet.related.words import BREAK

Numbers = npt.NDArray[np.int32]

END = 0
"""The number that stands for the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Text:
    """One document's words as numbers, `END` between sentences, headline first."""

    words: Numbers
    headline: int
    """How many of `words` belong to the headline."""


class Lexicon:
    """Numbers words from 1 as they come, whatever their case; remembers how each is mostly written."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {BREAK: END}
        self._spellings: dict[str, int] = {BREAK: END}
        self._seen: Counter[str] = Counter()

    def __len__(self) -> int:
        """How many numbers are taken, `END` included."""
        return len(self._numbers)

    def read(self, parts: Sequence[Iterable[str]]) -> Text:
        """Number the words of a document's parts, of which the first is the headline."""
        spellings = self._spellings
        numbers: list[int] = []
        headline = 0
        for place, part in enumerate(parts):
            words = list(part)
            self._seen.update(words)
            for word in words:
                number = spellings.get(word)
                numbers.append(self._add(word) if number is None else number)
            numbers.append(END)
            if place == 0:
                headline = len(numbers)
        return Text(np.array(numbers, dtype=np.int32), headline)

    def _add(self, word: str) -> int:
        number = self._numbers.setdefault(word.casefold(), len(self._numbers))
        self._spellings[word] = number
        return number

    def spell(self) -> list[str]:
        """For each number the spelling that the archive uses most: 'NATO', 'Ryabkov', 'talks'."""
        best: dict[int, tuple[int, str]] = {}
        for word, number in self._spellings.items():
            rank = (-self._seen[word], word)
            if number not in best or rank < best[number]:
                best[number] = rank
        return [best[number][1] for number in range(len(self._numbers))]
