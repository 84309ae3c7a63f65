"""Chunking: no word is lost, each is where Pagefind looks for it, and beside it is little else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from unittest import mock

from broadsheet import chunking
from broadsheet.cbor import open_array, write_cbor
from broadsheet.chunking import MOST, Chunk, cut_words
from hypothesis import given
from hypothesis import strategies as st

WORDS = st.text("abcé’東", min_size=1, max_size=7)
# The places of a word: numbers of every length, negative ones too, some of whose bytes look like something else.
NUMBERS = st.sampled_from(
    [b"\x00", b"\x17", b"\x37", b"\x18\x83", b"\x38\x63", b"\x19\x82\x61", b"\x1a\x81\x83\x61\x62"]
)


def write_entry(word: str, numbers: Sequence[bytes], *variants: str) -> bytes:
    places = open_array(1) + open_array(len(numbers)) + b"".join(numbers)
    spellings = b"".join(open_array(2) + write_cbor(one) + places for one in variants)
    return open_array(3) + write_cbor(word) + places + open_array(len(variants)) + spellings


def write_chunk(entries: Iterable[bytes]) -> bytes:
    listed = list(entries)
    return b"".join([open_array(1), open_array(len(listed)), *listed])


def find_chunks(chunks: Iterable[Chunk], term: str) -> list[Chunk]:
    """Those that Pagefind 1.5 loads for a word, as `request_indexes` of its pagefind_web has it."""
    listed = list(chunks)
    strict = [one for one in listed if one.first <= term <= one.last]
    loose = [
        one
        for one in listed
        if term[: len(one.first)] >= one.first[: len(term)] and term[: len(one.last)] <= one.last[: len(term)]
    ]
    return strict or loose


@st.composite
def indexes(draw: st.DrawFn) -> dict[str, bytes]:
    return {
        word: write_entry(word, draw(st.lists(NUMBERS, max_size=40)), *draw(st.lists(WORDS, max_size=2)))
        for word in draw(st.sets(WORDS, min_size=1, max_size=40))
    }


@given(indexes(), st.sampled_from([1, 60, 300, MOST]))
def test_every_word_is_kept_as_it_is_and_found_where_pagefind_looks(words: Mapping[str, bytes], most: int) -> None:
    with mock.patch.object(chunking, "MOST", most):
        chunks = cut_words([*words.items()][::-1])
    assert all(one.last < other.first for one, other in pairwise(chunks))
    for word, entry in words.items():
        assert [chunk for chunk in find_chunks(chunks, word) if entry in chunk.data]
    with mock.patch.object(chunking, "MOST", 2**30):
        assert [one.data for one in cut_words(words.items())] == [write_chunk(words[word] for word in sorted(words))]


@given(indexes())
def test_words_that_begin_alike_stand_together_so_that_a_beginning_finds_them(words: Mapping[str, bytes]) -> None:
    sizes: Counter[str] = Counter()
    for word, entry in words.items():
        sizes[word[:3]] += len(entry)
    with mock.patch.object(chunking, "MOST", max(sizes.values())):
        chunks = cut_words(words.items())
    for word in words:
        loaded = b"".join(chunk.data for chunk in find_chunks(chunks, word[:3]))
        assert [one for one in words if one[:3] == word[:3] and words[one] not in loaded] == []


def test_a_chunk_holds_no_more_than_it_is_to_unless_one_word_does() -> None:
    names = [
        f"{first}{second}{third}{more}" for first in "abc" for second in "xyz" for third in "uvw" for more in "12345"
    ]
    entries = {name: write_entry(name, [b"\x05"] * (3_000 if name != "axu1" else 40_000)) for name in names}
    chunks = cut_words(entries.items())
    large = [chunk for chunk in chunks if len(chunk.data) > MOST + 10]
    assert [(chunk.first, chunk.last, len(chunk.data) > 40_000) for chunk in large] == [("axu1", "axu1", True)]
    assert len(chunks) < sum(map(len, entries.values())) / MOST * 2
