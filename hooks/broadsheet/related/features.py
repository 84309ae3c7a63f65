"""Features of documents: counts of words, and of pairs of words that stand near each other in a sentence.

Counting works on 64-bit integers (document, feature and weight packed into one), which NumPy sorts fast.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from broadsheet.related.tokens import SENTENCE_END, TokenizedText

WINDOW = 5
"""The largest distance, in words, of two words of a sentence that count as a pair. A pair d words apart counts 1/d."""

HEADLINE_WEIGHT = 10
"""What an occurrence in the headline counts; one in the dek or the body counts 1."""

IDF_POWER = 1.5
"""The power of ln((n + 1) / df): how much more a rare feature weighs than a common one."""

MIN_DOCUMENT_FREQUENCY = 2
"""A feature that fewer documents have cannot relate any two of them."""

MAX_COUNTS = 60_000_000
"""This many counts take about a gigabyte. In a larger archive each document keeps only its heaviest pairs."""

MIN_PAIRS = 300
"""The number of pairs that each document may keep in an archive of any size."""

MAX_TABLE_BITS = 29
"""The largest `CountingFilter` has 2 ** 29 counters of one byte: half a gigabyte."""

MAX_FILTER_COUNT = 255
"""Counters of a `CountingFilter` stop here."""

_BATCH_SIZE = 256
"""Documents that are counted together. Their numbers fit into one byte."""
_MAX_CACHED_COUNTS = 20_000_000
"""Up to this many counts are kept in memory between the two passes; more are counted again."""
_CHUNK_SIZE = 500_000
_WEIGHT_BITS = 24
_INDEX_BITS = 31
_SIGNED_BITS = 63
_CODE_BITS = 4
_CODES = 1 << _CODE_BITS
"""An occurrence has one of 2 · (WINDOW + 1) weights; the code of the weight fills the lowest bits of a packed key."""

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Features:
    """The features of all documents."""

    counts: sparse.csr_array
    """Shape (documents, features), float32. Only features of at least `MIN_DOCUMENT_FREQUENCY` documents."""
    document_frequency: Integers
    """The number of documents that have each feature."""
    keys: Integers
    """What each column is, ascending: the id of a word, or `(first + 1) · vocabulary_size + second` for a pair of words
    with `first <= second`."""
    vocabulary_size: int
    """The largest word id plus one."""

    @property
    def is_word(self) -> npt.NDArray[np.bool_]:
        """Which columns are single words: a boolean per feature."""
        return self.keys < self.vocabulary_size


def compute_idf(document_frequency: npt.NDArray[Any], documents: int) -> npt.NDArray[np.float64]:
    """Return the inverse document frequency of features: ln((n + 1) / df) ** IDF_POWER, for `n` documents."""
    idf: npt.NDArray[np.float64] = np.log((documents + 1) / np.maximum(document_frequency, 1)) ** IDF_POWER
    return idf


def count_features(texts: Sequence[TokenizedText], vocabulary_size: int) -> Features:
    """Return the features of documents.

    There are two passes over batches of documents. The first finds the features that only one document can have,
    which are most of them, so that the second keeps only what is needed. Cost: about 0.3 ms and 30 KB per document.

    Args:
        texts: the documents.
        vocabulary_size: the largest word id plus one.

    """
    total_words = sum(len(text.words) for text in texts)
    expected = (WINDOW + 1) * total_words
    frequencies = CountingFilter(expected)
    cached = []
    for batch in _count_batches(texts, vocabulary_size):
        frequencies.add(batch.keys)
        if expected <= _MAX_CACHED_COUNTS:
            cached.append(batch)
    max_pairs = max(MIN_PAIRS, (MAX_COUNTS - total_words) // max(1, len(texts)))
    row_lengths, keys, counts = [], [], []
    for batch in cached or _count_batches(texts, vocabulary_size):
        kept = batch.select(frequencies, vocabulary_size, max_pairs, len(texts))
        row_lengths.append(np.bincount(batch.owners[kept], minlength=batch.documents))
        keys.append(batch.keys[kept])
        counts.append(batch.counts[kept])
    cached.clear()
    # Free the table before the matrix is built: half a gigabyte in the largest archives.
    del frequencies
    return _build_features(np.concatenate(row_lengths), _concatenate(keys), _concatenate(counts), vocabulary_size)


class CountingFilter:
    """Counts keys in a table of fixed size. A count can be too high: keys with the same hash share a counter.

    A counting Bloom filter (Bloom: Space/time trade-offs in hash coding with allowable errors, 1970) with one hash
    function.
    """

    def __init__(self, expected: int) -> None:
        """Make a table for about `expected` keys."""
        self._bits = min(MAX_TABLE_BITS, max(10, (4 * expected).bit_length()))
        self._counters = np.zeros(1 << self._bits, dtype=np.uint8)

    def add(self, keys: Integers) -> None:
        """Count each key as often as it occurs in `keys`."""
        slots, hits = np.unique(self._hash(keys), return_counts=True)
        self._counters[slots] = np.minimum(self._counters[slots] + np.minimum(hits, MAX_FILTER_COUNT), MAX_FILTER_COUNT)

    def count(self, keys: Integers) -> npt.NDArray[np.uint8]:
        """Return how often each key was added, or a higher number; at most `MAX_FILTER_COUNT`."""
        return self._counters[self._hash(keys)]

    def _hash(self, keys: Integers) -> npt.NDArray[np.uint32]:
        """Return slots of the table: multiplicative hashing (Knuth: The Art of Computer Programming, vol. 3, §6.4)."""
        mixed = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        return (mixed >> np.uint64(64 - self._bits)).astype(np.uint32)


class _Batch(NamedTuple):
    """Features of some documents, sorted by document and key. The three arrays have one length."""

    documents: int
    """The number of documents."""
    owners: npt.NDArray[np.uint8]
    """The document that has each feature, counted from 0 within the batch."""
    keys: Integers
    counts: Floats

    def select(
        self, frequencies: CountingFilter, vocabulary_size: int, max_pairs: int, documents: int
    ) -> npt.NDArray[np.bool_]:
        """Return which features to keep.

        These are features that more than one document may have, and of each document's pairs the `max_pairs` with the
        highest weight.
        """
        frequency = frequencies.count(self.keys)
        kept = frequency >= MIN_DOCUMENT_FREQUENCY
        pairs = np.flatnonzero(kept & (self.keys >= vocabulary_size))
        if len(pairs) > max_pairs and np.bincount(self.owners[pairs]).max() > max_pairs:
            # For a counter at its maximum, assume the geometric mean of the maximum and all documents.
            ceiling = np.sqrt(MAX_FILTER_COUNT * max(MAX_FILTER_COUNT, documents))
            likely = np.where(frequency == MAX_FILTER_COUNT, ceiling, frequency)[pairs]
            # Rounded, so that results do not depend on a machine's last digit.
            weight = np.round(1000 * np.sqrt(self.counts[pairs]) * compute_idf(likely, documents)).astype(np.int64)
            lightness = (1 << _WEIGHT_BITS) - 1 - np.minimum(weight, (1 << _WEIGHT_BITS) - 1)
            owners = self.owners[pairs].astype(np.int64)
            # Owner, weight and index in one integer: NumPy's `sort` of it is ten times as fast as `lexsort`.
            order = (((owners << _WEIGHT_BITS) | lightness) << _INDEX_BITS) | np.arange(len(pairs))
            order.sort()
            order &= (1 << _INDEX_BITS) - 1
            first_pairs = np.searchsorted(owners, owners)
            kept[pairs[order[np.arange(len(order)) - first_pairs >= max_pairs]]] = False
        return kept


def _concatenate(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Return the parts as one array, and empty the list to free their memory."""
    whole = np.concatenate(parts)
    parts.clear()
    return whole


def _build_features(row_lengths: Integers, keys: Integers, counts: Floats, vocabulary_size: int) -> Features:
    """Return the matrix of all documents, from the keys and counts of one document after another.

    Args:
        row_lengths: the number of features of each document.
        keys: the features of all documents, in one array.
        counts: as long as `keys`.
        vocabulary_size: the largest word id plus one.

    """
    distinct, frequency, columns = _index_keys(keys)
    bounds = np.concatenate(([0], np.cumsum(row_lengths))).astype(np.int32 if len(keys) < 2**31 else np.int64)
    del keys
    kept = frequency >= MIN_DOCUMENT_FREQUENCY
    whole = sparse.csr_array((counts, columns, bounds), shape=(len(row_lengths), len(distinct)))
    matrix = keep_columns(whole, kept)
    new_columns = (np.cumsum(kept) - 1).astype(np.int32)
    parts = (matrix.data, new_columns[matrix.indices], matrix.indptr)
    matrix = sparse.csr_array(parts, shape=(len(row_lengths), int(kept.sum())))
    return Features(matrix, frequency[kept], distinct[kept], vocabulary_size)


def keep_columns(matrix: sparse.csr_array, kept: npt.NDArray[np.bool_]) -> sparse.csr_array:
    """Return the matrix without the entries of the columns that are not `kept`. The shape stays the same."""
    chosen = kept[matrix.indices]
    index_type = matrix.indptr.dtype
    chosen_before = np.cumsum(chosen, dtype=index_type)
    last = chosen_before[matrix.indptr - 1] if len(chosen_before) else 0
    indptr = np.where(matrix.indptr > 0, last, 0).astype(index_type)
    return sparse.csr_array((matrix.data[chosen], matrix.indices[chosen], indptr), shape=matrix.shape)


def _index_keys(keys: Integers) -> tuple[Integers, Integers, npt.NDArray[np.int32]]:
    """Return the distinct keys, ascending, the count of each, and for every key its index among them.

    As `np.unique` with `return_inverse` and `return_counts`, in a third of the memory.
    """
    columns = np.empty(len(keys), dtype=np.int32)
    bits = len(keys).bit_length()
    chunks = [slice(start, start + _CHUNK_SIZE) for start in range(0, len(keys), _CHUNK_SIZE)]
    if int(keys.max(initial=0)).bit_length() + bits >= _SIGNED_BITS:
        distinct, frequency = np.unique(keys, return_counts=True)
        for chunk in chunks:
            columns[chunk] = np.searchsorted(distinct, keys[chunk])
        return distinct, frequency, columns
    # Key and position in one integer: sorting both takes no longer than sorting keys, and needs no search afterwards.
    packed = keys << bits
    for chunk in chunks:
        packed[chunk] |= np.arange(chunk.start, min(chunk.stop, len(keys)))
    packed.sort()
    starts, last_column, last_key = [], -1, -1
    for chunk in chunks:
        sorted_keys = packed[chunk] >> bits
        is_new = np.diff(sorted_keys, prepend=last_key) != 0
        chunk_columns = np.cumsum(is_new, dtype=np.int32) + np.int32(last_column)
        columns[packed[chunk] & ((1 << bits) - 1)] = chunk_columns
        starts.append(np.flatnonzero(is_new) + chunk.start)
        last_column, last_key = int(chunk_columns[-1]), int(sorted_keys[-1])
    bounds = np.concatenate([*starts, np.array([len(keys)])])
    return packed[bounds[:-1]] >> bits, np.diff(bounds), columns


def _count_batches(texts: Sequence[TokenizedText], vocabulary_size: int) -> Iterator[_Batch]:
    """Yield the features of `_BATCH_SIZE` documents after another."""
    weights = np.array(
        [field / max(1, distance) for distance in range(WINDOW + 1) for field in (1, HEADLINE_WEIGHT)],
        dtype=np.float32,
    )
    keys_per_document = vocabulary_size * (vocabulary_size + 1)
    for start in range(0, len(texts), _BATCH_SIZE):
        batch = texts[start : start + _BATCH_SIZE]
        packed = np.sort(_pack_occurrences(batch, vocabulary_size))
        owned_keys = packed >> _CODE_BITS
        first = np.flatnonzero(np.concatenate(([True], owned_keys[1:] != owned_keys[:-1])))[: len(owned_keys)]
        counts = np.add.reduceat(weights[packed & (_CODES - 1)], first) if len(first) else np.zeros(0, dtype=np.float32)
        owned_keys = owned_keys[first]
        # One division: `np.divmod` is much slower.
        owners = owned_keys // keys_per_document
        yield _Batch(len(batch), owners.astype(np.uint8), owned_keys - owners * keys_per_document, counts)


def _pack_occurrences(batch: Sequence[TokenizedText], vocabulary_size: int) -> Integers:
    """Return an integer for every occurrence of a feature: from the highest bits document, key and weight code."""
    words = np.concatenate([text.words for text in batch]).astype(np.int64)
    lengths = np.array([len(text.words) for text in batch])
    owners = np.repeat(np.arange(len(batch), dtype=np.int64), lengths)
    positions = np.arange(len(words)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    in_headline = (positions < np.repeat([text.headline_length for text in batch], lengths)).astype(np.int64)
    sentence = np.cumsum(words == SENTENCE_END)
    base = owners * (vocabulary_size * (vocabulary_size + 1))
    is_word = words != SENTENCE_END
    occurrences = [((base + words) * _CODES + in_headline)[is_word]]
    for distance in range(1, WINDOW + 1):
        left, right = words[:-distance], words[distance:]
        # Both words are in one sentence: no sentence end is between them, and the left one is none itself.
        is_pair = (sentence[:-distance] == sentence[distance:]) & is_word[:-distance]
        low, high = np.minimum(left, right)[is_pair], np.maximum(left, right)[is_pair]
        key = (low + 1) * vocabulary_size + high
        code = 2 * distance + in_headline[:-distance][is_pair]
        occurrences.append((base[:-distance][is_pair] + key) * _CODES + code)
    return np.concatenate(occurrences)
