"""Site files: a site becomes what was made ready, whatever it was before, and what is the same is not touched."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from broadsheet.core.output_dir import (
    WrittenPage,
    find_unchanged_pages,
    is_process_alive,
    list_site_files,
    make_staging_dir,
    publish,
    record_pages,
)
from file_trees import OLD, Tree, write
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sites import read_tree


def clash(one: str, other: str) -> bool:
    """Whether one of two paths would have to be a directory for the other."""
    return one.startswith(f"{other}/") or other.startswith(f"{one}/")


@st.composite
def trees(draw: st.DrawFn, beside: Iterable[str] = ()) -> Tree:
    """Files with few names, so that those of two trees meet as files and as directories."""
    paths = st.lists(st.sampled_from(["a", "b", "c.html", "é"]), min_size=1, max_size=3).map("/".join)
    tree: dict[str, bytes] = {}
    for path in draw(st.lists(paths, max_size=8, unique=True)):
        if not any(clash(path, one) for one in (*tree, *beside)):
            tree[path] = draw(st.sampled_from([b"", b"one", b"two", b"three"]))
    return tree


def list_folders(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_dir()}


@contextmanager
def sites(old: Tree, new: Tree) -> Iterator[tuple[Path, Path]]:
    """A site, and what has been made ready beside it."""
    place = Path(tempfile.mkdtemp(prefix="site-files-"))
    try:
        site = place / "site"
        write(site, old)
        staging = make_staging_dir(site)
        write(staging, new)
        for path in new:
            os.utime(staging / path)
        yield staging, site
    finally:
        shutil.rmtree(place)


@settings(deadline=None)
@given(data=st.data(), old=trees())
@example(data=None, old={})
def test_a_site_becomes_what_was_made_ready_and_what_is_kept(data: st.DataObject | None, old: Tree) -> None:
    kept = data.draw(st.sets(st.sampled_from(sorted(old)))) if data and old else set()
    new = data.draw(trees(kept)) if data else {"a": b"one"}
    kept -= new.keys()
    wanted = {**{path: old[path] for path in kept}, **new}
    with sites(old, new) as (staging, site):
        site_files = list_site_files(site)
        written, _ = publish(staging, site, kept, site_files)
        assert read_tree(site) == wanted
        folders = {parent.as_posix() for path in wanted for parent in Path(path).parents} - {"."}
        assert list_folders(site) == folders, "no directory is left empty"
        same = {path for path in wanted if old.get(path) == wanted[path]}
        times = {path: (site / path).stat().st_mtime_ns for path in wanted}
        assert {path for path in wanted if times[path] == OLD} == same
        assert written == wanted.keys() - same - kept
        write(staging, new)
        assert publish(staging, site, kept, list_site_files(site))[0] == set()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"a/b": b"1"}, {"a": b"2"}),
        ({"a": b"1"}, {"a/b": b"2"}),
        ({"a/b/c": b"1", "a/d": b"1"}, {"a/b": b"2"}),
        ({"a/b": b"1"}, {"a/b/c": b"2"}),
        ({"a": b"1", "b/c": b"1"}, {"a/c": b"2", "b": b"2"}),
    ],
)
def test_a_file_can_become_a_directory_and_the_other_way_round(old: Tree, new: Tree) -> None:
    with sites(old, new) as (staging, site):
        publish(staging, site, (), list_site_files(site))
        assert read_tree(site) == new


def test_hidden_files_of_the_old_site_stay_and_those_of_the_new_come() -> None:
    old = {".git/config": b"mine", ".nojekyll": b"", "a/.hidden": b"old", "b": b"old"}
    with sites(old, {"b": b"new", ".well-known/security.txt": b"new"}) as (staging, site):
        publish(staging, site, (), list_site_files(site))
        left = {".git/config": b"mine", ".nojekyll": b"", "b": b"new"}
        assert read_tree(site) == {**left, ".well-known/security.txt": b"new"}


def test_directories_that_someone_else_looks_after_stay() -> None:
    with sites({"pagefind/index": b"1", "a/pagefind/b": b"2"}, {"c": b"3"}) as (staging, site):
        publish(staging, site, (), list_site_files(site, {"pagefind"}))
        assert read_tree(site) == {"pagefind/index": b"1", "c": b"3"}


def test_what_a_link_of_the_old_site_leads_to_is_left_alone() -> None:
    with sites({"a": b"1"}, {"linked/b": b"2", "page": b"3"}) as (staging, site):
        outside = site.parent / "outside"
        write(outside, {"b": b"mine", "page": b"mine"})
        (site / "linked").symlink_to(outside)
        (site / "page").symlink_to(outside / "page")
        (site / "stale").symlink_to(outside)
        publish(staging, site, (), list_site_files(site))
        assert read_tree(outside) == {"b": b"mine", "page": b"mine"}
        assert read_tree(site) == {"linked/b": b"2", "page": b"3"}
        assert not any(path.is_symlink() for path in site.rglob("*"))


def test_a_file_is_replaced_whole_so_that_whoever_reads_the_old_one_can_finish() -> None:
    with sites({"a": b"old" * 1_000}, {"a": b"new"}) as (staging, site):
        with (site / "a").open("rb") as reader:
            assert reader.read(3) == b"old"
            publish(staging, site, (), list_site_files(site))
            assert reader.read() == b"old" * 999
        assert (site / "a").read_bytes() == b"new"


def test_a_site_on_another_disk_is_published_too() -> None:
    other = Path("/dev/shm")  # noqa: S108 - the other disk that every Linux has
    if not other.is_dir() or other.stat().st_dev == Path(tempfile.gettempdir()).stat().st_dev:
        pytest.skip("no second disk")
    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory(dir=other) as there:
        site = Path(here) / "site"
        site.symlink_to(there)
        staging = make_staging_dir(site)
        write(staging, {"a/b": b"1"})
        publish(staging, site, (), list_site_files(site))
        shutil.rmtree(staging)
        assert read_tree(Path(there)) == {"a/b": b"1"}


# What is made ready beside the site.


def test_it_lies_beside_the_site_and_is_empty(tmp_path: Path) -> None:
    staging = make_staging_dir(tmp_path / "site")
    assert staging.parent == tmp_path
    write(staging, {"a": b"1"})
    assert make_staging_dir(tmp_path / "site") == staging
    assert list(staging.iterdir()) == []


def test_what_dead_processes_have_left_goes_and_that_of_living_ones_stays(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    living = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    try:
        for name in (ended.pid, living.pid, "x", ""):
            write(tmp_path, {f".site.part-{name}/a": b"1"})
        write(tmp_path, {f".other.part-{ended.pid}/a": b"1", "site.part-1/a": b"1"})
        staging = make_staging_dir(tmp_path / "site")
        alive = f".site.part-{living.pid}"
        assert {path.name for path in tmp_path.iterdir()} == {
            *(staging.name, alive, f".other.part-{ended.pid}", "site.part-1"),
        }
        assert read_tree(tmp_path / alive) == {"a": b"1"}
    finally:
        living.communicate()


@pytest.mark.parametrize("name", ["site", "[site]", "a*b", "site?", "out put", ".site"])
def test_what_was_left_goes_whatever_the_name_of_the_site(name: str, tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    write(tmp_path, {f".{name}.part-{ended.pid}/a": b"1"})
    staging = make_staging_dir(tmp_path / name)
    assert list(tmp_path.iterdir()) == [staging]


@pytest.fixture
def anybody() -> Iterator[None]:
    """Root is nobody for a while: it may write everywhere."""
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(65534)
    yield
    os.seteuid(mine)


@pytest.mark.usefixtures("anybody")
def test_where_nothing_may_be_made_beside_the_site_it_lies_inside_hidden() -> None:
    with tempfile.TemporaryDirectory() as name:
        site = Path(name) / "paper" / "site"
        write(site, {"a": b"1", "b": b"2"})
        site.parent.chmod(0o555)
        try:
            staging = make_staging_dir(site)
            assert staging.parent == site
            write(staging, {"a": b"3"})
            publish(staging, site, (), list_site_files(site))
            staging.rmdir()
            assert read_tree(site) == {"a": b"3"}
            site.chmod(0o555)
            with pytest.raises(PermissionError, match="cannot be written"):
                make_staging_dir(site)
        finally:
            for path in (site.parent, site):
                path.chmod(stat.S_IRWXU)


# What need not be printed.


@given(data=st.data())
def test_a_page_is_kept_while_it_would_come_out_the_same_and_nobody_has_touched_it(data: st.DataObject) -> None:
    few = st.sampled_from([1, 2])
    paths = ["a", "b", "c"]
    marks = st.sampled_from([b"x", b"y"])
    digests = data.draw(st.dictionaries(st.sampled_from(paths), marks))
    pages = data.draw(st.dictionaries(st.sampled_from(paths), st.builds(WrittenPage, marks, few, few)))
    site_files = data.draw(st.dictionaries(st.sampled_from(paths), st.tuples(few, few)))
    kept = find_unchanged_pages(digests, pages, site_files)
    for path in paths:
        known = pages.get(path, WrittenPage(b"", 0, 0))
        same = (
            path in digests and digests[path] == known.digest and site_files.get(path) == (known.size, known.modified)
        )
        assert (path in kept) == same


def test_what_was_noted_is_kept_by_the_next_build_unless_it_is_touched(tmp_path: Path) -> None:
    write(tmp_path, {"a": b"1", "b/c": b"2"})
    digests = {"a": b"x", "b/c": b"y", "gone": b"z"}
    recorded = record_pages(digests, {}, (), list_site_files(tmp_path))
    assert recorded.keys() == {"a", "b/c"}
    assert find_unchanged_pages(digests, recorded, list_site_files(tmp_path)) == {"a", "b/c"}
    assert record_pages(digests, recorded, {"a", "b/c"}, list_site_files(tmp_path)) == recorded
    assert find_unchanged_pages({**digests, "a": b"other"}, recorded, list_site_files(tmp_path)) == {"b/c"}
    (tmp_path / "b/c").write_bytes(b"3")
    assert find_unchanged_pages(digests, recorded, list_site_files(tmp_path)) == {"a"}
    (tmp_path / "a").unlink()
    assert find_unchanged_pages(digests, recorded, list_site_files(tmp_path)) == set()


def test_a_page_that_another_build_has_put_over_a_new_one_is_not_kept() -> None:
    with sites({}, {"p.html": b"new"}) as (staging, site):
        site_files = list_site_files(site)
        other = site.parent / "other"
        write(other, {"p.html": b"old"})
        _, states = publish(staging, site, (), site_files)
        publish(other, site, (), site_files)
        recorded = record_pages({"p.html": b"of the new"}, {}, (), states)
        assert find_unchanged_pages({"p.html": b"of the new"}, recorded, list_site_files(site)) == set()


def test_a_page_that_was_the_same_is_kept() -> None:
    with sites({"p.html": b"same"}, {"p.html": b"same"}) as (staging, site):
        written, states = publish(staging, site, (), list_site_files(site))
        assert (
            written,
            find_unchanged_pages(
                {"p.html": b"x"}, record_pages({"p.html": b"x"}, {}, (), states), list_site_files(site)
            ),
        ) == (
            set(),
            {"p.html"},
        )


def test_a_file_that_another_build_takes_away_meanwhile_is_put_back() -> None:
    with sites({"q.html": b"q00"}, {"p.html": b"p", "q.html": b"q12"}) as (staging, site):
        site_files = list_site_files(site)
        (site / "q.html").unlink()
        publish(staging, site, (), site_files)
        assert read_tree(site) == {"p.html": b"p", "q.html": b"q12"}


def test_a_site_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert list_site_files(tmp_path / "nowhere") == {}


def test_nobody_is_ended_to_find_out_whether_he_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_process_alive(str(os.getpid()))
    assert not is_process_alive("999999999")
    assert not is_process_alive("x")

    def end(*_: int) -> None:
        raise AssertionError("a signal was sent")

    monkeypatch.setattr("broadsheet.core.output_dir._KILL_ENDS_PROCESS", True)
    monkeypatch.setattr(os, "kill", end)
    assert is_process_alive("999999999")
