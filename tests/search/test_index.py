"""Search index: Pagefind makes bundles from records; they are kept from build to build and put into the site."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import broadsheet.search.index
import broadsheet.search.pagefind
import pytest
from broadsheet.search.bundle_store import BundleStore, write_bundle
from broadsheet.search.index import SearchIndex, group_records, serialize_record
from broadsheet.search.pagefind import IndexingError, PagefindProgram
from broadsheet.search.records import Record
from sites import read_tree, unpack

PAGES = [Record("about/", "About us", "We print."), Record("contact/", "Contact", "Write.")]


def make_record(number: int, day: str, **fields: object) -> Record:
    """The record of an article of that day."""
    at = f"{day}T00:00:00+00:00"
    topics, authors = (f"Topic {number % 7}", "World"), (f"Author {number % 5}", f"Author {number % 3}")
    record = Record(
        f"{day[:4]}/note-{number}/", f"Note {number}", f"Words number{number}.", "", topics, authors, day, at
    )
    return replace(record, **fields)  # type: ignore[arg-type]


RECORDS = [make_record(number, f"{2022 + number // 10}-03-{1 + number % 10:02}") for number in range(40)]
"""Ten articles in each of four years."""


@pytest.fixture(autouse=True)
def check_temporary_files(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test a directory for temporary files, which must be empty after the test."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


@pytest.fixture(autouse=True)
def limit_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limit bundles to twenty records: two years."""
    monkeypatch.setattr(broadsheet.search.index, "MAX_RECORDS", 20)


def make_index(
    folder: Path,
    articles: Sequence[Record] = RECORDS,
    pages: Sequence[Record] = PAGES,
    *,
    early: bool = True,
    cache: str = "cache",
) -> SearchIndex:
    """Make an index in the site of a folder, as a build does."""
    index = SearchIndex(BundleStore(folder / cache), "en")
    index.begin(articles, early=early)
    index.finish(pages)
    index.place(folder / "site")
    return index


def find_texts(site: Path) -> dict[str, str]:
    """Return the text of each record in an index by URL."""
    files = read_tree(site)
    fragments = [json.loads(unpack(path, data)) for path, data in files.items() if path.endswith(".pf_fragment")]
    return {fragment["url"].removeprefix("/"): fragment["content"] for fragment in fragments}


def read_times(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (folder / "cache/search").iterdir()}


def group_sizes(records: Sequence[Record]) -> dict[str, int]:
    return {name: len(group) for name, group in group_records(records)}


def test_an_index_takes_what_an_earlier_one_of_the_same_records_consisted_of(tmp_path: Path) -> None:
    contents = make_index(tmp_path).contents
    again = SearchIndex(BundleStore(tmp_path / "cache"), "en")
    assert again.take(contents)
    again.place(tmp_path / "again")
    assert read_tree(tmp_path / "again") == read_tree(tmp_path / "site")
    # A file that was changed since is in no site: the bundle has to be made again.
    bundle = tmp_path / "cache/search" / contents.bundles[-1].name
    next(bundle.glob("*.pf_meta")).write_bytes(b"")
    other = SearchIndex(BundleStore(tmp_path / "cache"), "en")
    assert not other.take(contents)
    other.stop()


def test_bundles_are_filled_with_whole_years_from_the_oldest_on() -> None:
    assert group_sizes(RECORDS[:20]) == {"2022_2023": 20}
    assert group_sizes(RECORDS) == {"2022_2023": 20, "2024_2025": 20}
    # An article more changes the last of them.
    assert group_sizes([*RECORDS, make_record(99, "2025-04-01")]) == {
        "2022_2023": 20,
        "2024_2024": 10,
        "2025_2025": 11,
    }
    assert group_records([]) == []


def test_a_year_with_too_many_records_is_divided_into_months() -> None:
    year = [make_record(number, f"2024-{1 + number % 6:02}-01") for number in range(48)]
    assert group_sizes([*RECORDS[:10], *year]) == {
        "2022_2024-01": 18,
        "2024-02_2024-03": 16,
        "2024-04_2024-05": 16,
        "2024-06_2024-06": 8,
    }
    month = [make_record(number, "2024-01-01") for number in range(48)]
    assert group_sizes(month) == {"2024-01_2024-01": 48}


def test_a_very_large_archive_has_larger_bundles_not_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadsheet.search.index, "MAX_BUNDLES", 2)
    many = [make_record(number, f"{1990 + number // 15}-01-01") for number in range(90)]
    assert group_sizes(many) == {"1990_1994": 75, "1995_1995": 15}


def test_articles_of_new_years_eve_are_in_the_year_of_their_instant() -> None:
    # Late on 31 December in New York is the next year in UTC, by which results are sorted.
    late = make_record(1, "2023-12-31", at="2024-01-01T03:00:00+00:00")
    groups = dict(group_records([*RECORDS, late]))
    assert [name for name, records in groups.items() if late in records] == ["2024_2024"]


def test_the_same_records_give_the_same_files(tmp_path: Path) -> None:
    trees = []
    for name, articles, pages, early in (
        ("one", RECORDS, PAGES, True),
        ("two", RECORDS[::-1], PAGES[::-1], False),
        ("three", RECORDS, PAGES, True),
    ):
        make_index(tmp_path / name, articles, pages, early=early)
        trees.append(read_tree(tmp_path / name / "site"))
    assert trees[1:] == trees[:1] * 2
    # What readers need, and no more.
    paths = [path.removeprefix("pagefind/").removeprefix("2022_2023/") for path in trees[0]]
    tops = {path.split("/")[0].partition(".")[0].partition("-")[0] for path in paths}
    assert tops == {"bundles", "facets", "fragment", "index", "pagefind", "wasm"}
    assert not [path for path in trees[0] if "-ui" in path or "worker" in path]


def test_a_small_newspaper_has_one_bundle_with_its_own_pages(tmp_path: Path) -> None:
    make_index(tmp_path, RECORDS[:20])
    assert set(find_texts(tmp_path / "site/pagefind")) == {record.url for record in (*RECORDS[:20], *PAGES)}
    assert not [path for path in (tmp_path / "site/pagefind").iterdir() if path.name.startswith("20")]
    make_index(tmp_path / "pages", [])
    assert set(find_texts(tmp_path / "pages/site/pagefind")) == {"about/", "contact/"}
    make_index(tmp_path / "none", [], [])
    assert find_texts(tmp_path / "none/site/pagefind") == {}


def test_an_edit_makes_its_own_bundle_again_and_no_other(tmp_path: Path) -> None:
    first = make_index(tmp_path)
    before = read_times(tmp_path)
    assert len(before) == 2
    edited = [replace(RECORDS[3], text="Zebra."), *RECORDS[:3], *RECORDS[4:]]
    second = make_index(tmp_path, edited)
    new_bundles = read_times(tmp_path).keys() - before.keys()
    assert new_bundles == {second.bundles[1].name}
    assert second.bundles[0] == first.bundles[0]
    assert find_texts(tmp_path / "site")[RECORDS[3].url] == "Zebra."
    # One of the site's own pages is in the newest.
    third = make_index(tmp_path, edited, [replace(PAGES[0], text="We publish."), PAGES[1]])
    assert third.bundles[1] == second.bundles[1]
    assert find_texts(tmp_path / "site")["about/"] == "We publish."


def test_where_nothing_has_changed_no_program_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_index(tmp_path)
    before = read_tree(tmp_path / "site")
    times = read_times(tmp_path)
    monkeypatch.setenv("PAGEFIND_BINARY_PATH", str(tmp_path / "none"))
    make_index(tmp_path, RECORDS[::-1])
    # A site that is made anew gets the same files, which are not written again.
    (tmp_path / "site").rename(tmp_path / "old")
    make_index(tmp_path)
    assert read_tree(tmp_path / "site") == before
    assert read_times(tmp_path) == times
    for path in before:
        assert (tmp_path / "site" / path).samefile(tmp_path / "old" / path) or path.endswith("bundles.json")


@pytest.mark.parametrize("number", [5, 35])
def test_a_withdrawn_article_is_gone_from_every_file(number: int, tmp_path: Path) -> None:
    make_index(tmp_path)
    gone = RECORDS[number]
    assert f"number{number}." in find_texts(tmp_path / "site")[gone.url]
    make_index(tmp_path, [record for record in RECORDS if record != gone])
    # Its word stands in the index, its address and text in what is shown.
    for path, data in read_tree(tmp_path / "site").items():
        assert f"number{number}".encode() not in unpack(path, data) or f"number{number}0".encode() in data, path
        assert gone.url.encode() not in unpack(path, data), path


def test_odd_records_are_taken_as_they_are(tmp_path: Path) -> None:
    odd = [
        Record("empty/", "A title alone", ""),
        Record("bare/", "", ""),
        Record("long/", "Headline " * 22, "word " * 20_000),
        Record(
            "tag/", "<script>alert(1)</script> & </title>", "<b>bold</b> &lt;i&gt; \x00 \ufeff ___PAGEFIND_ANCHOR___"
        ),
        Record("odd/", "Klingon", "tlhIngan", language="i-klingon", topics=("A, B: c", 'Quo"te'), authors=("O’Neil",)),
        Record("会谈/", "会谈", "你好世界 こんにちは العربية", language="zh-Hant"),
        Record("a b?c#d/", "An address", "Words."),
        Record("emoji/", "😀", "👩‍👩‍👧‍👦 ٣٤ ﬁ"),
    ]
    make_index(tmp_path, [], odd)
    texts = find_texts(tmp_path / "site")
    assert set(texts) == {record.url for record in odd}
    assert (texts["empty/"], texts["bare/"]) == ("A title alone", "bare/")
    facets = json.loads(next((tmp_path / "site/pagefind").glob("facets-*")).read_text(encoding="utf-8"))
    assert facets["topic"] == ["A, B: c", 'Quo"te']


def test_a_bundle_that_was_altered_is_made_again(tmp_path: Path) -> None:
    make_index(tmp_path)
    before = read_tree(tmp_path / "site")
    bundle = next((tmp_path / "cache/search").iterdir())
    # Whoever writes into a file of the site writes into that of the store.
    target = next((bundle / "fragment").iterdir())
    os.utime(target, (1, 1))
    (tmp_path / "site").rename(tmp_path / "old")
    make_index(tmp_path)
    assert read_tree(tmp_path / "site") == before
    assert target.stat().st_mtime != 1


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="every file may be anyone's")
def test_a_bundle_that_others_may_write_is_made_again(tmp_path: Path) -> None:
    make_index(tmp_path)
    bundle = next((tmp_path / "cache/search").iterdir())
    bundle.chmod(0o777)
    assert BundleStore(tmp_path / "cache").list_files(bundle.name) == []
    assert not bundle.exists()


def test_unused_bundles_are_removed_oldest_first(tmp_path: Path) -> None:
    store = BundleStore(tmp_path)
    names = [f"{number:016x}-{number:016x}" for number in range(4)]
    for number, name in enumerate(names):
        write_bundle(store.path / name, {"a": bytes(100)})
        os.utime(store.path / name, (number, number))
    size = sum(path.stat().st_size for path in (store.path / names[0]).iterdir())
    # The bundle of a killed build, a bundle that another build makes, and a directory of somebody else.
    for name in (f"{names[0]}.999999999", f"{names[0]}.{os.getpid()}", "notes"):
        (store.path / name).mkdir()
    store.prune({names[0]}, max_bytes=size)
    names_left = {path.name for path in store.path.iterdir()}
    assert names_left == {names[0], names[3], f"{names[0]}.{os.getpid()}", "notes"}


def test_without_a_cache_bundles_are_kept_for_one_run(tmp_path: Path) -> None:
    store = BundleStore(None)
    for _ in range(2):
        index = SearchIndex(store, "en")
        index.begin(RECORDS)
        index.finish(PAGES)
        index.place(tmp_path / "site")
    assert len(find_texts(tmp_path / "site")) == len(RECORDS) + len(PAGES)
    store.close()
    assert not store.path.exists()
    (tmp_path / "file").write_text("no directory", encoding="utf-8")
    second_store = BundleStore(tmp_path / "file")
    assert second_store.warning == "search: Not a directory: done without"
    second_store.close()


def write_program(folder: Path, code: str) -> str:
    """Write a program that replaces Pagefind; return its path."""
    path = folder / "program"
    path.write_text(f"#!{sys.executable}\n{code}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (None, "none does not run (No such file or directory): install Pagefind with 'make install'"),
        ("", "Pagefind ended before it was done: build again"),
        ("print('no base64,', flush=True)", "Pagefind ended before it was done"),
    ],
)
def test_a_failure_says_what_to_do_and_leaves_the_old_index(
    code: str | None, reason: str, early: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_index(tmp_path)
    before = read_tree(tmp_path / "site")
    program = str(tmp_path / "none") if code is None else write_program(tmp_path, code)
    monkeypatch.setenv("PAGEFIND_BINARY_PATH", program)
    with pytest.raises(IndexingError) as raised:
        make_index(tmp_path, [*RECORDS[1:-1], make_record(99, "2025-05-05")], early=early)
    assert "the search index cannot be made: " in str(raised.value)
    assert reason in str(raised.value)
    assert "'search: false' under extra.broadsheet" in str(raised.value)
    assert read_tree(tmp_path / "site") == before


def test_a_record_that_is_refused_is_named() -> None:
    record = serialize_record(RECORDS[0], "en", 0).replace(b'"content":"', b'"content":7,"x":"')
    with PagefindProgram() as program, pytest.raises(IndexingError) as raised:
        program.make_bundle([record])
    assert f"Pagefind does not take the record of /{RECORDS[0].url}: " in str(raised.value)


def test_a_program_that_hangs_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadsheet.search.pagefind, "_ANSWER_SECONDS", 0.1)
    monkeypatch.setenv("PAGEFIND_BINARY_PATH", write_program(tmp_path, "import time; time.sleep(600)"))
    with PagefindProgram() as program, pytest.raises(IndexingError) as raised:
        program.make_bundle([])
    assert "Pagefind has given no answer for 0 seconds: build again" in str(raised.value)


def test_a_full_disk_is_reported_and_leaves_nothing_half_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_disk(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", fill_disk)
        with pytest.raises(OSError, match="No space left on device"):
            write_bundle(tmp_path / "bundle", {"index/a": b"1"})
    assert list(tmp_path.iterdir()) == []
    make_index(tmp_path)
    before = read_tree(tmp_path / "site")
    index = SearchIndex(BundleStore(tmp_path / "cache"), "en")
    index.begin(RECORDS[1:])
    index.finish(PAGES)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", fill_disk)
        with pytest.raises(IndexingError) as raised:
            index.place(tmp_path / "site")
    assert "bundles.json' cannot be written (No space left on device): make room on that disk" in str(raised.value)
    assert read_tree(tmp_path / "site") == before
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["pagefind"]


def test_a_store_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    store = BundleStore(tmp_path)
    index = SearchIndex(store, "en")
    index.begin(RECORDS)
    store.path.rmdir()
    store.path.write_text("in the way", encoding="utf-8")
    index.finish(PAGES)
    with pytest.raises(IndexingError) as raised:
        index.place(tmp_path / "site")
    assert f"the search index cannot be made: '{store.path}" in str(raised.value)
    assert "cannot be written (" in str(raised.value)


def test_a_killed_helper_is_reported(tmp_path: Path) -> None:
    index = SearchIndex(BundleStore(tmp_path), "en")
    index.begin(RECORDS)
    assert index._process is not None
    index._process.kill()
    index.finish(PAGES)
    with pytest.raises(IndexingError) as raised:
        index.place(tmp_path / "site")
    assert str(raised.value).endswith("its process ended with code -9: build again")
    assert not (tmp_path / "site").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_pagefind_ends_when_the_build_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    program = write_program(
        tmp_path,
        f"import os, time; open({str(pid_file)!r} + '~', 'w').write(f'{{os.getpid()}} {{os.getppid()}}');"
        f"os.replace({str(pid_file)!r} + '~', {str(pid_file)!r}); time.sleep(600)",
    )
    code = f"""
import os, signal, time
from pathlib import Path
from broadsheet.search import BundleStore, Record, SearchIndex
index = SearchIndex(BundleStore(Path({str(tmp_path)!r})), "en")
index.begin([Record("2024/note/", "Note", "Words.", day="2024-01-01", at="2024-01-01T00:00:00+00:00")])
while not Path({str(pid_file)!r}).exists():
    time.sleep(0.01)
os.kill(os.getpid(), signal.SIGKILL)
"""
    settings = {"PYTHONPATH": os.pathsep.join(sys.path), "PAGEFIND_BINARY_PATH": program, "TMPDIR": str(tmp_path)}
    build = subprocess.run(
        [sys.executable, "-c", code], check=False, timeout=60, env={**os.environ, **settings}, capture_output=True
    )
    assert (build.returncode, build.stderr) == (-signal.SIGKILL, b"")
    end = time.monotonic() + 30
    for pid in pid_file.read_text(encoding="utf-8").split():
        while Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
            assert time.monotonic() < end, "it still runs without the build"
            time.sleep(0.05)


@pytest.mark.parametrize("finished", [True, False])
def test_a_stopped_index_leaves_no_trace(finished: bool, tmp_path: Path) -> None:
    index = SearchIndex(BundleStore(tmp_path / "cache"), "en")
    index.begin(RECORDS)
    process, work = index._process, index._work
    assert process is not None
    if finished:
        index.finish(PAGES)
    index.stop()
    assert process.wait() != 0
    assert not work.exists()
    if finished:
        with pytest.raises(IndexingError):
            index.place(tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_no_thread_is_started_in_the_process_of_the_build(tmp_path: Path) -> None:
    before = threading.active_count()
    index = SearchIndex(BundleStore(tmp_path / "cache"), "en", processes=2)
    index.begin(RECORDS)
    index.finish(PAGES)
    assert threading.active_count() == before
    index.place(tmp_path / "site")
    assert len(find_texts(tmp_path / "site")) == len(RECORDS) + len(PAGES)
