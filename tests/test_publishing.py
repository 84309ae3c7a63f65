"""Publishing: readers see the old site until all of the new one is there, however a build ends."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from broadsheet.packing import pack
from broadsheet.publishing import Publisher, hold_interrupts
from mkdocs.config.defaults import MkDocsConfig
from sites import MakeSite, Site, clean_environment

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
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, owner = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if int(owner) == session and state not in "ZX":
            found.append(command)
    return found


def start(site: Site, *flags: str) -> subprocess.Popen[bytes]:
    """`mkdocs build` in a session of its own, as a terminal starts it."""
    return subprocess.Popen(
        [str(Path(sys.executable).parent / "mkdocs"), "build", *flags],
        cwd=site.root,
        env=clean_environment(SOURCE_DATE_EPOCH=EPOCH),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def read_until(process: subprocess.Popen[bytes], text: str, seconds: float = 60) -> str:
    assert process.stdout is not None
    output, end = b"", time.monotonic() + seconds
    while text.encode() not in output:
        ready, _, _ = select.select([process.stdout], [], [], max(0, end - time.monotonic()))
        part = os.read(process.stdout.fileno(), 65_536) if ready else b""
        assert part, f"never said '{text}', but: {output.decode()}"
        output += part
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
        "import sys; from mkdocs.config.defaults import MkDocsConfig; from broadsheet.publishing import Publisher\n"
        "config = MkDocsConfig(); config.site_dir = sys.argv[1]; print(Publisher(config).staging.is_dir())\n"
        "raise KeyboardInterrupt"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "site")], capture_output=True, check=False)
    assert (done.stdout, b"KeyboardInterrupt" in done.stderr) == (b"True\n", True)
    assert list(tmp_path.iterdir()) == []


def test_a_second_build_at_the_same_time_has_a_place_of_its_own(tmp_path: Path) -> None:
    publisher = Publisher(make_config(tmp_path))
    other = os.fork()
    if other == 0:
        found = Publisher(make_config(tmp_path)).staging
        os._exit(0 if found != publisher.staging and publisher.staging.is_dir() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(other, 0)[1]) == 0
    publisher.abandon()


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
        "import signal; from broadsheet.publishing import hold_interrupts\n"
        "with hold_interrupts():\n    signal.raise_signal(signal.SIGTERM); print('done', flush=True)\n"
        "print('never')"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert (ended.stdout, ended.returncode) == (b"done\n", -signal.SIGTERM)
    with pytest.raises(ZeroDivisionError), hold_interrupts():
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("noted", ["words", {"index.html": 1, 2: 3}, [b"x"]])
def test_notes_of_another_kind_are_no_notes(noted: object, make_site: MakeSite) -> None:
    site = make_site(broadsheet={"search": False})
    site.article("talks")
    assert site.build().code == 0
    before = site.files()
    with contextlib.closing(sqlite3.connect(site.root / ".cache" / "broadsheet.sqlite")) as database, database:
        data = pack(noted)
        changed = database.execute("UPDATE entries SET data = ?, size = ? WHERE kind = 'site'", (data, len(data)))
        assert changed.rowcount == 1
    run = site.build()
    assert (run.code, site.files()) == (0, before)
    assert "Traceback" not in run.output
