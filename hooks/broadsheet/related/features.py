"""Features: how often each document has each word, and each two words that stand near one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.related.lexicon import END, Text
from broadsheet.related.sieve import MOST, Sieve

WINDOW = 5
"""How near two words of a sentence must stand, in words, to count as a pair; d words apart counts 1/d."""

HEADLINE_WEIGHT = 10
"""How many times the headline counts; dek and body count once."""

RARITY = 1.5
"""The power of ln((n + 1) / df): how much more a rare feature says than a common one."""

MIN_DOCUMENTS = 2
"""A feature that fewer documents have ties nothing together."""

MOST_FEATURES = 60_000_000
"""So many counts take about a gigabyte; in an archive that would have more, each document keeps the pairs that say
most of it."""

LEAST_PAIRS = 300
"""So many pairs a document keeps in any archive."""

_BATCH = 256
"""So many documents are counted at a time."""
_WEIGHT_BITS = 24
_PLACE_BITS = 31
_KEPT = 20_000_000
"""So many counts are kept between the two passes; more are counted anew."""
_AT_ONCE = 500_000
_SIGNED_BITS = 63
_CODE_BITS = 4
_CODES = 1 << _CODE_BITS
"""A feature's weight in a place is one of 2·(WINDOW + 1), packed into the low bits of its key."""

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Features:
    """Counts of features by document."""

    counts: sparse.csr_array
    """A row per document, float32; a column per feature that `MIN_DOCUMENTS` or more have."""
    frequency: Integers
    """How many documents have each feature."""
    keys: Integers
    """Of each column: `(first + 1) · size + second` for a pair of word numbers, `first` < `second`; else the number."""
    size: int
    """One more than the largest word number."""

    @property
    def is_word(self) -> npt.NDArray[np.bool_]:
        """Which columns are single words."""
        return self.keys < self.size


def find_rarity(frequency: npt.NDArray[Any], documents: int) -> npt.NDArray[np.float64]:
    """What a feature that so many of some documents have says of them: ln((n + 1) / df) ** RARITY."""
    rarity: npt.NDArray[np.float64] = np.log((documents + 1) / np.maximum(frequency, 1)) ** RARITY
    return rarity


def count_features(texts: Sequence[Text], size: int) -> Features:
    """Count the features of an archive.

    Works batch by batch, twice: a first pass finds features that only one document can have, which is most of
    them, so that the second keeps no more than it needs. Cost: about 0.3 ms and 30 KB a document.

    Args:
        texts: the documents.
        size: one more than the largest word number.

    """
    total = sum(len(text.words) for text in texts)
    expected = (WINDOW + 1) * total
    sieve = Sieve(expected)
    passed = []
    for batch in _batches(texts, size):
        sieve.add(batch.keys)
        if expected <= _KEPT:
            passed.append(batch)
    pairs = max(LEAST_PAIRS, (MOST_FEATURES - total) // max(1, len(texts)))
    lengths, keys, counts = [], [], []
    for batch in passed or _batches(texts, size):
        kept = batch.find_kept(sieve, size, pairs, len(texts))
        lengths.append(np.bincount(batch.owners[kept], minlength=batch.documents))
        keys.append(batch.keys[kept])
        counts.append(batch.counts[kept])
    passed.clear()
    # Half a gigabyte, in the largest archives.
    del sieve
    return _assemble(np.concatenate(lengths), _join(keys), _join(counts), size)


class _Batch(NamedTuple):
    """Features of some documents, sorted by document and key."""

    documents: int
    owners: npt.NDArray[np.uint8]
    keys: Integers
    counts: Floats

    def find_kept(self, sieve: Sieve, size: int, pairs: int, documents: int) -> npt.NDArray[np.bool_]:
        """What more than one document may have; of pairs no more of each than so many, the weightiest."""
        frequency = sieve.count(self.keys)
        kept = frequency >= MIN_DOCUMENTS
        is_pair = np.flatnonzero(kept & (self.keys >= size))
        if len(is_pair) > pairs and np.bincount(self.owners[is_pair]).max() > pairs:
            # What the sieve no longer counts is put midway between its most and all.
            likely = np.where(frequency == MOST, np.sqrt(MOST * max(MOST, documents)), frequency)[is_pair]
            # Rounded, so that no machine's last digit decides.
            weight = np.round(1000 * np.sqrt(self.counts[is_pair]) * find_rarity(likely, documents)).astype(np.int64)
            light = (1 << _WEIGHT_BITS) - 1 - np.minimum(weight, (1 << _WEIGHT_BITS) - 1)
            owners = self.owners[is_pair].astype(np.int64)
            # Owner, weight and place in one number: NumPy sorts numbers ten times as fast as it orders places by them.
            order = (((owners << _WEIGHT_BITS) | light) << _PLACE_BITS) | np.arange(len(is_pair))
            order.sort()
            order &= (1 << _PLACE_BITS) - 1
            firsts = np.searchsorted(owners, owners)
            kept[is_pair[order[np.arange(len(order)) - firsts >= pairs]]] = False
        return kept


def _join(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """The parts as one array; the list is emptied, as memory for both does not last."""
    whole = np.concatenate(parts)
    parts.clear()
    return whole


def _assemble(lengths: Integers, keys: Integers, counts: Floats, size: int) -> Features:
    """A matrix from the number of each document's features, and all of those in a row."""
    known, frequency, columns = _number(keys)
    width = np.int32 if len(keys) < 2**31 else np.int64
    del keys
    kept = frequency >= MIN_DOCUMENTS
    renumbered = (np.cumsum(kept) - 1).astype(np.int32)
    chosen = kept[columns]
    bounds = np.concatenate(([0], np.cumsum(lengths)))
    before = np.cumsum(chosen, dtype=width)
    indptr = np.where(bounds > 0, before[bounds - 1] if len(before) else 0, 0).astype(width)
    matrix = sparse.csr_array(
        (counts[chosen], renumbered[columns[chosen]], indptr), shape=(len(lengths), int(kept.sum()))
    )
    return Features(matrix, frequency[kept], known[kept], size)


def _number(keys: Integers) -> tuple[Integers, Integers, npt.NDArray[np.int32]]:
    """The different keys, how often each occurs, and of every key its place among them.

    NumPy's own inverse takes three times the memory.
    """
    columns = np.empty(len(keys), dtype=np.int32)
    bits = len(keys).bit_length()
    chunks = [slice(start, start + _AT_ONCE) for start in range(0, len(keys), _AT_ONCE)]
    if int(keys.max(initial=0)).bit_length() + bits >= _SIGNED_BITS:
        known, frequency = np.unique(keys, return_counts=True)
        for chunk in chunks:
            columns[chunk] = np.searchsorted(known, keys[chunk])
        return known, frequency, columns
    # Key and place in one number: sorting both takes no longer than sorting the keys, and nothing is sought.
    packed = keys << bits
    for chunk in chunks:
        packed[chunk] |= np.arange(chunk.start, min(chunk.stop, len(keys)))
    packed.sort()
    begins, number, before = [], -1, -1
    for chunk in chunks:
        sorted_keys = packed[chunk] >> bits
        first = np.diff(sorted_keys, prepend=before) != 0
        numbers = np.cumsum(first, dtype=np.int32) + np.int32(number)
        columns[packed[chunk] & ((1 << bits) - 1)] = numbers
        begins.append(np.flatnonzero(first) + chunk.start)
        number, before = int(numbers[-1]), int(sorted_keys[-1])
    places = np.concatenate([*begins, np.array([len(keys)])])
    return packed[places[:-1]] >> bits, np.diff(places), columns


def _batches(texts: Sequence[Text], size: int) -> Iterator[_Batch]:
    """The features of some hundred documents at a time."""
    weights = np.array(
        [field / max(1, distance) for distance in range(WINDOW + 1) for field in (1, HEADLINE_WEIGHT)],
        dtype=np.float32,
    )
    for start in range(0, len(texts), _BATCH):
        packed = np.sort(_pack(texts[start : start + _BATCH], size))
        places = packed >> _CODE_BITS
        first = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))[: len(places)]
        totals = np.add.reduceat(weights[packed & (_CODES - 1)], first) if len(first) else np.zeros(0, dtype=np.float32)
        places = places[first]
        # One division instead of `divmod`, which NumPy does number by number.
        owners = places // (size * (size + 1))
        count = len(texts[start : start + _BATCH])
        yield _Batch(count, owners.astype(np.uint8), places - owners * (size * (size + 1)), totals)


def _pack(batch: Sequence[Text], size: int) -> Integers:
    """Every occurrence of every feature as one number: document, key and weight code, in that order of weight."""
    words = np.concatenate([text.words for text in batch]).astype(np.int64)
    lengths = np.array([len(text.words) for text in batch])
    owners = np.repeat(np.arange(len(batch), dtype=np.int64), lengths)
    places = np.arange(len(words)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    in_headline = (places < np.repeat([text.headline for text in batch], lengths)).astype(np.int64)
    sentence = np.cumsum(words == END)
    base = owners * (size * (size + 1))
    real = words != END
    found = [((base + words) * _CODES + in_headline)[real]]
    for distance in range(1, WINDOW + 1):
        left, right = words[:-distance], words[distance:]
        # One sentence only: no end between the two, nor either of them one.
        same = (sentence[:-distance] == sentence[distance:]) & real[:-distance]
        low, high = np.minimum(left, right)[same], np.maximum(left, right)[same]
        key = (low + 1) * size + high
        code = 2 * distance + in_headline[:-distance][same]
        found.append((base[:-distance][same] + key) * _CODES + code)
    return np.concatenate(found)
