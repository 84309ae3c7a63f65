"""Postings: the words of a search index with the pages that have them, read from Pagefind's chunks and joined again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from broadsheet.cbor import open_array, write_cbor

Posting = tuple[int, int, int, bytes]
"""How many pages have a word, the first and the last of their numbers, and what follows the number of the first."""
Word = tuple[str, Posting, tuple[tuple[str, Posting], ...]]
"""A word with its pages, and each other spelling of it with those that have that."""

_TEXT, _ARRAY = 3, 4
_LENGTHS = {24: 1, 25: 2, 26: 4}
_ENTRY, _VARIANT = b"\x83", b"\x82"
_UNKNOWN = "a chunk of the index is not written as expected"
_OPENING = open_array(1)
_NOWHERE: Posting = (0, 0, 0, b"")

# A page of a posting: how far its number is from that of the page before, then two arrays of whole numbers, the places
# in its text and in its fields. What begins an array begins no number, so that nobody need count.
_COUNT = rb"[\x00-\x17]|\x18.|\x19..|\x1a.{4}"
_NUMBERS = rb"(?:[\x80-\x97]|\x98.|\x99..|\x9a.{4})(?:[\x00-\x17\x20-\x37]|[\x18\x38].|[\x19\x39]..|[\x1a\x3a].{4})*+"
_PAGE = rb"\x83(" + _COUNT + rb")" + 2 * _NUMBERS
_EACH = re.compile(_PAGE, re.DOTALL)
_ALL = re.compile(b"(?:" + _PAGE + b")*+", re.DOTALL)


def read_words(data: bytes) -> list[Word]:
    """The words of a chunk. Cost: about 0.1 s a megabyte.

    Raises:
        ValueError: where it is not written as expected.

    """
    words: list[Word] = []
    try:
        count, place = _read_length(data, len(_OPENING), _ARRAY)
        for _ in range(count):
            text, place = _read_text(data, place, _ENTRY)
            posting, place = _read_posting(data, place)
            more, place = _read_length(data, place, _ARRAY)
            variants = []
            for _ in range(more):
                form, place = _read_text(data, place, _VARIANT)
                pages, place = _read_posting(data, place)
                variants.append((form, pages))
            words.append((text, posting, tuple(variants)))
    except (IndexError, KeyError):
        raise ValueError(_UNKNOWN) from None
    if data[: len(_OPENING)] != _OPENING or place != len(data):
        raise ValueError(_UNKNOWN)
    return words


def join_word(parts: Sequence[tuple[int, Word]]) -> bytes:
    """One word as Pagefind writes it, of what parts of an index know of it.

    Args:
        parts: each with the number that its first page has in the whole, ascending.

    """
    spellings: dict[str, list[tuple[int, Posting]]] = {}
    for offset, (_, _, variants) in parts:
        for form, posting in variants:
            spellings.setdefault(form, []).append((offset, posting))
    written = [_ENTRY, write_cbor(parts[0][1][0]), _join_postings([(offset, word[1]) for offset, word in parts])]
    written.append(open_array(len(spellings)))
    for form, postings in sorted(spellings.items()):
        written += [_VARIANT, write_cbor(form), _join_postings(postings)]
    return b"".join(written)


def _join_postings(parts: Sequence[tuple[int, Posting]]) -> bytes:
    pieces = [open_array(sum(posting[0] for _, posting in parts))]
    before = 0
    for offset, (count, first, last, data) in parts:
        if count:
            pieces += [_ENTRY, write_cbor(offset + first - before), data]
            before = offset + last
    return b"".join(pieces)


def _read_posting(data: bytes, place: int) -> tuple[Posting, int]:
    count, place = _read_length(data, place, _ARRAY)
    found = _ALL.match(data, place)
    end = found.end() if found else place
    steps = _EACH.findall(data, place, end)
    if len(steps) != count:
        raise ValueError(_UNKNOWN)
    if not count:
        return _NOWHERE, place
    numbers = [step[0] if len(step) == 1 else int.from_bytes(step[1:], "big") for step in steps]
    return (count, numbers[0], sum(numbers), data[place + 1 + len(steps[0]) : end]), end


def _read_text(data: bytes, place: int, mark: bytes) -> tuple[str, int]:
    length, begin = _read_length(data, place + 1, _TEXT)
    end = begin + length
    if data[place : place + 1] != mark or end > len(data):
        raise ValueError(_UNKNOWN)
    return data[begin:end].decode(), end


def _read_length(data: bytes, place: int, kind: int) -> tuple[int, int]:
    found, number = divmod(data[place], 32)
    if found != kind:
        raise ValueError(_UNKNOWN)
    if number in _LENGTHS:
        end = place + 1 + _LENGTHS[number]
        return int.from_bytes(data[place + 1 : end], "big"), end
    if number > max(_LENGTHS):
        raise ValueError(_UNKNOWN)
    return number, place + 1
