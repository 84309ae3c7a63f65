"""Features: words and pairs of words near one another, counted in portions as if at once."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from broadsheet.related import features as room
from broadsheet.related.features import (
    HEADLINE_WEIGHT,
    MIN_DOCUMENTS,
    WINDOW,
    Features,
    count_features,
    find_rarity,
)
from broadsheet.related.lexicon import END, Lexicon, Text
from hypothesis import given, settings
from hypothesis import strategies as st

Counts = list[dict[tuple[str, ...], float]]


def count(*documents: tuple[str, str]) -> Counts:
    """The features of headlines and bodies, by words from a to z."""
    lexicon = Lexicon()
    features = count_features(lexicon.read(documents), lexicon.size)
    return name_counts(features, lexicon.choose_spellings())


def name_counts(features: Features, words: list[str]) -> Counts:
    found: Counts = []
    for row in range(features.counts.shape[0]):
        own = slice(features.counts.indptr[row], features.counts.indptr[row + 1])
        keys = features.keys[features.counts.indices[own]].tolist()
        found.append(
            {
                (words[key],)
                if key < features.size
                else tuple(sorted((words[key // features.size - 1], words[key % features.size]))): value
                for key, value in zip(keys, features.counts.data[own].tolist(), strict=True)
            }
        )
    return found


def test_a_word_counts_as_often_as_it_occurs_and_more_in_a_headline() -> None:
    first, second = count(("talks", "talks. talks. ferry"), ("ferry", "talks"))
    assert first == {("talks",): HEADLINE_WEIGHT + 2, ("ferry",): 1}
    assert second == {("talks",): 1, ("ferry",): HEADLINE_WEIGHT}


def test_pairs_count_less_the_farther_apart_they_stand_within_a_sentence() -> None:
    found, _ = count(("", "a b c d e f g"), ("", "a b c d e f g"))
    pairs = {key[1]: value for key, value in found.items() if len(key) > 1 and key[0] == "a"}
    assert pairs == pytest.approx({letter: 1 / place for place, letter in enumerate("bcdef", start=1)})


def test_a_pair_has_no_order_and_does_not_reach_over_the_end_of_a_sentence() -> None:
    found, _ = count(("", "a b. b a. a"), ("", "a b"))
    assert found == {("a",): 3, ("b",): 2, ("a", "b"): 2}
    assert ("a", "b") not in count(("a", "b"), ("a", "b"))[0]


def test_a_word_pairs_with_itself() -> None:
    assert count(("", "bora bora"), ("", "bora bora"))[0] == {("bora",): 2, ("bora", "bora"): 1}


def test_a_pair_in_a_headline_counts_more() -> None:
    assert count(("a b", ""), ("a b", ""))[0][("a", "b")] == HEADLINE_WEIGHT


def test_what_one_document_has_alone_ties_nothing() -> None:
    assert count(("a b", "a b c"), ("a c", "d d")) == [
        {("a",): HEADLINE_WEIGHT + 1, ("c",): 1, ("a", "c"): 0.5},
        {("a",): HEADLINE_WEIGHT, ("c",): HEADLINE_WEIGHT, ("a", "c"): HEADLINE_WEIGHT},
    ]


@pytest.mark.parametrize("documents", [[("", "")], [("", "")] * 3, [("", "a b c")], [("a", "b"), ("c", "d")]])
def test_where_nothing_is_shared_there_are_no_features(documents: list[tuple[str, str]]) -> None:
    assert count(*documents) == [{} for _ in documents]


def test_words_are_told_from_pairs() -> None:
    lexicon = Lexicon()
    features = count_features(lexicon.read([("a b c", ""), ("c b a", "")]), lexicon.size)
    assert features.is_word.tolist() == [True] * 3 + [False] * 3
    assert features.frequency.tolist() == [2] * 6


# Against a slow way of counting.

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "e", ".", "f"]), max_size=14).map(" ".join)
DOCUMENTS = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=7)


def count_slowly(texts: list[Text], words: list[str]) -> tuple[Counts, Counter[tuple[str, ...]]]:
    counts: list[defaultdict[tuple[str, ...], float]] = []
    for text in texts:
        found: defaultdict[tuple[str, ...], float] = defaultdict(float)
        numbers = text.words.tolist()
        for place, word in enumerate(numbers):
            weight = HEADLINE_WEIGHT if place < text.headline else 1
            if word == END:
                continue
            found[(words[word],)] += weight
            for distance, other in enumerate(numbers[place + 1 : place + 1 + WINDOW], start=1):
                if other == END:
                    break
                found[tuple(sorted((words[word], words[other])))] += weight / distance
        counts.append(found)
    frequency = Counter(key for found in counts for key in found)
    kept = [{key: value for key, value in found.items() if frequency[key] >= MIN_DOCUMENTS} for found in counts]
    return kept, frequency


@settings(max_examples=100, deadline=None)
@given(documents=DOCUMENTS, batch=st.integers(1, 3), kept=st.sampled_from([0, 20_000_000]))
def test_counting_in_portions_and_anew_gives_what_the_slow_way_gives(
    documents: list[tuple[str, str]], batch: int, kept: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_BATCH", batch)
        patch.setattr(room, "_KEPT", kept)
        lexicon = Lexicon()
        texts = lexicon.read(documents)
        features = count_features(texts, lexicon.size)
    words = lexicon.choose_spellings()
    expected, frequency = count_slowly(texts, words)
    found = name_counts(features, words)
    assert [set(one) for one in found] == [set(one) for one in expected]
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, rel=1e-5)
    assert sorted(features.frequency.tolist()) == sorted(many for many in frequency.values() if many >= MIN_DOCUMENTS)
    assert np.bincount(features.counts.indices, minlength=len(features.keys)).tolist() == features.frequency.tolist()
    assert np.all(np.diff(features.keys) > 0)


def test_in_a_large_archive_each_document_keeps_all_words_and_the_pairs_that_say_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [("", " ".join(f"w{row * step % 7}" for step in range(1, 12))) for row in range(2, 16)]
    lexicon = Lexicon()
    read = lexicon.read(texts)
    whole = count_features(read, lexicon.size)
    monkeypatch.setattr(room, "MOST_FEATURES", 0)
    monkeypatch.setattr(room, "LEAST_PAIRS", 4)
    cut = count_features(read, lexicon.size)
    chosen: list[set[int]] = []
    for row in range(len(texts)):
        own = slice(whole.counts.indptr[row], whole.counts.indptr[row + 1])
        columns = whole.counts.indices[own]
        weights = np.sqrt(whole.counts.data[own]) * find_rarity(whole.frequency[columns], len(texts))
        pairs = [
            (-round(float(weight), 3), int(key))
            for weight, key in zip(weights, whole.keys[columns], strict=True)
            if key >= whole.size
        ]
        words = {int(key) for key in whole.keys[columns] if key < whole.size}
        chosen.append(words | {key for _, key in sorted(pairs)[:4]})
    hits = Counter(key for keys in chosen for key in keys)
    for row, keys in enumerate(chosen):
        own = slice(cut.counts.indptr[row], cut.counts.indptr[row + 1])
        assert set(cut.keys[cut.counts.indices[own]].tolist()) == {key for key in keys if hits[key] >= MIN_DOCUMENTS}
    assert any(len(keys) < whole.counts.indptr[row + 1] - whole.counts.indptr[row] for row, keys in enumerate(chosen))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2**30), max_size=30), st.integers(1, 9), st.sampled_from([0, 36, 63]))
def test_features_are_numbered_in_whatever_pieces_and_however_large_their_keys(
    found: list[int], at_once: int, signed_bits: int
) -> None:
    keys = np.array([*found, *found[:3]], dtype=np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_AT_ONCE", at_once)
        patch.setattr(room, "_SIGNED_BITS", signed_bits)
        known, frequency, columns = room._number(keys)
    assert known.tolist() == sorted(set(found))
    assert frequency.tolist() == [np.count_nonzero(keys == key) for key in known]
    assert np.array_equal(known[columns], keys)
