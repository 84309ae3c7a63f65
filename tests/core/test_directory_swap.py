"""Directory swap: readers see the whole old or the whole new site, in whatever way a build ends."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from broadsheet.core import directory_swap
from broadsheet.core.directory_swap import StagedSite, find_standby, hold_interrupts, recover_site, swap_directories
from broadsheet.core.output_dir import list_site_files, record_pages
from broadsheet.mkdocs_site.publisher import Publisher
from file_trees import OLD, Tree, write
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mkdocs.config.defaults import MkDocsConfig
from sites import read_tree

HIDDEN = {".git/HEAD": b"main", ".nojekyll": b""}
BEFORE = {"a.html": b"old", "b/index.html": b"old", "c/d/e.html": b"same", "gone/index.html": b"old", "x": b"file"}
AFTER = {"a.html": b"new", "b/index.html": b"newer", "c/d/e.html": b"same", "new/index.html": b"new", "x/y": b"dir"}
STEPS = ("link", "rename", "replace", "unlink", "mkdir", "rmdir", "chmod")
"""What changes directories; `os.open` makes none of these files."""

messages: list[str] = []
"""What was logged."""


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
    """As a build does that has rendered what is new or changed."""
    staged = StagedSite(str(site), messages.append)
    changed = {path for path, data in new.items() if not is_same(site / path, data)}
    write(staged.staging, {path: new[path] for path in changed})
    for path in changed:
        os.utime(staged.staging / path)
    staged.publish(new.keys() - changed, list_site_files(site))
    staged.discard()


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
            directory_swap._exchange = wrap(directory_swap._exchange)  # type: ignore[assignment]
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
        monkeypatch.setattr(directory_swap, "_exchange", lambda *_: False)
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
        # A build that changes nothing makes no standby tree.
        assert read_standby(site) == ({} if tree == new and not find_standby(site).exists() else AFTER)
        assert {path.name for path in place.iterdir()} - {".site.spare"} == {"site"}
        step += 1
    assert len(seen) > 15
    # Old until one step, and new from it on.
    assert seen == sorted(seen)


def test_no_reader_misses_a_page_meanwhile(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Tree] = []
    for name in STEPS:
        call = getattr(os, name)

        def run(*arguments: object, call: Callable[..., object] = call, **named: object) -> object:
            seen.append(read_tree(site))
            return call(*arguments, **named)

        monkeypatch.setattr(os, name, run)
    publish_whole(site, AFTER)
    monkeypatch.undo()
    assert [tree for tree in seen if tree not in ({**BEFORE, **HIDDEN}, {**AFTER, **HIDDEN})] == []


def test_directories_are_exchanged_in_one_step(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write(first, {"a": b"1"})
    write(second, {"b": b"2"})
    if not swap_directories(first, second):
        pytest.skip("this file system cannot do that")
    assert (read_tree(first), read_tree(second)) == ({"b": b"2"}, {"a": b"1"})
    with pytest.raises(FileNotFoundError):
        swap_directories(first, tmp_path / "none")


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

        patch.setattr(directory_swap if name == "_exchange" else os, name, fail)
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
    assert "(Device or resource busy): its files are replaced one by one" in messages[-1]
    assert not find_standby(site).exists(), "it may hold what is withdrawn now"


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


def test_control_c_waits_until_files_are_in_their_place() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), hold_interrupts():
        signal.raise_signal(signal.SIGINT)
        done.append("the rest")
    assert done == ["the rest"]
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_request_to_end_waits_as_well_and_a_failure_is_not_hidden() -> None:
    script = (
        "import signal; from broadsheet.core.directory_swap import hold_interrupts\n"
        "with hold_interrupts():\n    signal.raise_signal(signal.SIGTERM); print('done', flush=True)\n"
        "print('never')"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert (ended.stdout, ended.returncode) == (b"done\n", -signal.SIGTERM)
    with pytest.raises(ZeroDivisionError), hold_interrupts():
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# Where files are replaced one by one, as `mkdocs serve` does with its temporary site.


def clash(first: str, second: str) -> bool:
    """Whether one of two paths would have to be a directory for the other."""
    return first.startswith(f"{second}/") or second.startswith(f"{first}/")


@st.composite
def trees(draw: st.DrawFn, beside: Iterable[str] = ()) -> Tree:
    """Files with few names, so that those of two trees meet as files and as directories."""
    paths = st.lists(st.sampled_from(["a", "b", "c.html", "é"]), min_size=1, max_size=3).map("/".join)
    tree: dict[str, bytes] = {}
    for path in draw(st.lists(paths, max_size=8, unique=True)):
        if not any(clash(path, taken) for taken in (*tree, *beside)):
            tree[path] = draw(st.sampled_from([b"", b"one", b"two", b"three"]))
    return tree


def list_folders(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_dir()}


@contextmanager
def stage(old: Tree, new: Tree, *, in_place: bool = True) -> Iterator[StagedSite]:
    """A site with old files, and new ones in its staging directory."""
    folder = Path(tempfile.mkdtemp(prefix="staged-site-"))
    try:
        write(folder / "site", old)
        staged = StagedSite(str(folder / "site"), messages.append, in_place=in_place)
        write(staged.staging, new)
        for path in new:
            os.utime(staged.staging / path)
        yield staged
    finally:
        shutil.rmtree(folder)


@settings(deadline=None)
@given(data=st.data(), old=trees(), in_place=st.booleans())
@example(data=None, old={}, in_place=True)
def test_a_site_becomes_what_is_staged_and_what_is_kept(data: st.DataObject | None, old: Tree, in_place: bool) -> None:
    kept = data.draw(st.sets(st.sampled_from(sorted(old)))) if data and old else set()
    new = data.draw(trees(kept)) if data else {"a": b"one"}
    kept -= new.keys()
    wanted = {**{path: old[path] for path in kept}, **new}
    with stage(old, new, in_place=in_place) as staged:
        site, site_files = staged.path, list_site_files(staged.path)
        written, state = staged.publish(kept, site_files)
        assert state == list_site_files(site)
        assert read_tree(site) == wanted
        folders = {parent.as_posix() for path in wanted for parent in Path(path).parents} - {"."}
        assert list_folders(site) == folders, "no directory is left empty"
        same = {path for path in wanted if old.get(path) == wanted[path]}
        times = {path: (site / path).stat().st_mtime_ns for path in wanted}
        assert {path for path in wanted if times[path] == OLD} == same
        assert written == wanted.keys() - same - kept
        write(staged.staging, new)
        assert staged.publish(kept, list_site_files(site))[0] == set()


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
    with stage(old, new) as staged:
        staged.publish((), list_site_files(staged.path))
        assert read_tree(staged.path) == new


def test_hidden_files_of_the_old_site_stay_and_those_of_the_new_come() -> None:
    old = {".git/config": b"mine", ".nojekyll": b"", "a/.hidden": b"old", "b": b"old"}
    with stage(old, {"b": b"new", ".well-known/security.txt": b"new"}) as staged:
        staged.publish((), list_site_files(staged.path))
        left = {".git/config": b"mine", ".nojekyll": b"", "b": b"new"}
        assert read_tree(staged.path) == {**left, ".well-known/security.txt": b"new"}


def test_directories_that_someone_else_looks_after_stay() -> None:
    with stage({"pagefind/index": b"1", "a/pagefind/b": b"2"}, {"c": b"3"}) as staged:
        staged.publish((), list_site_files(staged.path, {"pagefind"}))
        assert read_tree(staged.path) == {"pagefind/index": b"1", "c": b"3"}


def test_what_a_link_of_the_old_site_leads_to_is_left_alone() -> None:
    with stage({"a": b"1"}, {"linked/b": b"2", "page": b"3"}) as staged:
        site, outside = staged.path, staged.path.parent / "outside"
        write(outside, {"b": b"mine", "page": b"mine"})
        (site / "linked").symlink_to(outside)
        (site / "page").symlink_to(outside / "page")
        (site / "stale").symlink_to(outside)
        staged.publish((), list_site_files(site))
        assert read_tree(outside) == {"b": b"mine", "page": b"mine"}
        assert read_tree(site) == {"linked/b": b"2", "page": b"3"}
        assert not any(path.is_symlink() for path in site.rglob("*"))


def test_a_file_is_replaced_whole_so_that_whoever_reads_the_old_one_can_finish() -> None:
    with stage({"a": b"old" * 1_000}, {"a": b"new"}) as staged:
        with (staged.path / "a").open("rb") as reader:
            assert reader.read(3) == b"old"
            staged.publish((), list_site_files(staged.path))
            assert reader.read() == b"old" * 999
        assert (staged.path / "a").read_bytes() == b"new"


def test_a_site_on_another_disk_is_published_too() -> None:
    disk = Path("/dev/shm")  # noqa: S108 - the other disk that every Linux has
    if not disk.is_dir() or disk.stat().st_dev == Path(tempfile.gettempdir()).stat().st_dev:
        pytest.skip("no second disk")
    with tempfile.TemporaryDirectory() as here, tempfile.TemporaryDirectory(dir=disk) as there:
        site = Path(here) / "site"
        site.symlink_to(there)
        staged = StagedSite(str(site), messages.append)
        write(staged.staging, {"a/b": b"1"})
        staged.publish((), list_site_files(site))
        staged.discard()
        assert read_tree(Path(there)) == {"a/b": b"1"}


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
            staged = StagedSite(str(site), messages.append)
            assert staged.staging.parent.parent == site
            write(staged.staging, {"a": b"3"})
            staged.publish((), list_site_files(site))
            assert messages[-1].startswith(f"'{os.path.relpath(site)}' cannot be replaced as a whole (nothing can be")
            staged.discard()
            assert read_tree(site) == {"a": b"3"}
            site.chmod(0o555)
            with pytest.raises(PermissionError, match="cannot be written"):
                StagedSite(str(site), messages.append)
        finally:
            for path in (site.parent, site):
                path.chmod(stat.S_IRWXU)


def test_a_page_that_another_build_has_put_over_a_new_one_is_not_kept() -> None:
    digests = {"p.html": b"of the new"}
    with stage({}, {"p.html": b"new"}) as staged:
        _, state = staged.publish((), {})
        write(staged.staging, {"p.html": b"old"})
        staged.publish((), list_site_files(staged.path))
        assert record_pages(digests, state) != record_pages(digests, list_site_files(staged.path))


def test_a_page_that_was_the_same_is_kept() -> None:
    digests = {"p.html": b"digest"}
    with stage({"p.html": b"same"}, {"p.html": b"same"}) as staged:
        written, state = staged.publish((), list_site_files(staged.path))
        assert not written
        assert record_pages(digests, state) == record_pages(digests, list_site_files(staged.path))


def test_a_file_that_another_build_takes_away_meanwhile_is_put_back() -> None:
    with stage({"q.html": b"q00"}, {"p.html": b"p", "q.html": b"q12"}) as staged:
        site_files = list_site_files(staged.path)
        (staged.path / "q.html").unlink()
        staged.publish((), site_files)
        assert read_tree(staged.path) == {"p.html": b"p", "q.html": b"q12"}
