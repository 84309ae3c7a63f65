"""Lexicon: the words of an archive as numbers, with sentence ends, so that counting is done on arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from broadsheet.related.words import BREAK, read_token, split_tokens

Numbers = npt.NDArray[np.int32]

END = 0
"""The number that stands for the end of a sentence."""

_MANY = 1_000_000


@dataclass(frozen=True, slots=True)
class Text:
    """One document's words as numbers, `END` between sentences, headline first."""

    words: Numbers
    spellings: Numbers
    """How each of `words` is written there: see `Lexicon.spellings`."""
    headline: int
    """How many of `words` belong to the headline."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one lexicon has read, for another to take over."""

    spellings: Sequence[str]
    """By their numbers in `texts`."""
    counts: npt.NDArray[np.int64]
    """How often each was met within sentences."""
    texts: list[tuple[Numbers, int]]
    """Of each document the spellings, and how many of them belong to the headline."""


class Lexicon(dict[str, int]):
    """Numbers words from 1 as they come, whatever their case; remembers how each is mostly written.

    As a dictionary it has the number of each spelling; a token of several words has that of its place in
    `_several`, negative.
    """

    def __init__(self) -> None:
        super().__init__({BREAK: END})
        self._numbers: dict[str, int] = {BREAK: END}
        self.spellings: list[str] = [BREAK]
        """Of each number that a text has among its `spellings`."""
        self._word_of: list[int] = [END]
        """The word of each spelling."""
        self._several: list[tuple[int, ...]] = [()]
        self._counts = np.zeros(1, dtype=np.int64)
        self._uncounted: list[Numbers] = []
        self._waiting = 0
        """How many words are in those."""

    @property
    def size(self) -> int:
        """One more than the largest number of a word."""
        return len(self._numbers)

    def __missing__(self, token: str) -> int:
        """The number of a token that was not met before."""
        spellings = tuple(self._add(word) for word in read_token(token))
        if len(spellings) == 1:
            self[token] = spellings[0]
        else:
            self[token] = -len(self._several)
            self._several.append(spellings)
        return self[token]

    def _add(self, word: str) -> int:
        if word not in self:
            self[word] = len(self.spellings)
            self.spellings.append(word)
            self._word_of.append(self._numbers.setdefault(word.casefold(), len(self._numbers)))
        return self[word]

    def read(self, documents: Iterable[Sequence[str]]) -> list[Text]:
        """Number the words of documents, each a sequence of parts of which the first is the headline.

        Cost: one look-up a token, without a step of Python's own.
        """
        return self._finish([self._read(parts) for parts in documents])

    def tell(self, documents: Iterable[Sequence[str]]) -> Reading:
        """Read documents for another lexicon; this one must be new, and is of no more use."""
        read = [self._read(parts) for parts in documents]
        self._count()
        return Reading(self.spellings, self._counts, read)

    def take_over(self, readings: Iterable[Reading]) -> list[Text]:
        """The texts of documents that others have read, as if this one had read them all, in this order.

        Cost: a step for each spelling of each reading, and one look-up a word.
        """
        read: list[tuple[Numbers, int]] = []
        for reading in readings:
            numbers = np.array([self._add(spelling) for spelling in reading.spellings], dtype=np.int32)
            self._count()
            self._counts[numbers] += reading.counts
            # No text is held twice for long.
            reading.texts.reverse()
            while reading.texts:
                spellings, headline = reading.texts.pop()
                read.append((numbers[spellings], headline))
        return self._finish(read)

    def _finish(self, read: list[tuple[Numbers, int]]) -> list[Text]:
        word_of = np.array(self._word_of, dtype=np.int32)
        return [Text(word_of[spellings], spellings, headline) for spellings, headline in read]

    def _read(self, parts: Sequence[str]) -> tuple[Numbers, int]:
        pieces: list[Numbers] = []
        for part in parts:
            tokens = split_tokens(part)
            numbers = np.fromiter(map(self.__getitem__, tokens), dtype=np.int32, count=len(tokens))
            pieces += [self._spread(numbers), np.array([END], dtype=np.int32)]
        words = np.concatenate(pieces)
        # Of breaks that follow one another the first is enough.
        kept = np.ones(len(words), dtype=bool)
        kept[1:] = (words[1:] != END) | (words[:-1] != END)
        headline = int(np.count_nonzero(kept[: len(pieces[0]) + 1]))
        words = words[kept]
        # At the beginning of a sentence a capital says nothing.
        self._uncounted.append(words[1:][words[:-1] != END])
        self._waiting += len(self._uncounted[-1])
        if self._waiting > _MANY:
            self._count()
        return words, headline

    def _spread(self, numbers: Numbers) -> Numbers:
        if not len(numbers) or numbers.min() >= 0:
            return numbers
        spread = [one for number in numbers.tolist() for one in (self._several[-number] if number < 0 else (number,))]
        return np.array(spread, dtype=np.int32)

    def _count(self) -> None:
        counts = np.zeros(len(self.spellings), dtype=np.int64)
        if self._uncounted:
            counts += np.bincount(np.concatenate(self._uncounted), minlength=len(counts))
        counts[: len(self._counts)] += self._counts
        self._counts = counts
        self._uncounted, self._waiting = [], 0

    def choose_spellings(self) -> list[str]:
        """For each word the spelling that the archive uses most within sentences: 'NATO', 'Ryabkov', 'talks'."""
        self._count()
        best: list[tuple[int, str]] = [(1, "")] * self.size
        for word, number, count in zip(self.spellings, self._word_of, self._counts.tolist(), strict=True):
            best[number] = min(best[number], (-count, word))
        return [word for _, word in best]
