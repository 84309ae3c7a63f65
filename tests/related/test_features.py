"""Tests of `features`: counts of words and pairs of words, the same in batches of any size."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from broadsheet.related import features as module
from broadsheet.related.features import (
    HEADLINE_WEIGHT,
    MAX_FILTER_COUNT,
    MIN_DOCUMENT_FREQUENCY,
    WINDOW,
    CountingFilter,
    Features,
    compute_idf,
    count_features,
)
from broadsheet.related.tokens import SENTENCE_END, TokenizedText, Vocabulary
from hypothesis import given, settings
from hypothesis import strategies as st

Counts = list[dict[tuple[str, ...], float]]


def count(*documents: tuple[str, str]) -> Counts:
    """Return the features of documents, given as headline and body, by their words in alphabetical order."""
    vocabulary = Vocabulary()
    features = count_features(vocabulary.tokenize(documents), vocabulary.size)
    return name_counts(features, vocabulary.choose_spellings())


def name_counts(features: Features, words: list[str]) -> Counts:
    counts: Counts = []
    for row in range(features.counts.shape[0]):
        own = slice(features.counts.indptr[row], features.counts.indptr[row + 1])
        keys = features.keys[features.counts.indices[own]].tolist()
        counts.append(
            {
                (words[key],)
                if key < features.vocabulary_size
                else tuple(
                    sorted((words[key // features.vocabulary_size - 1], words[key % features.vocabulary_size]))
                ): value
                for key, value in zip(keys, features.counts.data[own].tolist(), strict=True)
            }
        )
    return counts


def test_a_word_counts_each_time_and_more_in_a_headline() -> None:
    first, second = count(("talks", "talks. talks. ferry"), ("ferry", "talks"))
    assert first == {("talks",): HEADLINE_WEIGHT + 2, ("ferry",): 1}
    assert second == {("talks",): 1, ("ferry",): HEADLINE_WEIGHT}


def test_a_pair_counts_less_the_farther_apart_its_words_are() -> None:
    counts, _ = count(("", "a b c d e f g"), ("", "a b c d e f g"))
    pairs = {key[1]: value for key, value in counts.items() if len(key) > 1 and key[0] == "a"}
    assert pairs == pytest.approx({letter: 1 / place for place, letter in enumerate("bcdef", start=1)})


def test_a_pair_has_no_order_and_stays_within_a_sentence() -> None:
    counts, _ = count(("", "a b. b a. a"), ("", "a b"))
    assert counts == {("a",): 3, ("b",): 2, ("a", "b"): 2}
    assert ("a", "b") not in count(("a", "b"), ("a", "b"))[0]


def test_a_word_pairs_with_itself() -> None:
    assert count(("", "bora bora"), ("", "bora bora"))[0] == {("bora",): 2, ("bora", "bora"): 1}


def test_a_pair_in_a_headline_counts_more() -> None:
    assert count(("a b", ""), ("a b", ""))[0][("a", "b")] == HEADLINE_WEIGHT


def test_features_of_only_one_document_are_dropped() -> None:
    assert count(("a b", "a b c"), ("a c", "d d")) == [
        {("a",): HEADLINE_WEIGHT + 1, ("c",): 1, ("a", "c"): 0.5},
        {("a",): HEADLINE_WEIGHT, ("c",): HEADLINE_WEIGHT, ("a", "c"): HEADLINE_WEIGHT},
    ]


@pytest.mark.parametrize("documents", [[("", "")], [("", "")] * 3, [("", "a b c")], [("a", "b"), ("c", "d")]])
def test_documents_that_share_nothing_have_no_features(documents: list[tuple[str, str]]) -> None:
    assert count(*documents) == [{} for _ in documents]


def test_words_and_pairs_can_be_told_apart() -> None:
    vocabulary = Vocabulary()
    features = count_features(vocabulary.tokenize([("a b c", ""), ("c b a", "")]), vocabulary.size)
    assert features.is_word.tolist() == [True] * 3 + [False] * 3
    assert features.document_frequency.tolist() == [2] * 6


# Compared with a slow definition.

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e", ".", "f"]), max_size=14).map(" ".join)
DOCUMENTS = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=7)


def count_slowly(texts: list[TokenizedText], words: list[str]) -> tuple[Counts, Counter[tuple[str, ...]]]:
    counts: list[defaultdict[tuple[str, ...], float]] = []
    for text in texts:
        document_counts: defaultdict[tuple[str, ...], float] = defaultdict(float)
        numbers = text.words.tolist()
        for place, word in enumerate(numbers):
            weight = HEADLINE_WEIGHT if place < text.headline_length else 1
            if word == SENTENCE_END:
                continue
            document_counts[(words[word],)] += weight
            for distance, neighbour in enumerate(numbers[place + 1 : place + 1 + WINDOW], start=1):
                if neighbour == SENTENCE_END:
                    break
                document_counts[tuple(sorted((words[word], words[neighbour])))] += weight / distance
        counts.append(document_counts)
    frequency = Counter(key for document_counts in counts for key in document_counts)
    kept = [
        {key: value for key, value in document_counts.items() if frequency[key] >= MIN_DOCUMENT_FREQUENCY}
        for document_counts in counts
    ]
    return kept, frequency


@settings(max_examples=100, deadline=None)
@given(
    documents=DOCUMENTS,
    batch=st.integers(1, 3),
    cached=st.sampled_from([0, 20_000_000]),
    chunk=st.sampled_from([1, 2, 9, 500_000]),
    signed_bits=st.sampled_from([0, 63]),
)
def test_batches_and_two_passes_agree_with_a_slow_definition(
    documents: list[tuple[str, str]], batch: int, cached: int, chunk: int, signed_bits: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BATCH_SIZE", batch)
        patch.setattr(module, "_MAX_CACHED_COUNTS", cached)
        patch.setattr(module, "_CHUNK_SIZE", chunk)
        patch.setattr(module, "_SIGNED_BITS", signed_bits)
        vocabulary = Vocabulary()
        texts = vocabulary.tokenize(documents)
        features = count_features(texts, vocabulary.size)
    words = vocabulary.choose_spellings()
    expected, frequency = count_slowly(texts, words)
    document_counts = name_counts(features, words)
    assert [set(counted) for counted in document_counts] == [set(document_counts) for document_counts in expected]
    for measured, wanted_counts in zip(document_counts, expected, strict=True):
        assert measured == pytest.approx(wanted_counts, rel=1e-5)
    assert sorted(features.document_frequency.tolist()) == sorted(
        many for many in frequency.values() if many >= MIN_DOCUMENT_FREQUENCY
    )
    assert (
        np.bincount(features.counts.indices, minlength=len(features.keys)).tolist()
        == features.document_frequency.tolist()
    )
    assert np.all(np.diff(features.keys) > 0)


def test_a_large_archive_keeps_all_words_and_the_heaviest_pairs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [("", " ".join(f"w{row * step % 7}" for step in range(1, 12))) for row in range(2, 16)]
    vocabulary = Vocabulary()
    read = vocabulary.tokenize(texts)
    whole = count_features(read, vocabulary.size)
    monkeypatch.setattr(module, "MAX_COUNTS", 0)
    monkeypatch.setattr(module, "MIN_PAIRS", 4)
    cut = count_features(read, vocabulary.size)
    chosen: list[set[int]] = []
    for row in range(len(texts)):
        own = slice(whole.counts.indptr[row], whole.counts.indptr[row + 1])
        columns = whole.counts.indices[own]
        weights = np.sqrt(whole.counts.data[own]) * compute_idf(whole.document_frequency[columns], len(texts))
        pairs = [
            (-round(float(weight), 3), int(key))
            for weight, key in zip(weights, whole.keys[columns], strict=True)
            if key >= whole.vocabulary_size
        ]
        words = {int(key) for key in whole.keys[columns] if key < whole.vocabulary_size}
        chosen.append(words | {key for _, key in sorted(pairs)[:4]})
    hits = Counter(key for keys in chosen for key in keys)
    for row, keys in enumerate(chosen):
        own = slice(cut.counts.indptr[row], cut.counts.indptr[row + 1])
        assert set(cut.keys[cut.counts.indices[own]].tolist()) == {
            key for key in keys if hits[key] >= MIN_DOCUMENT_FREQUENCY
        }
    assert any(len(keys) < whole.counts.indptr[row + 1] - whole.counts.indptr[row] for row, keys in enumerate(chosen))


# The counting filter.

KEYS = st.lists(st.one_of(st.integers(0, 20), st.integers(0, 2**63 - 1)), max_size=40)


def make_keys(keys: list[int]) -> np.ndarray:
    return np.array(keys, dtype=np.int64)


@settings(max_examples=200, deadline=None)
@given(batches=st.lists(KEYS, max_size=5), expected=st.integers(0, 300))
def test_the_filter_counts_every_key_that_was_added_twice(batches: list[list[int]], expected: int) -> None:
    frequencies = CountingFilter(expected)
    for batch in batches:
        frequencies.add(make_keys(batch))
    added = [key for batch in batches for key in batch]
    twice = sorted({key for key in added if added.count(key) > 1})
    assert (frequencies.count(make_keys(twice)) > 1).all()


@pytest.mark.parametrize("expected", [0, 1_000, 100_000])
def test_the_filter_rarely_counts_too_high(expected: int) -> None:
    keys = np.arange(expected or 50, dtype=np.int64) * 7_919 + 3
    frequencies = CountingFilter(expected)
    for chunk in np.array_split(keys, 7):
        frequencies.add(chunk)
    assert (frequencies.count(keys) > 1).mean() < 0.25


def test_the_filter_rarely_counts_a_key_that_was_not_added() -> None:
    frequencies = CountingFilter(10_000)
    frequencies.add(np.repeat(np.arange(1_000, dtype=np.int64), 300))
    assert (frequencies.count(np.arange(1_000, dtype=np.int64)) == MAX_FILTER_COUNT).all()
    assert (frequencies.count(np.arange(10**9, 10**9 + 10_000, dtype=np.int64)) > 1).mean() < 0.05


def test_the_table_of_the_filter_has_a_maximum_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TABLE_BITS", 12)
    # A table for so many keys would take four terabytes.
    frequencies = CountingFilter(10**12)
    frequencies.add(make_keys([5, 5]))
    assert frequencies.count(make_keys([5])).tolist() == [2]
