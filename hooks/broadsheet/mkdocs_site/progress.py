"""Progress: how far long work has come, as a bar on a terminal and as plain lines elsewhere."""

from __future__ import annotations

import atexit
import logging
import sys
from typing import Any, TextIO

import click

LONG = 200
"""Less is done before anyone asks."""

_LINES = 4


class Progress:
    """Tells how much of a piece of work is done: nothing where only warnings are wanted (`mkdocs build --quiet`)."""

    def __init__(self, log: logging.LoggerAdapter[logging.Logger], stream: TextIO = sys.stderr) -> None:
        """Take the log for plain lines, and the stream for a bar (standard error) that may be a terminal."""
        self._log = log
        self._stream = stream
        self._bar: Any = None
        self._what = ""
        self._told = 0

    def report(self, what: str, done: int, total: int, long: int = LONG) -> None:
        """Tell that so much is done of so much; from `long` on somebody asks."""
        if total < long or not self._log.isEnabledFor(logging.INFO):
            return
        if self._stream.isatty():
            self._draw(what, done, total)
        else:
            self._tell(what, done, total)
        if done >= total:
            self._what, self._bar = "", None

    def _draw(self, what: str, done: int, total: int) -> None:
        if self._bar is None or what != self._what:
            self._end_bar()
            self._what = what
            self._bar = click.progressbar(length=total, label=what, show_pos=True, file=self._stream)
            # Control-C ends work without a word, and a bar hides the cursor.
            atexit.register(self._end_bar)
            self._bar.render_progress()
        self._bar.update(done - self._bar.pos)
        if done >= total:
            self._end_bar()

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None
            atexit.unregister(self._end_bar)

    def _tell(self, what: str, done: int, total: int) -> None:
        if what != self._what:
            self._what, self._told = what, -1
        part = done * _LINES // total
        if part > self._told:
            self._told = part
            self._log.info("%s: %s of %s", what, f"{done:,}", f"{total:,}")
