"""Publishing: readers see the old site until all of the new one is there, however a build ends."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from broadsheet.core import directory_swap
from broadsheet.core.serialization import pack
from broadsheet.mkdocs_site.publisher import Publisher
from broadsheet.search.index import SearchIndex
from mkdocs.config.defaults import MkDocsConfig
from sites import ROOT, MakeSite, Site, clean_environment, read_tree

pytestmark = pytest.mark.site

COUNT = 420
"""So many articles are worth other processes, for rendering and for printing."""
EPOCH = "1800000000"


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A newspaper that takes a few seconds, with a small old site in place."""
    site = Site(tmp_path_factory.mktemp("paper"), {"broadsheet": {"search": False}})
    site.register("topics", world={"title": "World", "section": True})
    for number in range(COUNT):
        words = " ".join(f"word{number % step}" for step in range(2, 30))
        site.article(f"a-{number}", f"2026-01-{1 + number % 28:02}", body=f"## Part\n\n{words}\n\n- *{number}*\n")
    for number in range(40):
        site.write(f"site/old-{number}/index.html", f"Old page {number}.")
    return site


def stat(site: Site) -> dict[str, tuple[bytes, int]]:
    return {path: (data, (site.output / path).stat().st_mtime_ns) for path, data in site.files().items()}


def find_processes(session: int) -> list[str]:
    """The commands of the processes of a session that are alive."""
    commands = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, owner = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if int(owner) == session and state not in "ZX":
            commands.append(command)
    return commands


def start(site: Site, *flags: str, **environment: str) -> subprocess.Popen[bytes]:
    """`mkdocs build` in a session of its own, as a terminal starts it."""
    return subprocess.Popen(
        [str(Path(sys.executable).parent / "mkdocs"), "build", *flags],
        cwd=site.root,
        env=clean_environment(SOURCE_DATE_EPOCH=EPOCH, **environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def read_until(process: subprocess.Popen[bytes], text: str, seconds: float = 60) -> str:
    assert process.stdout is not None
    output, end = b"", time.monotonic() + seconds
    while text.encode() not in output:
        ready, _, _ = select.select([process.stdout], [], [], max(0, end - time.monotonic()))
        chunk = os.read(process.stdout.fileno(), 65_536) if ready else b""
        assert chunk, f"never said '{text}', but: {output.decode()}"
        output += chunk
    return output.decode()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc")
@pytest.mark.parametrize(
    ("moment", "group"),
    [
        ("", True),
        ("Rendering articles: ", True),
        ("Printing pages: ", False),
    ],
)
def test_control_c_leaves_the_old_site_and_nothing_else(moment: str, group: bool, paper: Site) -> None:
    before, around = stat(paper), {path.name for path in paper.root.iterdir()}
    process = start(paper)
    try:
        if moment:
            read_until(process, moment)
        else:
            time.sleep(0.3)
        # A terminal tells the whole group, `kill` only the one.
        if group:
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=30)[0].decode()
        assert process.returncode != 0, output
        end = time.monotonic() + 10
        while find_processes(process.pid) and time.monotonic() < end:
            time.sleep(0.05)
        assert find_processes(process.pid) == []
    finally:
        if process.poll() is None or find_processes(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    assert stat(paper) == before
    assert {path.name for path in paper.root.iterdir()} - {".cache"} == around - {".cache"}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc")
def test_a_build_that_is_killed_leaves_the_old_site_and_the_next_build_clears_up(paper: Site) -> None:
    before = stat(paper)
    process = start(paper)
    read_until(process, "Printing pages: ")
    process.kill()
    process.communicate()
    end = time.monotonic() + 10
    while find_processes(process.pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert find_processes(process.pid) == [], "workers outlive the build"
    assert stat(paper) == before
    assert list(paper.root.glob(".site.part-*"))
    run = paper.run("mkdocs", "build", SOURCE_DATE_EPOCH=EPOCH)
    assert run.code == 0, run.output
    assert list(paper.root.glob(".site.part-*")) == []
    assert not paper.has("old-1/")
    assert all(paper.has(f"2026/01/a-{number}/") for number in (0, 27, 300))


def make_config(root: Path) -> MkDocsConfig:
    config = MkDocsConfig()
    config.site_dir = str(root / "site")
    return config


def test_mkdocs_writes_beside_the_site_until_it_is_abandoned(tmp_path: Path) -> None:
    config = make_config(tmp_path)
    publisher = Publisher(config)
    assert config.site_dir == str(publisher.staging) != str(publisher.site)
    assert publisher.staging.is_dir()
    (publisher.staging / "a.html").write_text("Words.")
    publisher.abandon()
    publisher.abandon()
    assert config.site_dir == str(tmp_path / "site")
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_ends_leaves_nothing_beside_the_site(tmp_path: Path) -> None:
    script = (
        "import sys; from mkdocs.config.defaults import MkDocsConfig; from broadsheet.mkdocs_site import Publisher\n"
        "config = MkDocsConfig(); config.site_dir = sys.argv[1]; print(Publisher(config).staging.is_dir())\n"
        "raise KeyboardInterrupt"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "site")], capture_output=True, check=False)
    assert (done.stdout, b"KeyboardInterrupt" in done.stderr) == (b"True\n", True)
    assert list(tmp_path.iterdir()) == []


def test_a_second_build_at_the_same_time_has_a_place_of_its_own(tmp_path: Path) -> None:
    publisher = Publisher(make_config(tmp_path))
    child = os.fork()
    if child == 0:
        staging = Publisher(make_config(tmp_path)).staging
        os._exit(0 if staging != publisher.staging and publisher.staging.is_dir() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    publisher.abandon()


@pytest.mark.parametrize("search", [True, False])
def test_what_a_killed_build_has_left_of_a_search_index_goes_with_the_next_build(search: bool, tmp_path: Path) -> None:
    site = Site(tmp_path, {"broadsheet": {"search": search}})
    site.register("topics", world={"title": "World"})
    site.article("talks")
    assert site.build().code == 0
    site.write("site/.search-999999999-x/pagefind/entry.json", "{}")
    assert site.build().code == 0
    assert not (site.output / ".search-999999999-x").exists()


# Two builds at once, and builds that are killed, with the search index.

HOOK = """
import errno, os, signal
from broadsheet.core import directory_swap

def on_files(files, config):
    gate = os.environ.get("GATE")
    if gate:
        print("at the gate", flush=True)
        open(gate).read()
    if os.environ.get("FULL"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

killed_at = os.environ.get("KILL")
exchange = directory_swap._exchange
count = 0

def exchange_or_die(*directories):
    global count
    if killed_at == str(count):
        os.kill(os.getpid(), signal.SIGKILL)
    count += 1
    done = exchange(*directories)
    if killed_at == str(count):
        os.kill(os.getpid(), signal.SIGKILL)
    return done

if killed_at:
    directory_swap._exchange = exchange_or_die
elif os.environ.get("MOUNTED"):
    directory_swap.find_swap_obstacle = lambda *_: "it is a mount point"
"""


def write_paper(root: Path) -> Site:
    site = Site(root)
    site.write("hook.py", HOOK)
    site.configure(hooks=[str(ROOT / "hooks/entry.py"), "hook.py"])
    site.register("topics", world={"title": "World", "section": True})
    for number in range(3):
        site.article(f"a-{number}", f"2026-01-{1 + number:02}", body=f"Words of {number}.")
    return site


def edit(site: Site) -> None:
    """One article changes, one comes and one becomes a draft."""
    site.article("a-0", "2026-01-01", body="Walruses.")
    site.article("a-9", "2026-01-09", body="Penguins.")
    site.article("a-2", "2026-01-03", body="Words of 2.", draft=True)


def build_clean(site: Site, place: Path, **environment: str) -> dict[str, bytes]:
    """What a first build of the same content makes."""
    shutil.copytree(site.root, place, ignore=shutil.ignore_patterns("site", ".*"))
    clean = Site.__new__(Site)
    clean.root = place
    run = clean.run("mkdocs", "build", "--strict", **environment)
    assert run.code == 0, run.output
    return clean.files()


def test_of_two_builds_the_one_that_read_last_ends_last(tmp_path: Path) -> None:
    site = write_paper(tmp_path / "paper")
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    first = start(site, GATE=str(gate))
    read_until(first, "at the gate")
    edit(site)
    second = start(site)
    read_until(second, "waiting for another build of 'site' to end")
    gate.write_bytes(b"")
    for process in (first, second):
        assert process.communicate(timeout=60)[0] is not None
        assert process.returncode == 0
    assert site.files() == build_clean(site, tmp_path / "clean", SOURCE_DATE_EPOCH=EPOCH)
    assert not site.has("2026/01/a-2/")
    assert not [path for path in site.root.iterdir() if path.name.startswith((".site.part", ".site.lock"))]


def test_settings_that_changed_while_a_build_waited_end_it(tmp_path: Path) -> None:
    site = write_paper(tmp_path / "paper")
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    first = start(site, GATE=str(gate))
    read_until(first, "at the gate")
    second = start(site)
    read_until(second, "waiting for another build of 'site' to end")
    site.configure(hooks=[str(ROOT / "hooks/entry.py"), "hook.py"], site_name="Another name")
    gate.write_bytes(b"")
    first.communicate(timeout=60)
    output = second.communicate(timeout=60)[0].decode()
    assert (first.returncode, second.returncode) == (0, 1)
    assert "'mkdocs.yml' has changed while this build waited for another: build again" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(("step", "new"), [("0", False), ("1", True), ("2", True)])
def test_a_build_that_is_killed_leaves_one_whole_site_with_its_index(step: str, new: bool, tmp_path: Path) -> None:
    site = write_paper(tmp_path / "paper")
    assert site.run("mkdocs", "build").code == 0
    site.write("site/.git/config", "mine")
    before = site.files()
    edit(site)
    after = {**build_clean(site, tmp_path / "clean"), ".git/config": b"mine"}
    assert site.run("mkdocs", "build", KILL=step).code == -signal.SIGKILL
    assert site.files() == (after if new else before)
    assert site.run("mkdocs", "build").code == 0
    assert site.files() == after
    after.pop(".git/config")
    # Nothing that is not public lies beside it any more, either.
    after[".gitignore"] = b"*\n"
    for path, data in read_tree(site.root / ".site.spare").items():
        assert after[path] == data
    assert not list(site.root.glob(".site.part-*"))


def test_files_that_are_the_same_keep_their_times_and_a_build_without_a_change_touches_nothing(tmp_path: Path) -> None:
    site = write_paper(tmp_path / "paper")
    assert site.build().code == 0
    before = stat(site)
    site.article("a-1", "2026-01-02", body="Zebras.")
    assert site.build().code == 0
    after = stat(site)
    kept = {path for path in before if after.get(path) == before[path]}
    assert kept >= {"about/index.html", "pagefind/pagefind.js"}
    assert {path for path in kept if after[path][0] != before[path][0]} == set()
    trees = [site.output, site.root / ".site.spare"]

    def look() -> dict[Path, tuple[int, int]]:
        states = {path: path.lstat() for tree in trees for path in (tree, *tree.rglob("*"))}
        # Files of the index are links to those in the cache; each build links them once more, for a moment.
        changed = {
            path: state.st_mtime_ns if "pagefind" in path.parts else state.st_ctime_ns for path, state in states.items()
        }
        return {path: (state.st_ino, changed[path]) for path, state in states.items()}

    times = look()
    assert site.build().code == 0
    assert look() == times


def test_a_site_that_cannot_be_replaced_as_a_whole_is_replaced_file_by_file_with_a_word(tmp_path: Path) -> None:
    site = write_paper(tmp_path / "paper")
    assert site.run("mkdocs", "build").code == 0
    edit(site)
    run = site.run("mkdocs", "build", MOUNTED="1")
    message = "'site' cannot be replaced as a whole (it is a mount point): its files are replaced one by one"
    assert (run.code, run.output.count(message)) == (0, 1)
    assert site.files() == build_clean(site, tmp_path / "clean")
    run = site.run("mkdocs", "build", MOUNTED="1")
    assert "0 files of the site are new or changed" in run.output
    assert site.files() == read_tree(tmp_path / "clean/site")


def test_a_full_disk_is_told_in_a_line_and_leaves_the_old_site(tmp_path: Path) -> None:
    site = write_paper(tmp_path / "paper")
    assert site.run("mkdocs", "build").code == 0
    before = stat(site)
    edit(site)
    for command in ("mkdocs", "broadsheet"):
        run = site.run(command, "build", FULL="1")
        assert run.code == 1
        assert run.output.endswith("Error: No space left on device: the site stays as it was\n")
        assert "Traceback" not in run.output
    assert stat(site) == before
    assert {path.name for path in site.root.iterdir() if path.name.startswith(".site")} == set()


@pytest.mark.parametrize("method", ["begin", "_link"])
def test_an_index_that_the_disk_has_no_room_for_ends_the_build(
    method: str, make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site()
    site.article("talks")
    assert site.build().code == 0
    before = stat(site)
    site.article("talks", body="Other words.")

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(SearchIndex, method, fail)
    run = site.build()
    assert run.code == 1
    assert "No space left on device" in run.output
    assert "WARNING" not in run.output
    assert stat(site) == before
    assert not (site.root / ".site.spare").exists()


def test_a_link_in_the_place_of_the_standby_tree_leads_a_build_nowhere(make_site: MakeSite, tmp_path: Path) -> None:
    site = make_site(broadsheet={"search": False})
    site.article("talks")
    assert site.build().code == 0
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("mine", encoding="utf-8")
    (site.root / ".site.spare").symlink_to(foreign)
    site.article("talks", body="Other words.")
    assert site.build().code == 0
    assert read_tree(foreign) == {"letter.txt": b"mine"}
    assert b"Other words." in site.files()["2026/01/talks/index.html"]


def test_what_a_withdrawn_article_said_is_not_left_beside_the_site(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(broadsheet={"search": False})
    site.article("base")
    site.article("talks", body="Secret words.")
    assert site.build().code == 0
    site.article("talks", body="Secret words.", draft=True)
    mirror, calls = directory_swap._mirror, []

    def fail_second(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        mirror(*arguments)

    monkeypatch.setattr(directory_swap, "_mirror", fail_second)
    assert site.build().code == 0
    assert len(calls) == 2
    for path in site.root.rglob("*.html"):
        assert b"Secret words." not in path.read_bytes(), path


def test_the_standby_tree_goes_where_the_site_can_be_exchanged_no_more(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(broadsheet={"search": False})
    site.article("base")
    site.article("talks", body="Secret words.")
    assert site.build().code == 0
    site.article("talks", body="Secret words.", summary="More.")
    assert site.build().code == 0
    assert (site.root / ".site.spare").is_dir()
    site.article("talks", body="Secret words.", draft=True)
    monkeypatch.setattr(directory_swap, "find_swap_obstacle", lambda *_: "it is a mount point")
    assert site.build().code == 0
    assert not (site.root / ".site.spare").exists()
    assert not site.has("2026/01/talks/")


def test_what_a_killed_build_left_goes_though_its_number_is_another_process_s(make_site: MakeSite) -> None:
    site = make_site(broadsheet={"search": False})
    site.article("talks")
    assert site.build().code == 0
    site.write(".site.part-1/site/index.html", "left")
    site.write(".site.spare/gone/index.html", "withdrawn")
    site.article("talks", body="Other words.")
    assert site.build().code == 0
    assert not (site.root / ".site.part-1").exists()
    assert not (site.root / ".site.spare/gone").exists()


def test_a_lock_that_is_no_file_is_told_on_one_line(make_site: MakeSite) -> None:
    site = make_site(broadsheet={"search": False})
    site.article("talks")
    (site.root / ".site.lock").symlink_to("elsewhere")
    run = site.build()
    assert run.code == 1
    assert "'.site.lock' is no regular file: remove it, and build again" in run.output
    assert "Traceback" not in run.output


@pytest.mark.parametrize("record", ["words", {"index.html": 1, 2: 3}, [b"x"]])
def test_a_record_of_the_last_site_of_another_kind_is_ignored(record: object, make_site: MakeSite) -> None:
    site = make_site(broadsheet={"search": False})
    site.article("talks")
    assert site.build().code == 0
    before = site.files()
    with contextlib.closing(sqlite3.connect(site.root / ".cache" / "broadsheet.sqlite")) as database, database:
        data = pack(record)
        changed = database.execute("UPDATE entries SET data = ?, size = ? WHERE kind = 'site'", (data, len(data)))
        assert changed.rowcount == 1
    run = site.build()
    assert (run.code, site.files()) == (0, before)
    assert "Traceback" not in run.output
