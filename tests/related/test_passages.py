"""Passages: a run of words is found where it stands last, and nowhere else."""

from __future__ import annotations

import numpy as np
from broadsheet.related.passages import Passage
from hypothesis import given
from hypothesis import strategies as st

SIZE = 600
"""Numbers of two bytes, so that one begins in the midst of another."""

words = st.lists(st.sampled_from([0, 1, 2, 256, 257, 512]), max_size=30)


def find_slowly(text: list[int], run: list[int]) -> int:
    places = [place for place in range(len(text)) if text[place : place + len(run)] == run]
    return max(places, default=-1)


@given(words, st.lists(st.sampled_from([1, 2, 256, 257, 512]), min_size=2, max_size=4))
def test_a_run_is_found_where_it_stands_last(text: list[int], run: list[int]) -> None:
    passage = Passage(np.array(text, dtype=np.int32), SIZE)
    assert passage.find(tuple(run)) == find_slowly(text, run)


@given(words.filter(lambda text: len(text) > 3), st.data())
def test_what_stands_in_a_text_is_found(text: list[int], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    run = text[start : data.draw(st.integers(start + 2, len(text)))]
    found = Passage(np.array(text, dtype=np.int32), SIZE).find(tuple(run))
    assert text[found : found + len(run)] == run
    assert found >= start


def test_a_text_of_no_words_has_no_runs() -> None:
    assert Passage(np.zeros(0, dtype=np.int32), 1).find((1, 2)) == -1
