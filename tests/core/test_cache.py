"""Cache: what was kept comes back right or not at all, whatever has become of its file, and a build goes on."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from broadsheet.core import cache as module
from broadsheet.core.cache import CACHE_FILE, KEPT_RUNS, Cache, describe_cache, remove_cache
from broadsheet.core.serialization import digest, pack
from content_factory import make_article
from sites import ROOT

STAMP = "engine 1"


def key(number: int) -> bytes:
    return digest(b"key", str(number).encode())


def value(number: int) -> object:
    """A value that its key decides, of a few hundred bytes, so that the file has many pages."""
    return (number, f"{number} " * 200)


def fill(folder: Path, count: int = 200) -> None:
    """A cache with so many values, closed."""
    cache = Cache(folder, STAMP)
    cache.put("body", {key(number): value(number) for number in range(count)})
    cache.save()
    cache.close()
    assert cache.warnings == []


def check(folder: Path, count: int = 200) -> tuple[int, list[str]]:
    """How many of its values a cache still has, all of them right, and what it says."""
    cache = Cache(folder, STAMP)
    values = cache.get("body", map(key, range(count)))
    cache.close()
    assert values == {entry_key: value(number) for number in range(count) if (entry_key := key(number)) in values}
    return len(values), cache.warnings


def works_again(folder: Path) -> bool:
    """Whether two builds later values are kept and nothing is said any more."""
    for _ in range(2):
        cache = Cache(folder, STAMP)
        cache.get("body", map(key, range(200)))
        cache.put("body", {key(7): value(7)})
        cache.save()
        cache.close()
    cache = Cache(folder, STAMP)
    values = cache.get("body", map(key, range(200)))
    cache.close()
    return not cache.warnings and values.get(key(7)) == value(7)


# What it is for.


def test_values_survive_closing(tmp_path: Path) -> None:
    article = make_article("talks")
    cache = Cache(tmp_path / "new" / ".cache", STAMP)
    cache.put("article", {key(1): (article, ()), key(2): None})
    cache.put("body", {key(3): "Words."})
    cache.save()
    cache.close()
    again = Cache(tmp_path / "new" / ".cache", STAMP)
    assert again.get("article", [key(1), key(2), key(1), key(9)]) == {key(1): (article, ()), key(2): None}
    assert again.get("body", [key(3), key(1)]) == {key(3): "Words."}
    assert again.warnings == cache.warnings == []
    again.close()


def test_more_values_than_one_question_can_name_are_found(tmp_path: Path) -> None:
    fill(tmp_path, 2_500)
    assert check(tmp_path, 2_600) == (2_500, [])


def test_what_was_not_saved_is_lost(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    cache = Cache(tmp_path, STAMP)
    cache.put("body", {key(5): value(5)})
    cache.close()
    assert check(tmp_path) == (3, [])


def test_a_cache_without_a_folder_is_kept_in_memory_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cache = Cache(None, STAMP)
    cache.put("body", {key(1): "One."})
    cache.save()
    assert cache.get("body", [key(1)]) == {key(1): "One."}
    cache.close()
    assert list(tmp_path.iterdir()) == []


def test_another_stamp_empties_it_with_one_line(tmp_path: Path) -> None:
    fill(tmp_path)
    other = Cache(tmp_path, "engine 2")
    assert other.get("body", map(key, range(200))) == {}
    assert other.warnings == [f"{CACHE_FILE}: made by another version or on another machine: made anew"]
    other.put("body", {key(1): "New."})
    other.save()
    other.close()
    again = Cache(tmp_path, "engine 2")
    assert again.get("body", map(key, range(200))) == {key(1): "New."}
    assert again.warnings == []
    again.close()


def test_what_is_kept_is_for_its_owner_alone(tmp_path: Path) -> None:
    fill(tmp_path)
    assert (tmp_path / CACHE_FILE).stat().st_mode & 0o077 == 0


# A file that is not what it was.


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Not a database.",
        b"SQLite format 3\x00",
        b"SQLite format 3\x00" + bytes(100_000),
        os.urandom(50_000),
        b"\x80\x05\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R.",
    ],
)
def test_a_foreign_file_is_made_anew(data: bytes, tmp_path: Path) -> None:
    (tmp_path / CACHE_FILE).write_bytes(data)
    (tmp_path / CACHE_FILE).chmod(0o600)
    count, warnings = check(tmp_path)
    assert count == 0
    assert len(warnings) == (1 if data else 0)
    assert works_again(tmp_path)


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TABLE entries (id INTEGER)",
        "CREATE TABLE meta (id INTEGER)",
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT); INSERT INTO meta VALUES ('run', 'x'), ('stamp', 'y')",
        "CREATE VIEW entries AS SELECT 1",
        "CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('Jane')",
    ],
)
def test_a_foreign_database_is_made_anew(schema: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / CACHE_FILE)) as database:
        database.executescript(schema)
    (tmp_path / CACHE_FILE).chmod(0o600)
    assert check(tmp_path)[0] == 0
    assert works_again(tmp_path)


def test_a_file_that_was_cut_off_gives_right_values_and_is_made_anew(tmp_path: Path) -> None:
    fill(tmp_path)
    whole = (tmp_path / CACHE_FILE).read_bytes()
    assert len(whole) > 100_000
    for size in range(0, len(whole), 4096):
        remove_cache(tmp_path)
        (tmp_path / CACHE_FILE).write_bytes(whole[:size])
        (tmp_path / CACHE_FILE).chmod(0o600)
        count, warnings = check(tmp_path)
        assert len(warnings) <= 1
        assert warnings or count in {0, 200}, "what is lost is told"
        assert works_again(tmp_path), f"at {size} bytes it never works again"


def test_altered_bytes_give_right_values_or_none(tmp_path: Path) -> None:
    fill(tmp_path)
    whole = (tmp_path / CACHE_FILE).read_bytes()
    dice = random.Random(7)  # noqa: S311 - no secret
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(30):
            data[dice.randrange(len(data))] ^= dice.randrange(1, 256)
        remove_cache(tmp_path)
        (tmp_path / CACHE_FILE).write_bytes(data)
        (tmp_path / CACHE_FILE).chmod(0o600)
        _, warnings = check(tmp_path)
        assert len(warnings) <= 1
        assert works_again(tmp_path)


def test_a_value_under_another_key_or_of_a_strangers_making_is_not_given(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    with closing(sqlite3.connect(tmp_path / CACHE_FILE)) as database, database:
        database.execute("UPDATE entries SET data = ? WHERE key = ?", (b"short", key(0)))
        database.execute("UPDATE entries SET data = substr(data, 1, 40) WHERE key = ?", (key(1),))
    assert check(tmp_path) == (1, [])


@pytest.mark.parametrize("change", ["data = 'Words.'", "data = 5", "data = 1.5", "run = 'x'", "run = x'00'"])
def test_a_value_of_another_type_is_not_given_and_ends_no_build(change: str, tmp_path: Path) -> None:
    fill(tmp_path, 3)
    with closing(sqlite3.connect(tmp_path / CACHE_FILE)) as database, database:
        database.execute(f"UPDATE entries SET {change}")  # noqa: S608 - from above
    check(tmp_path)
    assert works_again(tmp_path)


def test_a_directory_in_its_place_is_done_without(tmp_path: Path) -> None:
    (tmp_path / CACHE_FILE).mkdir()
    (tmp_path / CACHE_FILE / "letter.txt").write_text("Mine.")
    count, warnings = check(tmp_path)
    assert (count, len(warnings)) == (0, 2 if len(warnings) == 2 else 1)
    assert warnings[-1].endswith("done without")
    assert (tmp_path / CACHE_FILE / "letter.txt").read_text() == "Mine."


@pytest.mark.parametrize("exists", [True, False])
def test_a_symbolic_link_is_replaced_and_what_it_leads_to_left_alone(exists: bool, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / CACHE_FILE
    fill(elsewhere.parent)
    before = elsewhere.read_bytes()
    folder = tmp_path / ".cache"
    folder.mkdir()
    (folder / CACHE_FILE).symlink_to(elsewhere if exists else tmp_path / "nowhere")
    assert check(folder) == (0, [f"{CACHE_FILE}: a symbolic link: made anew"])
    assert works_again(folder)
    assert elsewhere.read_bytes() == before
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_trusted(mode: int, tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / CACHE_FILE).chmod(mode)
    assert check(tmp_path) == (0, [f"{CACHE_FILE}: others may have written it: made anew"])
    assert works_again(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_not_trusted(tmp_path: Path) -> None:
    fill(tmp_path)
    os.chown(tmp_path / CACHE_FILE, 65534, 65534)
    assert check(tmp_path) == (0, [f"{CACHE_FILE}: others may have written it: made anew"])


def test_a_log_that_others_may_write_is_not_trusted(tmp_path: Path) -> None:
    """SQLite would take what stands in it for newer than the file."""
    fill(tmp_path, 2)
    writer = sqlite3.connect(tmp_path / CACHE_FILE)
    with writer:
        writer.execute("UPDATE entries SET data = ?", (pack("A stranger's words."),))
    log = (tmp_path / f"{CACHE_FILE}-wal").read_bytes()
    writer.close()
    remove_cache(tmp_path)
    fill(tmp_path, 2)
    (tmp_path / f"{CACHE_FILE}-wal").write_bytes(log)
    (tmp_path / f"{CACHE_FILE}-wal").chmod(0o666)
    cache = Cache(tmp_path, STAMP)
    assert "A stranger's words." not in cache.get("body", [key(0), key(1)]).values()
    cache.close()


def test_a_place_where_no_folder_can_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / ".cache").write_text("A file.")
    count, warnings = check(tmp_path / ".cache")
    assert (count, len(warnings)) == (0, 1)
    assert warnings[0].endswith("done without")
    cache = Cache(tmp_path / ".cache", STAMP)
    cache.put("body", {key(1): value(1)})
    cache.save()
    cache.close()
    assert len(cache.warnings) == 1


def run(script: str, *arguments: object, **more: object) -> subprocess.Popen[bytes]:
    """A process of its own that has the engine."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "hooks"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)]
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more
    )


@pytest.fixture
def anybody() -> Iterator[Callable[[], None]]:
    """A function after which root may do no more than anybody: for it no folder is read-only."""
    mine = os.geteuid()

    def become() -> None:
        if mine == 0:
            os.seteuid(65534)

    yield become
    os.seteuid(mine)


@pytest.mark.parametrize("filled", [True, False])
def test_a_folder_that_cannot_be_written_is_done_without(filled: bool, anybody: Callable[[], None]) -> None:
    # Not below pytest's directory, into which nobody else can look.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / ".cache"
        folder.mkdir()
        if filled:
            fill(folder)
        mine = os.geteuid()
        Path(name).chmod(0o755)
        folder.chmod(0o555)
        anybody()
        cache = Cache(folder, STAMP)
        cache.get("body", [key(1)])
        cache.put("body", {key(1): value(1)})
        cache.save()
        cache.close()
        os.seteuid(mine)
        folder.chmod(0o755)
        assert cache.warnings[-1].endswith("done without")
        assert check(folder) == (200 if filled else 0, [])


@pytest.mark.parametrize("code", ["SQLITE_IOERR", "SQLITE_FULL", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_BUSY"])
def test_what_only_cannot_be_opened_now_is_left_where_it_is(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("not now")
        error.sqlite_errorcode = getattr(sqlite3, code)
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", refuse)
        cache = Cache(tmp_path, STAMP)
        assert cache.warnings == [f"{CACHE_FILE}: not now: done without"]
        cache.close()
    assert check(tmp_path) == (200, [])


def test_a_full_disk_costs_the_cache_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, 50)
    real = sqlite3.connect

    def connect(*arguments: object, **more: object) -> sqlite3.Connection:
        database: sqlite3.Connection = real(*arguments, **more)  # type: ignore[call-overload]
        # SQLite says of a database that has reached this what it says of a full disk.
        database.execute("PRAGMA max_page_count = 10")
        return database

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect)
        cache = Cache(tmp_path, STAMP)
        cache.put("body", {key(number): value(number) for number in range(1_000, 2_000)})
        cache.save()
        assert cache.warnings == [f"{CACHE_FILE}: not written (database or disk is full): done without"]
        cache.put("body", {key(3_000): value(3_000)})
        cache.save()
        assert cache.get("body", [key(1)]) == {}
        cache.close()
        assert len(cache.warnings) == 1
    assert check(tmp_path) == (50, [])


# Several at once.

HOLDER = """
    import sqlite3, sys
    database = sqlite3.connect(sys.argv[1], isolation_level=None)
    database.execute(sys.argv[2])
    database.execute("CREATE TABLE IF NOT EXISTS x (y)")
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is writing to the cache and does not finish."""
    fill(tmp_path, 50)
    process = run(HOLDER, tmp_path / CACHE_FILE, "BEGIN IMMEDIATE", stdin=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    yield process
    process.communicate()


def test_while_another_process_writes_all_can_be_read_and_saving_is_done_without(
    tmp_path: Path, hold: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOCK_TIMEOUT", 0.2)
    cache = Cache(tmp_path, STAMP)
    assert len(cache.get("body", map(key, range(50)))) == 50
    cache.put("body", {key(60): value(60)})
    cache.save()
    assert cache.warnings == [f"{CACHE_FILE}: not written (database is locked): done without"]
    cache.close()
    hold.communicate()
    assert check(tmp_path) == (50, [])


def test_a_locked_cache_of_another_version_is_left_alone(
    tmp_path: Path, hold: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOCK_TIMEOUT", 0.2)
    cache = Cache(tmp_path, "engine 2")
    assert cache.get("body", map(key, range(50))) == {}
    assert cache.warnings[-1] == f"{CACHE_FILE}: database is locked: done without"
    cache.close()
    hold.communicate()
    assert check(tmp_path) == (50, [])


WRITER = """
    import random, sys
    from pathlib import Path
    from broadsheet.core import cache as module
    from broadsheet.core.cache import Cache
    from broadsheet.core.serialization import digest
    module.KEPT_RUNS = 10**9  # Nothing is to be missing for its age.
    key = lambda number: digest(b"key", str(number).encode())
    value = lambda number: (number, f"{number} " * 200)
    print("begun", flush=True)
    for _ in range(int(sys.argv[2])):
        cache = Cache(Path(sys.argv[1]), "engine 1")
        numbers = [random.randrange(400) for _ in range(60)]
        found = cache.get("body", map(key, numbers))
        assert all(value(number) == found.get(key(number), value(number)) for number in numbers)
        cache.put("body", {key(number): value(number) for number in numbers})
        cache.save()
        cache.close()
        print(*cache.warnings)
"""


def test_two_builds_at_once_share_it(tmp_path: Path) -> None:
    writers = [run(WRITER, tmp_path, 30) for _ in range(2)]
    outputs = [writer.communicate(timeout=60)[0].decode() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], outputs
    assert {line.strip() for output in outputs for line in output.splitlines()} == {"begun", ""}
    count, warnings = check(tmp_path, 400)
    assert (count > 200, warnings) == (True, [])


def test_a_build_that_is_killed_at_any_moment_leaves_only_right_values(tmp_path: Path) -> None:
    dice = random.Random()  # noqa: S311 - no secret
    least = 0
    for _ in range(12):
        writer = run(WRITER, tmp_path, 100_000)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(dice.random() * 0.15)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        count, warnings = check(tmp_path, 400)
        assert warnings == []
        assert count >= least, "what was saved before is lost"
        least = count
    assert works_again(tmp_path)


# How it stays small.


def keep(folder: Path, runs: int, numbers: Mapping[int, str]) -> None:
    """So many builds that ask for some values and nothing else."""
    for _ in range(runs):
        cache = Cache(folder, STAMP)
        cache.get("body", map(key, numbers))
        cache.save()
        cache.close()


def test_what_many_runs_have_not_asked_for_is_dropped_and_the_rest_kept(tmp_path: Path) -> None:
    fill(tmp_path, 4)
    keep(tmp_path, KEPT_RUNS - 1, {1: "", 3: ""})
    assert check(tmp_path)[0] == 4
    fill(tmp_path / "new", 4)
    keep(tmp_path / "new", KEPT_RUNS + 10, {1: "", 3: ""})
    cache = Cache(tmp_path / "new", STAMP)
    assert cache.get("body", map(key, range(4))).keys() == {key(1), key(3)}
    cache.close()


def test_what_a_server_uses_is_kept_for_the_next_build(tmp_path: Path) -> None:
    fill(tmp_path, 2)
    server = Cache(tmp_path, STAMP, remember=True)
    for _ in range(3 * KEPT_RUNS):
        assert len(server.get("body", [key(0), key(1)])) == 2
        server.save()
    server.close()
    assert check(tmp_path) == (2, [])


def test_a_cache_that_is_too_large_loses_what_was_not_asked_for_longest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        cache = Cache(tmp_path, STAMP)
        cache.put("body", {key(number): value(number)})
        cache.save()
        cache.close()
    size = len(pack(value(1)))
    monkeypatch.setattr(module, "MAX_CACHE_BYTES", 5 * size)
    keep(tmp_path, 1, {})
    cache = Cache(tmp_path, STAMP)
    assert sorted(cache.get("body", map(key, range(8)))) == sorted(map(key, range(3, 8)))
    assert cache.warnings == []
    cache.close()


def test_a_server_forgets_what_its_last_build_did_not_use() -> None:
    cache = Cache(None, STAMP)
    cache.put("body", {key(number): value(number) for number in range(3)})
    cache.save()
    assert cache.get("body", [key(1)]) == {key(1): value(1)}
    cache.put("body", {key(5): value(5)})
    cache.save()
    assert cache.get("body", map(key, range(6))).keys() == {key(1), key(5)}
    cache.save()
    cache.save()
    assert cache.get("body", map(key, range(6))) == {}


# Looking into it, and throwing it away.


@pytest.mark.parametrize("name", [".cache", "with space", "50%20 off", "what?x=1", "a#b"])
def test_what_a_cache_holds_can_be_told(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    assert describe_cache(folder) is None
    cache = Cache(folder, STAMP)
    cache.put("body", {key(number): value(number) for number in range(3)})
    cache.put("ranking", {key(9): 1})
    cache.save()
    cache.close()
    report = describe_cache(folder)
    assert report is not None
    assert report.path == folder / CACHE_FILE
    assert report.size == (folder / CACHE_FILE).stat().st_size
    sizes = {"body": (3, sum(len(pack(value(number))) for number in range(3))), "ranking": (1, len(pack(1)))}
    assert report.entries == sizes


def test_of_what_is_no_cache_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / CACHE_FILE).write_bytes(b"Not a database.")
    assert describe_cache(tmp_path) is None


def test_a_cache_can_be_thrown_away_and_its_neighbours_stay(tmp_path: Path) -> None:
    assert not remove_cache(tmp_path)
    fill(tmp_path)
    (tmp_path / "letter.txt").write_text("Mine.")
    (tmp_path / f"{CACHE_FILE}-wal").write_bytes(b"")
    assert remove_cache(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_what_is_too_much_to_wait_for_the_end_is_kept_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.core.cache._MAX_PENDING_BYTES", 100)
    cache = Cache(tmp_path, "stamp")
    cache.put("body", {b"1": "x" * 200})
    cache.put("body", {b"2": "y"})
    cache.close()
    # As if the build had been killed.
    assert Cache(tmp_path, "stamp").get("body", [b"1", b"2"]) == {b"1": "x" * 200}
