"""Part making: the parts of a search index made by Pagefind, unless they were made before, and put together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from broadsheet.file_store import FileStore
from broadsheet.index_parts import IndexPart, cut_records, read_part, sort_records, wrap
from broadsheet.merging import merge_parts
from broadsheet.packing import UnpackingError, pack, unpack
from broadsheet.pagefind_program import PagefindProgram, find_version
from broadsheet.records import Record, digest

_FORM = 1
"""Counted up when the engine keeps another part of the same records."""

_NEEDED = re.compile(r"pagefind\.js|pagefind-entry\.json|wasm\..+\.pagefind|.+\.pf_\w+")


@dataclass(frozen=True, slots=True)
class Named:
    """Files that are named after what is in them, made only where some of them are not there yet.

    They are what a search shows of the records of one part, or a list.
    """

    names: Mapping[str, str]
    """By path in the index: the name for `read`."""
    read: Callable[[], Mapping[str, bytes]]
    """Gives the bytes by that name."""


class PartMaker:
    """Makes one index."""

    def __init__(self, store: FileStore, program: PagefindProgram, language: str) -> None:
        """Take where parts are kept, what makes them, and by which language's rules words are reduced."""
        self._store = store
        self._program = program
        self._language = language
        self._parts: dict[str, list[Record]] = {}
        """The records of each part by the name under which it is kept, in the order of parts."""
        self.rest: Sequence[Record] = ()
        """What had to be waited for."""

    def make(
        self, records: Sequence[Record], wait: Callable[[], Sequence[Record]] | None
    ) -> tuple[dict[str, bytes], list[Named]]:
        """The files of an index by path, and those that are named after what is in them.

        Args:
            records: what is known.
            wait: gives the rest, without dates; asked once all else is made.

        Raises:
            IndexingError: when Pagefind cannot make it.

        """
        parts = self._list_parts(records, wait)
        try:
            merged = merge_parts(map(self._load, parts))
        except ValueError:
            # There is no record, or a later Pagefind writes its files otherwise: then they are left as they are.
            list(parts)
            with self._program as program:
                files = program.make_index(sort_records([*records, *self.rest]), self._language)
            return {path: data for path, data in files.items() if _NEEDED.fullmatch(path)}, []
        shown = [
            Named({f"fragment/{new}.pf_fragment": old for old, new in names.items()}, _Reader(self, name))
            for name, names in zip(self._parts, merged.fragments, strict=True)
        ]
        lists = [Named({path: path}, partial(_wrap, path, data)) for path, data in merged.lists.items()]
        return dict(merged.files), [*shown, *lists]

    def prune(self) -> None:
        """Let go of parts that are in this index no more."""
        self._store.prune(self._parts)

    def close(self) -> None:
        """Let go of what is kept for this index alone."""
        self._store.close()

    def _list_parts(self, records: Sequence[Record], wait: Callable[[], Sequence[Record]] | None) -> Iterator[str]:
        for part in cut_records([record for record in records if record.day]):
            yield self._enter(part)
        if wait is not None:
            self.rest = wait()
        undated = sort_records([record for record in (*records, *self.rest) if not record.day])
        if undated:
            yield self._enter(undated)

    def _enter(self, records: list[Record]) -> str:
        name = f"{digest(records, f'{self._language} {find_version()} {_FORM}')[:32]}.part"
        self._parts[name] = records
        return name

    def _load(self, name: str) -> IndexPart:
        records = self._parts[name]
        data = self._store.load(name)
        if data is not None:
            try:
                known = unpack(data)
            except UnpackingError:
                known = None
            if isinstance(known, IndexPart):
                return known
        with self._program as program:
            files = program.make_index(records, self._language)
        part = read_part(files, dated=bool(records[0].day))
        self._store.save(name, pack(part))
        return part


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads what is shown of a part's records."""

    maker: PartMaker
    name: str

    def __call__(self) -> Mapping[str, bytes]:
        return self.maker._load(self.name).fragments


def _wrap(path: str, data: bytes) -> Mapping[str, bytes]:
    return {path: wrap(data)}
