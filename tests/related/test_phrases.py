"""Tests of `phrases`: how features become phrases, and where phrases are in a text."""

from __future__ import annotations

import numpy as np
import pytest
from broadsheet.related import Document
from broadsheet.related.corpus import Corpus, build_corpus
from broadsheet.related.reasons import PhraseFinder, PhraseIndex, Speller
from hypothesis import example, given, settings
from hypothesis import strategies as st
from related_documents import documents, make_document

WORDS = ("alder", "Birch", "cedar", "Elm", "fir")
Runs = list[tuple[int, ...]]


def has_run(corpus: Corpus, run: tuple[int, ...]) -> bool:
    words = corpus.texts[0].words.tolist()
    return any(tuple(words[place : place + len(run)]) == run for place in range(len(words)))


def join_slowly(corpus: Corpus, keys: list[int]) -> Runs:
    """Return the phrases of the first text by a slow definition."""
    size, runs = len(corpus.words), Runs()
    for key in keys:
        if key < size:
            if not any(key in run for run in runs):
                runs.append((key,))
            continue
        first, two = key // size - 1, key % size
        pair = next((pair for pair in ((first, two), (two, first)) if has_run(corpus, pair)), ())
        if pair:
            add_slowly(corpus, pair, runs)
    return runs


def add_slowly(corpus: Corpus, pair: tuple[int, ...], runs: Runs) -> None:
    for place, run in enumerate(runs):
        if set(pair) <= set(run):
            return
        longer = run + pair[1:] if run[-1] == pair[0] else pair[:1] + run if run[0] == pair[1] else ()
        if longer and len(longer) <= 4 and has_run(corpus, longer):
            runs[place] = longer
            runs[:] = [run for run in runs if run is longer or not set(run) <= set(longer)]
            return
    if not any(set(pair) & set(run) for run in runs):
        runs.append(pair)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=14), st.data())
def test_phrases_agree_with_a_slow_definition_whatever_was_cached(words: list[str], data: st.DataObject) -> None:
    corpus = build_corpus([make_document("a", body=" ".join(words)), make_document("b", body=" ".join(WORDS), day=1)])
    size = len(corpus.words)
    pairs = [(first + 1) * size + two for first in range(1, size) for two in range(first + 1, size)]
    keys = st.lists(st.sampled_from([*range(1, size), *pairs]), max_size=12)
    asked = data.draw(st.lists(keys, min_size=1, max_size=4))
    phrases = PhraseFinder(Speller(corpus), 0)
    for chosen_keys in (*asked, *asked):
        assert phrases.join_features(chosen_keys) == join_slowly(corpus, chosen_keys)
        assert phrases.choose_phrases(chosen_keys) == PhraseFinder(Speller(corpus), 0).choose_phrases(chosen_keys)


@settings(max_examples=30, deadline=None)
@given(documents())
def test_there_are_at_most_three_phrases_each_once(archive: list[Document]) -> None:
    if not archive:
        return
    corpus = build_corpus(archive)
    speller = Speller(corpus)
    for row in range(len(archive)):
        names = PhraseFinder(speller, row).choose_phrases(corpus.keys[corpus.weights[[row]].indices].tolist())
        assert len(set(names)) == len(names) <= 3


@pytest.mark.parametrize(("words", "names"), [("Elm of Elm", ("Elm",)), ("at Elm", ("at Elm",)), ("of at", ())])
def test_a_phrase_is_a_name_when_one_of_its_words_is(words: str, names: tuple[str, ...]) -> None:
    corpus = build_corpus([make_document("a", body=f"so {words}"), make_document("b", body=words, day=1)])
    numbers = [corpus.words.index(word) for word in words.split()]
    low, high = sorted(numbers[:2])
    keys = [(low + 1) * len(corpus.words) + high] if words == "at Elm" else numbers
    assert PhraseFinder(Speller(corpus), 0).choose_phrases(keys) == names


SIZE = 600
"""Larger than a byte, so that the bytes of a number can begin in the middle of another."""

words = st.lists(st.sampled_from([0, 1, 2, 256, 257, 512]), max_size=30)


def find_slowly(text: list[int], run: list[int]) -> int:
    places = [place for place in range(len(text)) if text[place : place + len(run)] == run]
    return max(places, default=-1)


@given(words, st.lists(st.sampled_from([1, 2, 256, 257, 512]), min_size=2, max_size=4))
@example([1, 1, 1, 256, 256, 256, 256, 1, 1, 2], [1, 1, 1])  # its bytes begin within a number too
def test_a_phrase_is_found_at_its_last_position(text: list[int], run: list[int]) -> None:
    passage = PhraseIndex(np.array(text, dtype=np.int32), SIZE)
    assert passage.find(tuple(run)) == find_slowly(text, run)


@given(words.filter(lambda text: len(text) > 3), st.data())
def test_every_phrase_of_a_text_is_found(text: list[int], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    run = text[start : data.draw(st.integers(start + 2, len(text)))]
    position = PhraseIndex(np.array(text, dtype=np.int32), SIZE).find(tuple(run))
    assert text[position : position + len(run)] == run
    assert position >= start


def test_an_empty_text_has_no_phrases() -> None:
    assert PhraseIndex(np.zeros(0, dtype=np.int32), 1).find((1, 2)) == -1
