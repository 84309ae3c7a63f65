"""Part making: Pagefind makes what has changed, and nothing else; what is damaged or foreign is made again."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from broadsheet import index_parts
from broadsheet.file_store import INDEX_PARTS, FileStore
from broadsheet.packing import digest, pack
from broadsheet.pagefind_program import PagefindProgram
from broadsheet.part_making import PartMaker
from broadsheet.records import Record

RECORDS = [
    Record(f"{month}/{number}/", "Note", f"Words of {month}.", day=f"2026-{month:02}-01", at=f"2026-{month:02}-01")
    for month in range(1, 7)
    for number in range(3)
]
PAGES = [Record("about/", "About", "We print.")]


class Counting(PagefindProgram):
    """Pagefind, which notes what it was asked to make."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[list[str]] = []

    def make_index(self, records: Iterable[Record], language: str) -> dict[str, bytes]:
        listed = list(records)
        self.made.append([record.url for record in listed])
        return super().make_index(listed, language)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_parts, "LEAST", 6)


def make(records: list[Record], cache: Path | None, language: str = "en") -> tuple[list[list[str]], dict[str, bytes]]:
    """What Pagefind was asked to make, and all files."""
    program = Counting()
    maker = PartMaker(FileStore(cache, INDEX_PARTS), program, language)
    files, named = maker.make(records, lambda: PAGES)
    for part in named:
        found = part.read()
        files |= {path: found[name] for path, name in part.names.items()}
    maker.prune()
    maker.close()
    return program.made, files


def test_of_an_edited_article_its_part_is_made_and_no_other(tmp_path: Path) -> None:
    made, first = make(RECORDS, tmp_path)
    assert [len(part) for part in made] == [6, 6, 6, 1]
    assert make(RECORDS[::-1], tmp_path) == ([], first)
    edited = [*RECORDS[:7], Record(RECORDS[7].url, "Note", "Other words.", day=RECORDS[7].day, at=RECORDS[7].at)]
    made, second = make([*edited, *RECORDS[8:]], tmp_path)
    assert [len(part) for part in made] == [6]
    assert edited[7].url in made[0]
    assert second == make([*edited, *RECORDS[8:]], None)[1]
    # The fragments of all others are what they were.
    shown = [{path for path in files if path.startswith("fragment/")} for files in (first, second)]
    assert len(shown[0] & shown[1]) == len(RECORDS)


def test_another_language_has_parts_of_its_own(tmp_path: Path) -> None:
    make(RECORDS, tmp_path)
    assert len(make(RECORDS, tmp_path, "de")[0]) == 4


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-1],
        lambda data: b"",
        lambda data: digest(b"x") + b"x",
        # Whole, and not what it is taken for.
        lambda data: digest(pack("a text")) + pack("a text"),
        lambda data: digest(pickle.dumps(print)) + pickle.dumps(print),
    ],
)
def test_a_damaged_or_foreign_part_is_made_again(spoil: Callable[[bytes], bytes], tmp_path: Path) -> None:
    _, files = make(RECORDS, tmp_path)
    for path in (tmp_path / "search").iterdir():
        path.write_bytes(spoil(path.read_bytes()))
    made, again = make(RECORDS, tmp_path)
    assert (len(made), again) == (4, files)


def test_without_a_cache_nothing_is_kept(tmp_path: Path) -> None:
    assert len(make(RECORDS, None)[0]) == 4
    assert len(make(RECORDS, None)[0]) == 4
    assert list(tmp_path.iterdir()) == []


def test_lists_that_are_written_otherwise_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ValueError("a later Pagefind")

    monkeypatch.setattr("broadsheet.part_making.read_part", refuse)
    made, files = make(RECORDS, None)
    assert sorted(made[-1]) == sorted(record.url for record in (*RECORDS, *PAGES))
    # What readers need, and no more.
    assert {path.partition("/")[0].partition(".")[0] for path in files} == {
        *("pagefind", "pagefind-entry", "wasm", "fragment", "index", "filter")
    }
