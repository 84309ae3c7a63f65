"""Directory swap: readers see the whole old or the whole new site, in whatever way a build ends."""

from __future__ import annotations

import errno
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from broadsheet.core import directory_swap as site_swap
from broadsheet.core.directory_swap import (
    fill_standby,
    find_standby,
    recover_site,
    replace_files,
    replace_site,
    swap_directories,
)
from broadsheet.core.output_dir import list_site_files, move_files
from broadsheet.mkdocs_site.publisher import Publisher
from file_trees import OLD, Tree, write
from mkdocs.config.defaults import MkDocsConfig
from sites import read_tree

HIDDEN = {".git/HEAD": b"main", ".nojekyll": b""}
BEFORE = {"a.html": b"old", "b/index.html": b"old", "c/d/e.html": b"same", "gone/index.html": b"old", "x": b"file"}
AFTER = {"a.html": b"new", "b/index.html": b"newer", "c/d/e.html": b"same", "new/index.html": b"new", "x/y": b"dir"}
STEPS = ("link", "rename", "replace", "unlink", "mkdir", "rmdir", "chmod")
"""What changes directories; `os.open` makes none of these files."""


def read_standby(site: Path) -> Tree:
    """The files of the standby tree, but for what keeps git from taking it."""
    return {path: data for path, data in read_tree(find_standby(site)).items() if path != ".gitignore"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with hidden files of somebody else's."""
    site = tmp_path / "site"
    write(site, {**BEFORE, **HIDDEN})
    (site / ".git/refs/tags").mkdir(parents=True)
    return site


def publish_whole(site: Path, new: Tree) -> None:
    """As a build does that has printed what is new or changed."""
    room = site.with_name(".site.part-1")
    shutil.rmtree(room, ignore_errors=True)
    (room / "site").mkdir(parents=True)
    site_files = list_site_files(site)
    changed = {path for path, data in new.items() if not is_same(site / path, data)}
    write(room / "site", {path: new[path] for path in changed})
    for path in changed:
        os.utime(room / "site" / path)
    fresh, standby, temporary = list_site_files(room / "site"), find_standby(site), room / "file"
    carried = {path: state for path, state in site_files.items() if path in new and path not in changed}
    fill_standby(site, standby, carried, temporary)
    move_files(room / "site", standby, changed)
    try:
        replace_site(site, standby, site_files, {**carried, **fresh}, changed, temporary)
    except OSError:
        replace_files(site, standby, {**carried, **fresh}, changed, temporary)
    shutil.rmtree(room)


def is_same(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def run_and_kill(step: int, work: Callable[[], None]) -> bool:
    """Do work in a process that is killed before its step of that number; whether it was."""
    child = os.fork()
    if child == 0:
        count = 0

        def wrap(do: Callable[..., object]) -> Callable[..., object]:
            def run(*arguments: object, **named: object) -> object:
                nonlocal count
                count += 1
                if count > step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return do(*arguments, **named)

            return run

        try:
            for name in STEPS:
                setattr(os, name, wrap(getattr(os, name)))
            site_swap._exchange = wrap(site_swap._exchange)  # type: ignore[assignment]
            work()
        except BaseException:
            os._exit(3)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


def test_the_site_is_the_next_one_and_the_directory_is_the_same(site: Path) -> None:
    site.chmod(0o750)
    (site / "c").chmod(0o705)
    number, untouched = site.stat().st_ino, (site / "c/d/e.html").stat()
    publish_whole(site, AFTER)
    assert read_tree(site) == {**AFTER, **HIDDEN}
    assert (site / ".git/refs/tags").is_dir()
    assert (site.stat().st_ino, site.stat().st_mode & 0o777, (site / "c").stat().st_mode & 0o777) == (
        *(number, 0o750, 0o705),
    )
    assert ((site / "c/d/e.html").stat().st_ino, untouched.st_mtime_ns) == (untouched.st_ino, OLD)
    assert not (site / "gone").exists()
    # The spare tree has the same files, not once more, and nothing that is not the engine's.
    spare = find_standby(site)
    assert read_standby(site) == AFTER
    assert all((spare / path).samefile(site / path) for path in AFTER)
    # It serves again.
    publish_whole(site, BEFORE)
    assert (read_tree(site), read_standby(site)) == ({**BEFORE, **HIDDEN}, BEFORE)


@pytest.mark.parametrize(("at_once", "again"), [(True, True), (False, False)])
def test_a_build_killed_at_any_step_leaves_the_whole_old_or_the_whole_new_site(
    at_once: bool, again: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not at_once:
        monkeypatch.setattr(site_swap, "_exchange", lambda *_: False)
    old, new = {**BEFORE, **HIDDEN}, {**AFTER, **HIDDEN}
    seen, step, killed = [], 0, True
    while killed:
        place = tmp_path / str(step)
        site = place / "site"
        write(site, old)
        if again:
            # With a spare tree of the build before.
            publish_whole(site, AFTER)
            publish_whole(site, BEFORE)
        killed = run_and_kill(step, lambda site=site: publish_whole(site, AFTER))  # type: ignore[misc]
        recover_site(site)
        tree = read_tree(site)
        assert tree in (old, new), step
        seen.append(tree == new)
        publish_whole(site, AFTER)
        assert read_tree(site) == new
        assert read_standby(site) == AFTER
        assert {path.name for path in place.iterdir()} == {"site", ".site.spare"}
        step += 1
    assert len(seen) > 15
    # Old until one step, and new from it on.
    assert seen == sorted(seen)


def test_no_reader_misses_a_page_meanwhile(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Tree] = []
    for name in STEPS:
        do = getattr(os, name)

        def run(*arguments: object, do: Callable[..., object] = do, **named: object) -> object:
            seen.append(read_tree(site))
            return do(*arguments, **named)

        monkeypatch.setattr(os, name, run)
    publish_whole(site, AFTER)
    monkeypatch.undo()
    assert [tree for tree in seen if tree not in ({**BEFORE, **HIDDEN}, {**AFTER, **HIDDEN})] == []


def test_directories_are_exchanged_in_one_step(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    write(one, {"a": b"1"})
    write(other, {"b": b"2"})
    if not swap_directories(one, other):
        pytest.skip("this file system cannot do that")
    assert (read_tree(one), read_tree(other)) == ({"b": b"2"}, {"a": b"1"})
    with pytest.raises(FileNotFoundError):
        swap_directories(one, tmp_path / "none")


def test_what_was_set_aside_comes_back_and_a_spare_tree_without_a_site_goes(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write(tmp_path / ".site.old", {"a": b"1"})
    write(find_standby(site), {"a": b"2"})
    recover_site(site)
    assert read_tree(tmp_path) == {"site/a": b"1", ".site.spare/a": b"2"}
    shutil.rmtree(site)
    recover_site(site)
    assert list(tmp_path.iterdir()) == []


def test_a_site_that_is_mounted_from_the_same_disk_is_changed_file_by_file(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def replace_within_mount(source: Path, target: Path) -> Path:
        if source.is_relative_to(site) != target.is_relative_to(site):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", replace_within_mount)
    with refuse("_exchange", errno.EBUSY), refuse("link", errno.EXDEV):
        publish_whole(site, AFTER)
    assert read_tree(site) == {**AFTER, **HIDDEN}


@contextmanager
def refuse(name: str, number: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:

        def fail(*_: object, **__: object) -> None:
            raise OSError(number, os.strerror(number))

        patch.setattr(site_swap if name == "_exchange" else os, name, fail)
        yield


def test_where_the_directory_cannot_be_moved_files_are_replaced_one_by_one(site: Path) -> None:
    outside = site.with_name("outside")
    write(outside, {"y": b"mine"})
    (site / "x").unlink()
    (site / "x").symlink_to(outside)
    with refuse("_exchange", errno.EBUSY):
        publish_whole(site, AFTER)
    assert read_tree(site) == {**AFTER, **HIDDEN}
    assert read_tree(outside) == {"y": b"mine"}


def test_where_there_are_no_links_files_are_copied(site: Path) -> None:
    with refuse("link", errno.EPERM):
        publish_whole(site, AFTER)
    assert read_tree(site) == {**AFTER, **HIDDEN}
    assert (site / "c/d/e.html").stat().st_mtime_ns == OLD


def test_a_full_disk_leaves_the_old_site(site: Path) -> None:
    with refuse("link", errno.ENOSPC), pytest.raises(OSError, match="No space left"):
        publish_whole(site, AFTER)
    assert read_tree(site) == {**BEFORE, **HIDDEN}


def test_a_link_to_a_site_stays_a_link(site: Path) -> None:
    link = site.with_name("link")
    link.symlink_to(site)
    config = MkDocsConfig()
    config.site_dir = str(link)
    publisher = Publisher(config)
    assert publisher.site == site
    assert publisher.staging.is_relative_to(site.parent)
    publisher.abandon()
    assert config.site_dir == str(link)
