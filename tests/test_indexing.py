"""Indexing: what Pagefind makes of records, always the same, and what happens where it cannot."""

from __future__ import annotations

import json
import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from broadsheet.cbor import read_cbor
from broadsheet.indexing import build_search_index, clear_workshops, is_current
from broadsheet.pagefind_program import IndexingError, PagefindProgram
from broadsheet.records import Record
from sites import read_tree, unpack

RECORDS = [
    Record(
        f"2026/01/note-{number}/",
        f"Note {number}",
        f"Words about number {number}.",
        topics=(f"Topic {number % 7}", "World"),
        authors=(f"Author {number % 5}", f"Author {number % 3}"),
        day=f"2026-01-{number + 1:02}",
        at=f"2026-01-{number + 1:02}T00:00:00+00:00",
    )
    for number in range(20)
]
ODD = [
    Record("empty/", "A title alone", ""),
    Record("bare/", "", ""),
    Record("long/", "Headline " * 22, "word " * 20_000),
    Record("tag/", "<script>alert(1)</script> & </title>", "<b>bold</b> &lt;i&gt; \x00 \ufeff ___PAGEFIND_ANCHOR___"),
    Record("odd/", "Klingon", "tlhIngan", language="i-klingon", topics=("A, B: c", 'Quo"te'), authors=("O’Neil",)),
    Record("会谈/", "会谈", "你好世界 こんにちは العربية", language="zh-Hant"),
    Record("a b?c#d/", "An address", "Words."),
    Record("emoji/", "😀", "👩‍👩‍👧‍👦 ٣٤ ﬁ"),
]


def fragments(site: Path) -> dict[str, dict[str, object]]:
    told = [json.loads(unpack(path, data)) for path, data in read_tree(site / "pagefind/fragment").items()]
    return {one["url"].removeprefix("/"): one for one in told}


def lists(site: Path) -> list[object]:
    """Pagefind's list of lists: version, pages, words, filters, orders, fields."""
    path = next((site / "pagefind").glob("*.pf_meta"))
    found = read_cbor(unpack(path.name, path.read_bytes()))
    assert isinstance(found, list)
    return found


def test_the_same_records_give_the_same_files_in_whatever_order(tmp_path: Path) -> None:
    sites = [tmp_path / name for name in ("one", "two", "three")]
    for site, records in zip(sites, (RECORDS, RECORDS[::-1], RECORDS), strict=True):
        assert build_search_index(records, site, "en")
    first, *others = [read_tree(site) for site in sites]
    assert others == [first, first]
    assert all(path.startswith("pagefind/") for path in first)
    # What readers need, and no more.
    tops = {path.split("/")[1].partition(".")[0] for path in first}
    assert tops == {"pagefind", "pagefind-entry", "wasm", "fragment", "index", "filter", "records", "common-words"}


def test_lists_are_in_order_and_files_named_after_what_is_in_them(tmp_path: Path) -> None:
    build_search_index(RECORDS, tmp_path, "en")
    filters = lists(tmp_path)[3]
    assert isinstance(filters, list)
    assert [name for name, _ in filters] == ["author", "topic", "year"]
    for name, file in filters:
        path = tmp_path / "pagefind" / "filter" / f"{file}.pf_filter"
        told, values = read_cbor(unpack(path.name, path.read_bytes()))
        assert told == name
        assert [value for value, _ in values] == sorted(value for value, _ in values)


def test_nothing_is_made_again_unless_a_record_has_changed(tmp_path: Path) -> None:
    assert build_search_index(RECORDS, tmp_path, "en")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert not build_search_index(RECORDS[::-1], tmp_path, "en")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert build_search_index([replace(RECORDS[0], text="Zebra."), *RECORDS[2:]], tmp_path, "en")
    found = fragments(tmp_path)
    assert found[RECORDS[0].url]["content"] == "Zebra."
    # Nothing stays of what is gone.
    assert RECORDS[1].url not in found
    assert len(found) == len(RECORDS) - 1
    assert build_search_index([], tmp_path, "en")
    assert fragments(tmp_path) == {}


def test_pages_may_come_later_than_articles_for_the_same_index(tmp_path: Path) -> None:
    pages = [Record("about/", "About us", "We print."), Record("contact/", "Contact", "Write.")]
    assert build_search_index([*pages, *RECORDS], tmp_path / "one", "en")
    assert build_search_index(RECORDS[::-1], tmp_path / "two", "en", wait_for_rest=lambda: pages[::-1])
    assert read_tree(tmp_path / "two") == read_tree(tmp_path / "one")
    assert is_current([*RECORDS, *pages], tmp_path / "two", "en")
    assert not is_current(RECORDS, tmp_path / "two", "en")
    assert is_current(RECORDS, tmp_path / "two", "en", dated=True)
    assert not is_current(RECORDS[1:], tmp_path / "two", "en", dated=True)
    assert not is_current(RECORDS, tmp_path / "two", "de", dated=True)
    assert not is_current(RECORDS, tmp_path / "three", "en", dated=True)


def test_nothing_is_in_place_before_all_is_known(tmp_path: Path) -> None:
    def tell() -> list[Record]:
        assert not (tmp_path / "pagefind").exists()
        return []

    assert build_search_index(RECORDS, tmp_path, "en", wait_for_rest=tell)


def test_odd_records_are_taken_as_they_are(tmp_path: Path) -> None:
    build_search_index(ODD, tmp_path, "en")
    found = fragments(tmp_path)
    assert set(found) == {record.url for record in ODD}
    assert found["empty/"]["content"] == "A title alone."[:-1]
    assert found["tag/"]["meta"] == {"title": "<script>alert(1)</script> & </title>", "date": "", "language": ""}
    assert str(found["tag/"]["content"]).startswith("<b>bold</b> &lt;i&gt;")
    assert found["odd/"]["filters"] == {"author": ["O’Neil"], "topic": ["A, B: c", 'Quo"te']}
    assert found["odd/"]["meta"] == {"title": "Klingon", "date": "", "language": "i-klingon"}
    assert len(str(found["long/"]["meta"])) > 190
    # In one index, whatever their languages.
    assert list(json.loads((tmp_path / "pagefind/pagefind-entry.json").read_text())["languages"]) == ["en"]


@pytest.mark.parametrize("language", ["en", "de", "pt-BR", "zh-TW", "xx"])
def test_any_language_of_a_theme_will_do(language: str, tmp_path: Path) -> None:
    build_search_index(RECORDS, tmp_path, language)
    told = json.loads((tmp_path / "pagefind/pagefind-entry.json").read_text())["languages"]
    assert [one["page_count"] for one in told.values()] == [len(RECORDS)]


def program(place: Path, code: str) -> str:
    path = place / "program"
    path.write_text(f"#!{sys.executable}\n{code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


ANSWER = """
import base64, json, sys, time
def answer(**payload):
    data = base64.b64encode(json.dumps({"message_id": 1, "payload": payload}).encode())
    sys.stdout.write(data.decode() + ","); sys.stdout.flush()
"""
FAILURES = {
    "import sys; sys.exit(1)": "Pagefind ended before it was done: install Pagefind",
    "print('hello,')": "Pagefind ended before it was done: install Pagefind",
    f"{ANSWER}\nanswer(type='Error', message='no room'); time.sleep(9)": "Pagefind does not take the record: no room",
}


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shebang")
@pytest.mark.parametrize("code", FAILURES)
def test_a_program_that_fails_leaves_the_old_index(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    build_search_index(RECORDS, site, "en")
    before = read_tree(site)
    monkeypatch.setenv("PAGEFIND_BINARY_PATH", program(tmp_path, code))
    with pytest.raises(IndexingError, match="no search index: ") as raised:
        build_search_index(RECORDS[1:], site, "en")
    assert FAILURES[code] in str(raised.value)
    assert read_tree(site) == before


def test_a_program_that_is_missing_is_told_with_how_to_mend_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEFIND_BINARY_PATH", str(tmp_path / "none"))
    with pytest.raises(IndexingError, match=r"none does not run \(No such file or directory\): install Pagefind with"):
        build_search_index(RECORDS, tmp_path, "en")
    monkeypatch.setitem(sys.modules, "pagefind.service", None)
    with pytest.raises(IndexingError, match="there is no Pagefind: install Pagefind with 'make install' or"):
        build_search_index(RECORDS, tmp_path, "en")


def test_a_program_that_was_stopped_does_not_start(tmp_path: Path) -> None:
    stopped = PagefindProgram()
    stopped.stop()
    with pytest.raises(IndexingError, match="stopped"):
        build_search_index(RECORDS, tmp_path, "en", stopped)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_has_left_is_swept_out(tmp_path: Path) -> None:
    (tmp_path / ".search-old" / "pagefind").mkdir(parents=True)
    build_search_index(RECORDS, tmp_path, "en")
    assert [path.name for path in tmp_path.iterdir()] == ["pagefind"]


def test_what_a_living_process_works_on_is_left_to_it(tmp_path: Path) -> None:
    (tmp_path / f".search-{os.getppid()}-x").mkdir()
    (tmp_path / ".search-999999999-x").mkdir()
    clear_workshops(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f".search-{os.getppid()}-x"]
