"""Naming: runs of words that grow as features say, the same whatever was asked of the text before."""

from __future__ import annotations

import pytest
from archives import documents, make_document
from broadsheet.related import Document
from broadsheet.related.naming import Namer, Speller
from broadsheet.related.shelf import Shelf, fill_shelf
from hypothesis import given, settings
from hypothesis import strategies as st

WORDS = ("alder", "Birch", "cedar", "Elm", "fir")
Runs = list[tuple[int, ...]]


def has_run(shelf: Shelf, run: tuple[int, ...]) -> bool:
    words = shelf.texts[0].words.tolist()
    return any(tuple(words[place : place + len(run)]) == run for place in range(len(words)))


def join_slowly(shelf: Shelf, keys: list[int]) -> Runs:
    """The phrases of the first text by their definition."""
    size, runs = len(shelf.words), Runs()
    for key in keys:
        if key < size:
            if not any(key in run for run in runs):
                runs.append((key,))
            continue
        one, two = key // size - 1, key % size
        pair = next((pair for pair in ((one, two), (two, one)) if has_run(shelf, pair)), ())
        if pair:
            add_slowly(shelf, pair, runs)
    return runs


def add_slowly(shelf: Shelf, pair: tuple[int, ...], runs: Runs) -> None:
    for place, run in enumerate(runs):
        if set(pair) <= set(run):
            return
        longer = run + pair[1:] if run[-1] == pair[0] else pair[:1] + run if run[0] == pair[1] else ()
        if longer and len(longer) <= 4 and has_run(shelf, longer):
            runs[place] = longer
            runs[:] = [one for one in runs if one is longer or not set(one) <= set(longer)]
            return
    if not any(set(pair) & set(run) for run in runs):
        runs.append(pair)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=14), st.data())
def test_phrases_are_joined_as_defined_whatever_was_asked_before(words: list[str], data: st.DataObject) -> None:
    shelf = fill_shelf([make_document("a", body=" ".join(words)), make_document("b", body=" ".join(WORDS), day=1)])
    size = len(shelf.words)
    pairs = [(one + 1) * size + two for one in range(1, size) for two in range(one + 1, size)]
    keys = st.lists(st.sampled_from([*range(1, size), *pairs]), max_size=12)
    asked = data.draw(st.lists(keys, min_size=1, max_size=4))
    phrases = Namer(Speller(shelf), 0)
    for one in (*asked, *asked):
        assert phrases._join(one) == join_slowly(shelf, one)
        assert phrases.choose_names(one) == Namer(Speller(shelf), 0).choose_names(one)


@settings(max_examples=30, deadline=None)
@given(documents())
def test_no_more_than_three_names_and_each_once(found: list[Document]) -> None:
    if not found:
        return
    shelf = fill_shelf(found)
    speller = Speller(shelf)
    for row in range(len(found)):
        names = Namer(speller, row).choose_names(shelf.keys[shelf.vectors[[row]].indices].tolist())
        assert len(set(names)) == len(names) <= 3


@pytest.mark.parametrize(("words", "names"), [("Elm of Elm", ("Elm",)), ("at Elm", ("at Elm",)), ("of at", ())])
def test_a_run_has_a_name_when_one_of_its_words_is_one(words: str, names: tuple[str, ...]) -> None:
    shelf = fill_shelf([make_document("a", body=f"so {words}"), make_document("b", body=words, day=1)])
    numbers = [shelf.words.index(word) for word in words.split()]
    low, high = sorted(numbers[:2])
    keys = [(low + 1) * len(shelf.words) + high] if words == "at Elm" else numbers
    assert Namer(Speller(shelf), 0).choose_names(keys) == names
