"""Reasons: why two documents are related, as phrases and topics that readers recognize.

Phrases are the words, and runs of up to four words, that two texts have in common, as readers should see them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence, Set
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, count, islice, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from babel import Locale, UnknownLocaleError
from babel.localedata import LocaleDataDict, load
from scipy import sparse

from broadsheet.related.corpus import Corpus
from broadsheet.related.features import keep_columns
from broadsheet.related.model import Reason
from broadsheet.related.tokens import SENTENCE_END, is_unspaced, read_token

BLOCK_SIZE = 32
"""Documents handled together: fetching the rows of a matrix costs as much for one document as for fifty."""

MIN_LINK_SHARE = 0.5
"""Links are a reason when they add more than this share of a score."""

MAX_FEATURES = 12
"""Phrases are made of so many of the features that add most to the similarity."""

MAX_PHRASES = 3
"""The number of phrases of one reason."""

MAX_PHRASE_WORDS = 4

_MIN_WORD_LENGTH = 5
"""Shorter words that are no names are rarely what a text is about."""

_PAIR = 2

_MIN_LARGE_CORPUS = 200
"""With fewer documents, a rare word cannot be told from a common one."""
_MAX_BIGRAM_LENGTH = 3
_YEAR_LENGTH = 4

Reasons = tuple[Reason, ...]
Phrase = tuple[int, ...]
"""Word ids."""

_HIDDEN, _NAME, _OTHER = range(3)
"""What a phrase is worth to a reader: names are shown before other words."""


@dataclass(frozen=True, slots=True)
class ReasonQuery:
    """A document and its related documents, for which reasons are sought."""

    row: int
    """The number of the document."""
    others: Sequence[int]
    """The numbers of the related documents."""
    link_shares: Sequence[float]
    """For each of the others, the part of the score that links add, from 0 to 1."""
    duplicates: Set[int] = frozenset()
    """The near-duplicates among the others."""


class ReasonFinder:
    """Finds reasons for the lists of a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        """Take the corpus."""
        self._corpus = corpus
        self._speller = Speller(corpus)
        self._is_own = np.zeros(corpus.weights.shape[1], dtype=bool)
        self._weights = keep_columns(corpus.weights, self._find_meaningful())
        """The weights of those features that can be shown to readers."""

    def find_reasons(self, queries: Iterable[ReasonQuery]) -> Iterator[list[Reasons]]:
        """Yield for each query the reasons for each of its related documents, the most important first.

        Queries are taken `BLOCK_SIZE` at a time. Cost: about 0.2 ms per query, and 30 µs for each related document.
        """
        remaining = iter(queries)
        while block := list(islice(remaining, BLOCK_SIZE)):
            fetched = self._weights[[other for query in block for other in query.others]]
            ends = list(accumulate((len(query.others) for query in block), initial=0))
            for query, (start, end) in zip(block, pairwise(ends), strict=True):
                phrases = self._find_phrases(query.row, fetched, start, end) if start < end else []
                related = zip(query.others, query.link_shares, phrases, strict=True)
                yield [self._list_reasons(query, *each) for each in related]

    def _list_reasons(self, query: ReasonQuery, other: int, link_share: float, phrases: tuple[str, ...]) -> Reasons:
        first, second = self._corpus.documents[query.row], self._corpus.documents[other]
        reasons = []
        if first.story and first.story == second.story:
            reasons.append(Reason("story"))
        if other in query.duplicates:
            reasons.append(Reason("copy"))
        if first.id in second.links or second.id in first.links:
            reasons.append(Reason("linked"))
        elif link_share > MIN_LINK_SHARE:
            reasons.append(Reason("links"))
        if phrases:
            reasons.append(Reason("text", phrases))
        topics = tuple(topic for topic in first.topics if topic in second.topics)
        if topics and not phrases:
            reasons.append(Reason("topics", topics))
        return tuple(reasons) or (Reason("words"),)

    def _find_phrases(self, row: int, fetched: sparse.csr_array, start: int, end: int) -> list[tuple[str, ...]]:
        """Return the phrases that a document shares with each of the documents in some fetched rows."""
        finder = PhraseFinder(self._speller, row)
        return [finder.choose_phrases(keys) for keys in self._find_shared(row, fetched, start, end)]

    def _find_shared(self, row: int, fetched: sparse.csr_array, start: int, end: int) -> list[list[int]]:
        """Return the keys of the features that a document shares with others; largest part of the similarity first.

        Args:
            row: the document.
            fetched: rows of `_weights`, of which those from `start` to `end` are the others'.
            start: the first row.
            end: the row after the last.

        """
        ends = fetched.indptr[start : end + 1]
        columns, data = fetched.indices[ends[0] : ends[-1]], fetched.data[ends[0] : ends[-1]]
        own = slice(self._weights.indptr[row], self._weights.indptr[row + 1])
        own_columns = self._weights.indices[own]
        self._is_own[own_columns] = True
        shared = np.flatnonzero(self._is_own[columns])
        self._is_own[own_columns] = False
        shared_columns = columns[shared]
        own_weights = self._weights.data[own][np.searchsorted(own_columns, shared_columns)]
        bounds = np.searchsorted(shared, ends - ends[0])
        owners = np.repeat(np.arange(end - start), np.diff(bounds))
        # Sort by document, then by product, in one number: a product is at most 1.
        order = np.argsort(2.0 * owners - own_weights * data[shared], kind="stable")
        keys = self._corpus.keys[shared_columns[order]]
        return [keys[bound : min(stop, bound + MAX_FEATURES)].tolist() for bound, stop in pairwise(bounds.tolist())]

    def _find_meaningful(self) -> npt.NDArray[np.bool_]:
        """Return which features can be shown to readers: a boolean per column.

        These are words that not too many documents have, and pairs of such words; no dates.
        """
        corpus, total, size = self._corpus, len(self._corpus.documents), len(self._corpus.words)
        is_word = corpus.keys < size
        frequency = np.zeros(size, dtype=np.int64)
        frequency[corpus.keys[is_word]] = corpus.document_frequency[is_word]
        is_name = np.array(self._speller.is_name)
        calendar = find_calendar_words(corpus.documents[0].language)
        is_date = np.array(
            [word.casefold() in calendar or (word.isdecimal() and len(word) < _YEAR_LENGTH) for word in corpus.words]
        )
        # A name can be in half of the documents. Another word is only meaningful where one in ten has it.
        max_frequency = total // 10 if total >= _MIN_LARGE_CORPUS else 0
        alone = (frequency <= np.where(is_name, total // 2, max_frequency)) & ~is_date
        in_pair = (frequency <= np.where(is_name, total // 2, max(2, total // 4))) & ~is_date
        first, second = np.where(is_word, corpus.keys, corpus.keys // size - 1), corpus.keys % size
        has_name = is_name[first] | is_name[second] | (total >= _MIN_LARGE_CORPUS)
        meaningful: npt.NDArray[np.bool_] = np.where(is_word, alone[first], in_pair[first] & in_pair[second] & has_name)
        return meaningful


@cache
def find_calendar_words(language: str) -> frozenset[str]:
    """Return the names of months and days in a language, casefolded; none for a language that Babel does not know.

    >>> "saturday" in find_calendar_words("en-GB"), "mai" in find_calendar_words("fr"), find_calendar_words("")
    (True, True, frozenset())
    """
    try:
        locale = Locale.parse(language.partition("-")[0])
    except (ValueError, UnknownLocaleError):
        return frozenset()
    # A look-up writes into data that Babel shares between languages (seen in 2.18), so look up in a copy.
    loaded: Any = load(str(locale))
    data: Any = LocaleDataDict(deepcopy(loaded))
    kinds = [data[kind][context]["wide"] for kind in ("months", "days") for context in ("format", "stand-alone")]
    names = [name for kind in kinds for name in kind.values()]
    parts = [part.casefold() for name in names for part in name.split("-")]
    # Short names in scripts without spaces occur as bigrams (see `read_token`). Bigrams of long names are in too many
    # other words.
    return frozenset(
        word for part in parts for word in (read_token(part) if len(part) <= _MAX_BIGRAM_LENGTH else (part,))
    )


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
