"""Phrases: the words, and runs of up to four words, that two texts have in common, as readers should see them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import count, pairwise

import numpy as np
import numpy.typing as npt

from broadsheet.related.corpus import Corpus
from broadsheet.related.tokens import SENTENCE_END, is_unspaced

MAX_PHRASES = 3
"""The number of phrases of one reason."""

MAX_PHRASE_WORDS = 4

_MIN_WORD_LENGTH = 5
"""Shorter words that are no names are rarely what a text is about."""

_PAIR = 2

Phrase = tuple[int, ...]
"""Word ids."""


_HIDDEN, _NAME, _OTHER = range(3)
"""What a phrase is worth to a reader: names are shown before other words."""


class Speller:
    """Spells the words of a corpus, and tells names from other words."""

    def __init__(self, corpus: Corpus) -> None:
        """Take the corpus."""
        self.corpus = corpus
        self.is_name = [_has_capital(word) for word in corpus.words]
        self.single_words: dict[Phrase, tuple[str, int]] = {}
        """A cache of phrases of one word, which many texts share."""

    def classify(self, text: str, phrase: Phrase) -> int:
        """Return what a phrase is worth to a reader: `_HIDDEN`, `_NAME` or `_OTHER`."""
        if len(text) <= 1 or not any(map(str.isalpha, text)):
            return _HIDDEN
        if any(map(self.is_name.__getitem__, phrase)):
            return _NAME
        # Scripts without capital letters have short words: `upper` does not change them.
        return _OTHER if len(text) >= _MIN_WORD_LENGTH or text == text.upper() else _HIDDEN


class PhraseFinder:
    """Finds phrases in one text. Phrases are searched once, however many documents share them."""

    def __init__(self, speller: Speller, row: int) -> None:
        """Take the number of a document of the corpus."""
        self._speller = speller
        self._vocabulary_size = len(speller.corpus.words)
        self._text = speller.corpus.texts[row]
        self._index = PhraseIndex(self._text.words, self._vocabulary_size)
        self._pairs: dict[int, Phrase] = {}
        """By feature key, the two words as they are adjacent in the text; () where they never are."""
        self._positions: dict[Phrase, int] = {}
        self._phrases: dict[Phrase, tuple[str, int]] = {}
        """A cache of phrases of two words or more."""

    def choose_phrases(self, keys: Sequence[int]) -> tuple[str, ...]:
        """Return at most `MAX_PHRASES` phrases that features make: names first, then other words.

        Args:
            keys: of features (see `Features.keys`), the most important first.

        """
        names: list[str] = []
        others: list[str] = []
        for phrase in self.join_features(keys):
            cache = self._speller.single_words if len(phrase) == 1 else self._phrases
            known = cache.get(phrase)
            if known is None:
                written = self._write(phrase)
                known = cache[phrase] = written, self._speller.classify(written, phrase)
            text, kind = known
            if kind == _NAME:
                names.append(text)
                if len(names) == MAX_PHRASES:
                    break
            elif kind == _OTHER:
                others.append(text)
        return tuple((*names, *others)[:MAX_PHRASES])

    def join_features(self, keys: Sequence[int]) -> list[Phrase]:
        """Return the phrases that words and adjacent pairs of words make; those of the first features first."""
        phrases: list[Phrase] = []
        used_words: set[int] = set()
        size = self._vocabulary_size
        for key in keys:
            if key < size:
                if key not in used_words:
                    phrases.append((key,))
                    used_words.add(key)
                continue
            pair = self._pairs.get(key)
            if pair is None:
                pair = self._pairs[key] = self._order_pair(key // size - 1, key % size)
            if not pair:
                continue
            if pair[0] in used_words or pair[1] in used_words:
                if self._extend(phrases, pair):
                    used_words.update(pair)
            else:
                phrases.append(pair)
                used_words.update(pair)
        return phrases

    def _order_pair(self, first: int, second: int) -> Phrase:
        """Return two words in the order in which they are adjacent in the text, or () where they never are."""
        if self._index.find_pair(first, second) >= 0:
            return first, second
        return (second, first) if self._index.find_pair(second, first) >= 0 else ()

    def _extend(self, phrases: list[Phrase], pair: Phrase) -> bool:
        """Lengthen a phrase by a pair that overlaps with it, unless a phrase has both words. Return whether it was."""
        first, second = pair
        for place, phrase in enumerate(phrases):
            if first in phrase and second in phrase:
                return False
            longer = (*phrase, second) if phrase[-1] == first else (first, *phrase) if phrase[0] == second else ()
            if longer and len(longer) <= MAX_PHRASE_WORDS and self._find(longer) >= 0:
                phrases[place] = longer
                # Drop phrases that are part of the longer one.
                phrases[:] = [other for other in phrases if other is longer or not set(other) <= set(longer)]
                return True
        return False

    def _find(self, phrase: Phrase) -> int:
        position = self._positions.get(phrase)
        if position is None:
            position = self._positions[phrase] = self._index.find(phrase)
        return position

    def _write(self, phrase: Phrase) -> str:
        """Return a single word in its most frequent spelling, a longer phrase as the text has it."""
        corpus = self._speller.corpus
        if len(phrase) == 1:
            return corpus.words[phrase[0]]
        start = self._find(phrase)
        words = [corpus.spellings[id_] for id_ in self._text.spellings[start : start + len(phrase)].tolist()]
        # At the beginning of a sentence, a capital letter does not make a name.
        if not self._speller.is_name[phrase[0]] and (start == 0 or self._text.words[start - 1] == SENTENCE_END):
            words[0] = corpus.words[phrase[0]]
        written: str = words[0]
        for previous, word in pairwise(words):
            # Character bigrams (see `tokens.read_token`) overlap by one character.
            overlaps = len(previous) == len(word) == _PAIR and previous[1] == word[0] and is_unspaced(word)
            written += word[1:] if overlaps else f" {word}"
        return written


class PhraseIndex:
    """Finds phrases in a text by its pairs of adjacent words.

    >>> PhraseIndex(np.array([1, 2, 3, 1, 2], dtype=np.int32), 4).find((1, 2))
    3
    """

    def __init__(self, words: npt.NDArray[np.int32], vocabulary_size: int) -> None:
        """Take the word ids of a text, all below `vocabulary_size`."""
        self._vocabulary_size = vocabulary_size
        pairs = words[:-1].astype(np.int64) * vocabulary_size + words[1:]
        self._last_position: dict[int, int] = dict(zip(pairs.tolist(), count(), strict=False))
        self._bytes = words.tobytes()
        self._item_size = words.itemsize

    def find_pair(self, first: int, second: int) -> int:
        """Return the last position at which two words are adjacent, or -1."""
        return self._last_position.get(first * self._vocabulary_size + second, -1)

    def find(self, phrase: Phrase) -> int:
        """Return the last position of a phrase of two or more words, or -1."""
        positions = [self.find_pair(first, second) for first, second in pairwise(phrase)]
        if len(phrase) == _PAIR or -1 in positions:
            return positions[0] if len(phrase) == _PAIR else -1
        sought = array("i", phrase).tobytes()
        position = self._bytes.rfind(sought, 0, positions[0] * self._item_size + len(sought))
        # A match that begins within a number is none: search on before it.
        while position > 0 and position % self._item_size:
            position = self._bytes.rfind(sought, 0, position + len(sought) - 1)
        return position // self._item_size


def _has_capital(word: str) -> bool:
    """Return whether a word is written like a name: "NATO", "O'Brien" and "Ryabkov", but not "I", "I'm" or "talks"."""
    return any(len(part) > 1 and part != part.lower() for part in word.replace("’", "'").split("'"))
