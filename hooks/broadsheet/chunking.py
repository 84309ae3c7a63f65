"""Chunking: the words of a search index cut anew, so that a search loads little beside what it looks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from broadsheet.cbor import open_array

MOST = 24_000
"""Bytes of a chunk before it is compressed to less than half. Half of it would save readers little more, as each chunk
has a line in a list that all of them load."""

_LEAST_PREFIX, _MOST_PREFIX = 3, 12
# Whole numbers, negative ones too, and the beginnings of arrays.
_NUMBERS = re.compile(
    rb"(?:[\x00-\x17\x20-\x37\x80-\x97]|[\x18\x38\x98].|[\x19\x39\x99]..|[\x1a\x3a\x9a].{4})*+", re.DOTALL
)
_LENGTHS = {24: 1, 25: 2, 26: 4}
_ENTRY, _VARIANT, _TEXT = 0x83, 0x82, 3
_UNKNOWN = "a chunk of the index is not written as expected"
_OPENING = open_array(1)
_Word = tuple[str, bytes]
_Group = tuple[str, list[_Word]]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an index: all words that begin with one of some neighbouring beginnings."""

    first: str
    last: str
    """The first and the last of these beginnings, by which Pagefind finds the chunk of a word."""
    data: bytes


def cut_words(chunks: Iterable[bytes]) -> list[Chunk]:
    """The same words in other chunks.

    Pagefind fills a chunk until it is rather large, wherever that cuts the words, and looks for a word in the chunks of
    its stem and of each other form; what a reader loads for two words may be a hundred kilobytes. Here a chunk is a
    third of that, and words that begin alike stand together, as Pagefind also finds longer words than it was given.

    Raises:
        ValueError: where they are not written as expected.

    """
    words = sorted(word for data in chunks for word in _read_words(data))
    return [_make_chunk(groups) for groups in _cut(words, _LEAST_PREFIX)]


def _make_chunk(groups: Sequence[_Group]) -> Chunk:
    entries = [data for _, words in groups for _, data in words]
    return Chunk(groups[0][0], groups[-1][0], b"".join([_OPENING, open_array(len(entries)), *entries]))


def _cut(words: Iterable[_Word], length: int) -> Iterator[list[_Group]]:
    """Neighbouring groups of words with the same beginning; a group too large for one chunk is cut by longer ones."""
    part: list[_Group] = []
    filled = 0
    for prefix, found in groupby(words, key=lambda word: word[0][:length]):
        group = list(found)
        size = sum(len(data) for _, data in group)
        large = size > MOST and len(group) > 1 and length < _MOST_PREFIX
        if part and (large or filled + size > MOST):
            yield part
            part, filled = [], 0
        if large:
            yield from _cut(group, length + 1)
        else:
            part.append((prefix, group))
            filled += size
    if part:
        yield part


def _read_words(data: bytes) -> list[_Word]:
    """Each word of a chunk with its bytes: a text, its places, and its other spellings with theirs."""
    marks: list[tuple[str, int]] = []
    try:
        count, place = _read_length(data, 1)
        while (text := _skip_numbers(data, place)) < len(data):
            length, begin = _read_length(data, text)
            place = begin + length
            if place > len(data) or data[text] >> 5 != _TEXT or data[text - 1] not in {_ENTRY, _VARIANT}:
                raise ValueError(_UNKNOWN)
            if data[text - 1] == _ENTRY:
                marks.append((data[begin:place].decode(), text - 1))
    except (IndexError, KeyError):
        raise ValueError(_UNKNOWN) from None
    if data[:1] != _OPENING or len(marks) != count:
        raise ValueError(_UNKNOWN)
    starts = [start for _, start in marks] + [len(data)]
    return [(word, data[start:end]) for (word, start), end in zip(marks, starts[1:], strict=True)]


def _skip_numbers(data: bytes, place: int) -> int:
    found = _NUMBERS.match(data, place)
    return found.end() if found else place


def _read_length(data: bytes, place: int) -> tuple[int, int]:
    number = data[place] % 32
    if number < 24:
        return number, place + 1
    end = place + 1 + _LENGTHS[number]
    return int.from_bytes(data[place + 1 : end], "big"), end
