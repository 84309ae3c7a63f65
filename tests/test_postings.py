"""Postings: what Pagefind has written is read without a loss, and parts of it join to what it writes of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import pytest
from broadsheet.cbor import open_array, write_cbor
from broadsheet.postings import join_word, read_words
from hypothesis import given
from hypothesis import strategies as st

Pages = Mapping[int, tuple[Sequence[int], Sequence[int]]]
"""By number: the places in the text and in the fields."""

PLACES = st.lists(st.sampled_from([0, 5, 23, 24, 255, 256, 70_000, -1, -24, -25, -256, -257]), max_size=6)
PAGES = st.dictionaries(st.sampled_from([0, 1, 2, 23, 24, 50, 300, 400, 90_000]), st.tuples(PLACES, PLACES))
ENTRIES = st.tuples(PAGES, st.dictionaries(st.text("aéß", min_size=1, max_size=3), PAGES, max_size=4))
INDEXES = st.dictionaries(st.text("abc", min_size=1, max_size=4), ENTRIES, max_size=8)


def write_number(number: int) -> bytes:
    if number >= 0:
        return write_cbor(number)
    # A negative number has the bytes of -1 - n, of another kind.
    plain = write_cbor(-1 - number)
    return bytes([plain[0] | 0x20]) + plain[1:]


def write_pages(pages: Pages) -> bytes:
    written, before = [open_array(len(pages))], 0
    for number, both in sorted(pages.items()):
        written += [open_array(3), write_number(number - before)]
        for places in both:
            written += [open_array(len(places)), *map(write_number, places)]
        before = number
    return b"".join(written)


def write_entry(word: str, pages: Pages, forms: Mapping[str, Pages]) -> bytes:
    more = [open_array(2) + write_cbor(form) + write_pages(some) for form, some in sorted(forms.items())]
    return b"".join([open_array(3), write_cbor(word), write_pages(pages), open_array(len(more)), *more])


def write_chunk(entries: Sequence[bytes]) -> bytes:
    return b"".join([open_array(1), open_array(len(entries)), *entries])


@given(INDEXES)
def test_what_is_read_is_written_again_as_it_was(index: Mapping[str, tuple[Pages, Mapping[str, Pages]]]) -> None:
    entries = [write_entry(word, *about) for word, about in sorted(index.items())]
    words = read_words(write_chunk(entries))
    assert [word[0] for word in words] == sorted(index)
    assert [join_word([(0, word)]) for word in words] == entries


@given(ENTRIES, st.sets(st.sampled_from([1, 2, 24, 51, 400])))
def test_parts_join_to_the_whole(entry: tuple[Pages, Mapping[str, Pages]], cuts: set[int]) -> None:
    pages, forms = entry
    bounds = [0, *sorted(cuts), 2**20]
    parts = []
    for start, end in pairwise(bounds):

        def cut(some: Pages, start: int = start, end: int = end) -> Pages:
            return {number - start: places for number, places in some.items() if start <= number < end}

        own = {form: found for form, some in forms.items() if (found := cut(some))}
        (word,) = read_words(write_chunk([write_entry("word", cut(pages), own)]))
        parts.append((start, word))
    whole = {form: some for form, some in forms.items() if some}
    assert join_word(parts) == write_entry("word", pages, whole)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x81",
        b"\x82\x80\x80",
        b"\x81\x81\x83\xf6\x80\x80",
        b"\x81\x82\x83\x61\x61\x80\x80",
        b"\x81\x81\x84\x61\x61\x80\x80\x80",
        b"\x81\x81\x83\x65\x61",
        b"\x81\x81\x83\x61\x61\x82\x83\x01\x80\x80\x80",
        b"\x81\x9f\xff",
        b"\x81\x81\x83\x61\xff\x80\x80",
    ],
)
def test_what_is_written_otherwise_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not written as expected|can't decode"):
        read_words(data)
