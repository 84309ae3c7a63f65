"""Sieve: every key that came twice is kept, and of the others nearly none."""

from __future__ import annotations

import numpy as np
import pytest
from broadsheet.related import sieve as room
from broadsheet.related.sieve import MOST, Sieve
from hypothesis import given, settings
from hypothesis import strategies as st

KEYS = st.lists(st.one_of(st.integers(0, 20), st.integers(0, 2**63 - 1)), max_size=40)


def make_keys(keys: list[int]) -> np.ndarray:
    return np.array(keys, dtype=np.int64)


@settings(max_examples=200, deadline=None)
@given(batches=st.lists(KEYS, max_size=5), expected=st.integers(0, 300))
def test_every_key_that_was_added_twice_is_kept(batches: list[list[int]], expected: int) -> None:
    sieve = Sieve(expected)
    for batch in batches:
        sieve.add(make_keys(batch))
    added = [key for batch in batches for key in batch]
    twice = sorted({key for key in added if added.count(key) > 1})
    assert (sieve.count(make_keys(twice)) > 1).all()


@pytest.mark.parametrize("expected", [0, 1_000, 100_000])
def test_of_keys_that_came_once_few_are_kept(expected: int) -> None:
    keys = np.arange(expected or 50, dtype=np.int64) * 7_919 + 3
    sieve = Sieve(expected)
    for part in np.array_split(keys, 7):
        sieve.add(part)
    assert (sieve.count(keys) > 1).mean() < 0.25


def test_a_key_that_never_came_is_mostly_not_kept() -> None:
    sieve = Sieve(10_000)
    sieve.add(np.repeat(np.arange(1_000, dtype=np.int64), 300))
    assert (sieve.count(np.arange(1_000, dtype=np.int64)) == MOST).all()
    assert (sieve.count(np.arange(10**9, 10**9 + 10_000, dtype=np.int64)) > 1).mean() < 0.05


def test_its_table_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_BITS", 12)
    sieve = Sieve(10**12)
    assert sieve._seen.nbytes == 2**12
    sieve.add(make_keys([5, 5]))
    assert sieve.count(make_keys([5])).tolist() == [2]
