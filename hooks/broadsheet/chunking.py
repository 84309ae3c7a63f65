"""Chunking: the words of a search index cut anew, so that a search loads little beside what it looks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from broadsheet.cbor import open_array

MOST = 24_000
"""Bytes of a chunk before it is compressed to less than half. Half of it would save readers little more, as each chunk
has a line in a list that all of them load."""

_LEAST_PREFIX, _MOST_PREFIX = 3, 12
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


def cut_words(words: Iterable[tuple[str, bytes]]) -> list[Chunk]:
    """Words, each with its bytes (see `postings`), in chunks.

    Pagefind fills a chunk until it is rather large, wherever that cuts the words, and looks for a word in the chunks of
    its stem and of each other form; what a reader loads for two words may be a hundred kilobytes. Here a chunk is a
    third of that, and words that begin alike stand together, as Pagefind also finds longer words than it was given.
    """
    return [_make_chunk(groups) for groups in _cut(sorted(words), _LEAST_PREFIX)]


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
