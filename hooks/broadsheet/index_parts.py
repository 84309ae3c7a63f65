"""Index parts: a search index made in parts that follow one another in time, so that an edit makes one of them anew.

It is Pagefind that makes each. That takes it some 200 KB of memory a record, so of a large archive a part is all that
it is given at a time.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast

from broadsheet.cbor import Value, read_cbor, write_cbor
from broadsheet.postings import Word, read_words
from broadsheet.records import Record

LEAST = 500
"""A part has so many records, unless there are fewer; at most twice as many and those of one month."""

MOST_PARTS = 32
"""Of an archive that would have more parts than these they are twice as large, or four times, or more: to put parts
together takes time for each."""

ENTRY = "pagefind-entry.json"
"""The file that a search loads first, and all else by the names in it."""

_MARK = b"pagefind_dcd"
_PROGRAM = re.compile(r"pagefind\.js|wasm\.[\w-]+\.pagefind")
_FRAGMENT = re.compile(r"fragment/([\w-]+)\.pf_fragment")
_Names = list[list[str]]
Filter = tuple[str, tuple[tuple[str, tuple[int, ...]], ...]]
"""A filter's name, and its values with the numbers of their pages."""


@dataclass(frozen=True, slots=True)
class IndexPart:
    """What Pagefind has made of some records, taken apart."""

    entry: str
    """What its entry file says, JSON."""
    version: str
    """Of the form of its lists."""
    pages: tuple[tuple[str, int], ...]
    """Of each record the name of its fragment, and how many words it has; its place is its number."""
    words: tuple[Word, ...]
    filters: tuple[Filter, ...]
    orders: tuple[tuple[str, tuple[int, ...]], ...]
    """By name: the numbers of the pages in an order that results can have."""
    fields: tuple[str, ...]
    fragments: Mapping[str, bytes]
    """What is shown of each record, by name, compressed."""
    program: Mapping[str, bytes]
    """What a browser searches with, by the names of files; the same for all parts."""
    dated: bool = True
    """Whether its records have dates."""


def sort_records(records: Sequence[Record]) -> list[Record]:
    """The records in the order in which they are numbered: by time, those without a date behind the others."""
    return sorted(records, key=lambda record: (not record.day, record.at, record.url))


def cut_records(records: Sequence[Record]) -> list[list[Record]]:
    """Records with dates in parts that follow one another in time, each of whole months.

    So an article more or less changes the part of its month, and most often no other.
    """
    least = LEAST
    while len(records) > least * MOST_PARTS:
        least *= 2
    parts: list[list[Record]] = [[]]
    left = len(records)
    for _, found in groupby(sort_records(records), key=lambda record: record.at[:7]):
        if len(parts[-1]) >= least and left >= least:
            parts.append([])
        parts[-1] += found
        left = len(records) - sum(map(len, parts))
    return [part for part in parts if part]


def read_part(files: Mapping[str, bytes], *, dated: bool = True) -> IndexPart:
    """Take an index apart that Pagefind has made of records with or without dates, given as its files by path.

    Raises:
        ValueError: where it is not written as expected, by a later Pagefind perhaps.

    """
    try:
        entry = files[ENTRY].decode()
        (language,) = json.loads(entry)["languages"].values()
        version, pages, chunks, filters, orders, fields = _read(files[f"pagefind.{language['hash']}.pf_meta"])
        listed = [files[f"index/{one[2]}.pf_index"] for one in cast("_Names", chunks)]
        contents = [_read(files[f"filter/{one[1]}.pf_filter"]) for one in cast("_Names", filters)]
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"the index is not written as expected: {error}") from None
    return IndexPart(
        entry,
        str(version),
        tuple((str(name), int(count)) for name, count in cast("list[tuple[str, int]]", pages)),
        tuple(word for data in listed for word in read_words(unpack(data))),
        tuple((str(name), _read_values(values)) for name, values in contents),
        tuple((str(name), tuple(numbers)) for name, numbers in cast("list[tuple[str, list[int]]]", orders)),
        tuple(cast("list[str]", fields)),
        {found[1]: data for path, data in files.items() if (found := _FRAGMENT.fullmatch(path))},
        {path: data for path, data in files.items() if _PROGRAM.fullmatch(path)},
        dated,
    )


def _read_values(values: Value) -> tuple[tuple[str, tuple[int, ...]], ...]:
    listed = cast("list[tuple[str, list[int]]]", values)
    return tuple((str(value), tuple(numbers)) for value, numbers in listed)


def _read(data: bytes) -> list[Value]:
    plain = unpack(data)
    value = read_cbor(plain)
    if not isinstance(value, list) or write_cbor(value) != plain:
        raise ValueError("a list of the index is not written as expected")
    return value


def unpack(data: bytes) -> bytes:
    """What is in one of Pagefind's files."""
    return gzip.decompress(data).removeprefix(_MARK)


def wrap(data: bytes) -> bytes:
    """One of Pagefind's files, of what is in it."""
    return gzip.compress(_MARK + data, mtime=0)
