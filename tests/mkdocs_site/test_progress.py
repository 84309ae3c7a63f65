"""Progress: a bar on a terminal, plain lines elsewhere, and nothing where nobody wants to know."""

from __future__ import annotations

import io
import logging
import os
import pty
import re
import subprocess
import sys
import textwrap
from collections.abc import Sequence

import pytest
from broadsheet.mkdocs_site.resources import Progress
from hypothesis import given
from hypothesis import strategies as st

MIN_STEPS = 200
WORK = [(done, 1_000) for done in range(0, 1_001, 50)]


class Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class Terminal(io.StringIO):
    """What takes itself for a terminal."""

    def isatty(self) -> bool:
        return True


def tell(steps: Sequence[tuple[int, int]], level: int = logging.INFO, stream: io.StringIO | None = None) -> list[str]:
    """The lines that are logged of a piece of work."""
    logger = logging.Logger("test", level)
    lines = Lines()
    logger.addHandler(lines)
    progress = Progress(logging.LoggerAdapter(logger, {}), stream or io.StringIO())
    for done, total in steps:
        progress.report("Rendering articles", done, total)
    return lines.lines


def test_elsewhere_than_on_a_terminal_a_few_plain_lines_are_logged() -> None:
    stream = io.StringIO()
    assert tell(WORK, stream=stream) == [
        f"Rendering articles: {done} of 1,000" for done in ("0", "250", "500", "750", "1,000")
    ]
    assert stream.getvalue() == ""


def test_of_slow_work_less_is_worth_telling() -> None:
    lines = Lines()
    logger = logging.Logger("test", logging.INFO)
    logger.addHandler(lines)
    progress = Progress(logging.LoggerAdapter(logger, {}), io.StringIO())
    for done in range(12):
        progress.report("Making pictures", done, 9, 10)
    assert lines.lines == []
    for done in range(13):
        progress.report("Making pictures", done, 12, 10)
    assert len(lines.lines) == 5


@given(total=st.integers(MIN_STEPS, 5_000), data=st.data())
def test_however_work_comes_along_no_more_than_five_lines_are_logged_and_the_last_is_its_end(
    total: int, data: st.DataObject
) -> None:
    steps = sorted(data.draw(st.lists(st.integers(0, total - 1), max_size=30)))
    lines = tell([(done, total) for done in [*steps, total]])
    assert 1 <= len(lines) <= 5
    assert lines[-1] == f"Rendering articles: {total:,} of {total:,}"
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize("level", [logging.WARNING, logging.ERROR])
@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_with_quiet_nothing_is_told(level: int, stream: type[io.StringIO]) -> None:
    where = stream()
    assert tell(WORK, level, where) == []
    assert where.getvalue() == ""


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_of_short_work_nothing_is_told(stream: type[io.StringIO]) -> None:
    where = stream()
    assert tell([(done, MIN_STEPS - 1) for done in range(MIN_STEPS)], stream=where) == []
    assert tell([(0, 0)], stream=where) == []
    assert where.getvalue() == ""


def test_on_a_terminal_nothing_is_logged() -> None:
    where = Terminal()
    assert tell(WORK, stream=where) == []
    assert "1000/1000" in where.getvalue()


SCRIPT = """
    import logging, sys
    from broadsheet.mkdocs_site.resources import Progress
    logging.basicConfig(level=sys.argv[1], format="%(message)s")
    progress = Progress(logging.LoggerAdapter(logging.getLogger("broadsheet"), {}), sys.stderr)
    for what in ("Rendering articles", "Printing pages"):
        for done in range(0, 1001, 20):
            progress.report(what, done, 1000)
    progress.report("Rendering articles", 500, 1000)
    progress.report("Comparing articles", 0, 1000)
    progress.report("Comparing articles", 1000, 1000)
    print("The end.", file=sys.stderr)
"""


BROKEN_OFF = """
    import logging, sys
    from broadsheet.mkdocs_site.resources import Progress
    logging.basicConfig(level=sys.argv[1])
    Progress(logging.LoggerAdapter(logging.getLogger("broadsheet"), {})).report("Rendering articles", 500, 1000)
    sys.exit(0)  # As after Control-C: nothing is reported any more.
"""
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


def run(terminal: bool, level: str = "INFO", script: str = SCRIPT) -> str:
    """What a process writes to standard error, which is a terminal or a pipe."""
    reader, writer = pty.openpty() if terminal else os.pipe()
    command = [sys.executable, "-c", textwrap.dedent(script), level]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.Popen(command, stderr=writer, stdout=subprocess.DEVNULL, env=environment)
    os.close(writer)
    chunks = []
    while True:
        try:
            chunk = os.read(reader, 65_536)
        except OSError:  # A terminal whose other end is closed.
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(reader)
    assert process.wait(timeout=60) == 0
    return b"".join(chunks).decode()


def test_on_a_terminal_a_bar_fills_with_counts_and_ends_in_a_line_of_its_own() -> None:
    shown = run(terminal=True)
    for what in ("Rendering articles", "Printing pages", "Comparing articles"):
        assert what in shown
    assert "1000/1000" in shown
    counts = [int(number) for number in re.findall(r"(\d+)/1000", shown.partition("Printing pages")[0])]
    assert counts == sorted(counts)
    assert counts[-1] == 1_000
    lines = [line.rpartition("\r")[2] for line in shown.replace("\r\n", "\n").split("\n")]
    assert any("Rendering articles" in line and "1000/1000" in line for line in lines)
    assert lines[-2].endswith("The end.")
    assert shown.rindex(SHOW) > shown.rindex(HIDE), "the cursor is left hidden"


def test_work_that_is_broken_off_leaves_a_terminal_with_its_cursor() -> None:
    shown = run(terminal=True, script=BROKEN_OFF)
    assert HIDE in shown
    assert shown.rindex(SHOW) > shown.rindex(HIDE)


def test_in_a_pipe_there_are_plain_lines_alone() -> None:
    shown = run(terminal=False)
    assert shown.splitlines() == [
        *(f"Rendering articles: {done} of 1,000" for done in ("0", "260", "500", "760", "1,000")),
        *(f"Printing pages: {done} of 1,000" for done in ("0", "260", "500", "760", "1,000")),
        "Rendering articles: 500 of 1,000",
        "Comparing articles: 0 of 1,000",
        "Comparing articles: 1,000 of 1,000",
        "The end.",
    ]


@pytest.mark.parametrize("terminal", [True, False])
def test_with_quiet_a_process_tells_nothing(terminal: bool) -> None:
    assert run(terminal, "WARNING").split() == ["The", "end."]
