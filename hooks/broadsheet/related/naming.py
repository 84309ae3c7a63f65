"""Naming: the words, and runs of words, by which a text's features are told to readers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from broadsheet.related.lexicon import END
from broadsheet.related.passages import Passage
from broadsheet.related.shelf import Shelf
from broadsheet.related.words import is_unspaced

_NAMES = 3
"""So many names are given."""
_LONG = 5
_PAIR = 2
_WORDS = 4
"""A name has so many words at most."""

Run = tuple[int, ...]


_Spelt = tuple[str, int]
"""A phrase as it is written, and which of these it is."""
_UNTOLD, _NAME, _OTHER = range(3)


class Speller:
    """Knows how the words of a shelf are written."""

    def __init__(self, shelf: Shelf) -> None:
        """Take the shelf."""
        self.shelf = shelf
        self.is_name = [_has_capital(word) for word in shelf.words]
        self.alone: dict[Run, _Spelt] = {}
        """Single words that were met."""

    def judge(self, text: str, run: Run) -> _Spelt:
        """Some words, as they are written, and what they are worth to a reader."""
        if len(text) <= 1 or not any(map(str.isalpha, text)):
            return text, _UNTOLD
        if any(map(self.is_name.__getitem__, run)):
            return text, _NAME
        # Short words without a capital are rarely what a text is about. Scripts without any are let through.
        return text, _OTHER if len(text) >= _LONG or text == text.upper() else _UNTOLD


class Namer:
    """The phrases of one text, each sought once, however many others have it too."""

    def __init__(self, speller: Speller, row: int) -> None:
        """Take one document of a shelf."""
        self._speller = speller
        self._size = len(speller.shelf.words)
        self._text = speller.shelf.texts[row]
        self._passage = Passage(self._text.words, self._size)
        self._pairs: dict[int, Run] = {}
        """By the key of two words (see `Features.keys`) these as they stand side by side; () where they never do."""
        self._places: dict[Run, int] = {}
        self._spelt: dict[Run, _Spelt] = {}
        """Of two words or more."""

    def choose_names(self, keys: Sequence[int]) -> tuple[str, ...]:
        """The first names of all that features make, else other words that may be told; at most three."""
        names: list[str] = []
        others: list[str] = []
        for run in self._join(keys):
            known = self._speller.alone if len(run) == 1 else self._spelt
            spelt = known.get(run)
            if spelt is None:
                spelt = known[run] = self._speller.judge(self._write(run), run)
            text, kind = spelt
            if kind == _NAME:
                names.append(text)
                if len(names) == _NAMES:
                    break
            elif kind == _OTHER:
                others.append(text)
        return tuple((*names, *others)[:_NAMES])

    def _join(self, keys: Sequence[int]) -> list[Run]:
        """The phrases that features make, those of the first feature first."""
        runs: list[Run] = []
        words: set[int] = set()
        for key in keys:
            if key < self._size:
                if key not in words:
                    runs.append((key,))
                    words.add(key)
                continue
            pair = self._pairs.get(key)
            if pair is None:
                pair = self._pairs[key] = self._find_pair(key // self._size - 1, key % self._size)
            if not pair:
                continue
            if pair[0] in words or pair[1] in words:
                if self._extend(runs, pair):
                    words.update(pair)
            else:
                runs.append(pair)
                words.update(pair)
        return runs

    def _find_pair(self, one: int, two: int) -> Run:
        """Two words in the order in which they ever stand side by side."""
        if self._passage.find_pair(one, two) >= 0:
            return one, two
        return (two, one) if self._passage.find_pair(two, one) >= 0 else ()

    def _extend(self, runs: list[Run], pair: Run) -> bool:
        """Join a pair to a phrase that it goes on from, unless one has it before; whether it was."""
        first, second = pair
        for place, run in enumerate(runs):
            if first in run and second in run:
                return False
            longer = (*run, second) if run[-1] == first else (first, *run) if run[0] == second else ()
            if longer and len(longer) <= _WORDS and self._find(longer) >= 0:
                runs[place] = longer
                # What stood alone and is part of it now goes.
                runs[:] = [one for one in runs if one is longer or not set(one) <= set(longer)]
                return True
        return False

    def _find(self, run: Run) -> int:
        place = self._places.get(run)
        if place is None:
            place = self._places[run] = self._passage.find(run)
        return place

    def _write(self, run: Run) -> str:
        """A word as it is mostly written, several as they stand in the text."""
        shelf = self._speller.shelf
        if len(run) == 1:
            return shelf.words[run[0]]
        start = self._find(run)
        words = [shelf.spellings[number] for number in self._text.spellings[start : start + len(run)].tolist()]
        # A capital at the beginning of a sentence is no name's.
        if not self._speller.is_name[run[0]] and (start == 0 or self._text.words[start - 1] == END):
            words[0] = shelf.words[run[0]]
        written: str = words[0]
        for before, word in pairwise(words):
            # Of pairs of characters each goes on from the one before.
            overlaps = len(before) == len(word) == _PAIR and before[1] == word[0] and is_unspaced(word)
            written += word[1:] if overlaps else f" {word}"
        return written


def _has_capital(word: str) -> bool:
    """Whether a word is written like a name: not "I", "I'm" or "talks", but "NATO", "O'Brien" and "Ryabkov"."""
    return any(len(part) > 1 and part != part.lower() for part in word.replace("’", "'").split("'"))
