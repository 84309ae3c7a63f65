"""The error overlay: a banner on top of every served page that lists what the last build found wrong."""

from __future__ import annotations

import html
import logging
import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mkdocs.exceptions import MkDocsException
from mkdocs.plugins import get_plugin_logger

from broadsheet.core import escape_unprintable
from broadsheet.mkdocs_site import explain_exception

MAX_BANNER_LINES = 3
"""How many errors a page shows; the terminal shows all."""

_MAX_LINE_LENGTH = 400
_BODY = re.compile(rb"<body\b[^>]*>")
_MKDOCS_LOGGER = logging.getLogger("mkdocs")
log = get_plugin_logger("broadsheet")


@dataclass(frozen=True, slots=True)
class ErrorNotice:
    """The errors of one build."""

    lines: tuple[str, ...] = ()
    """As the terminal shows them."""
    failed: bool = False
    """Whether the build failed, so that the site is that of an earlier build."""


class _ErrorCollector(logging.Handler):
    """Keeps the lines of the errors that are logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += record.getMessage().removeprefix("broadsheet: ").splitlines()


class ErrorOverlay:
    """Collects the errors that are logged during a build, and shows them on the pages that are served.

    No file of the site is changed.
    """

    def __init__(self, find_faults: Callable[[str], Sequence[str]]) -> None:
        """Take a function that returns the errors of the article whose last good page has a URL."""
        self._find_faults = find_faults
        self._collector = _ErrorCollector()
        self._notice = ErrorNotice()

    def start_collecting(self) -> None:
        """Collect errors from now on: a build begins."""
        self._collector.lines.clear()
        _MKDOCS_LOGGER.addHandler(self._collector)

    def stop_collecting(self) -> None:
        """Collect no more errors; pages go on showing the errors that were published last."""
        _MKDOCS_LOGGER.removeHandler(self._collector)

    def publish(self, *, failed: bool) -> bool:
        """Stop collecting, and show the collected errors on pages; return whether these differ from the last ones."""
        self.stop_collecting()
        last, self._notice = self._notice, ErrorNotice(tuple(self._collector.lines), failed)
        return self._notice != last

    def report(self, error: Exception) -> None:
        """Log the exception that has stopped a build, and put it before the collected errors.

        An exception that nobody foresaw is printed with its traceback.
        """
        self.stop_collecting()
        lines = self._collector.lines
        message = explain_exception(error)
        if not message and isinstance(error, MkDocsException):
            # MkDocs has usually logged the reason already.
            message = "" if lines else error.format_message()
        elif not message:
            traceback.print_exception(error)
            message = f"this stopped the build, see the terminal: {type(error).__name__}: {error}"
        if message:
            log.error("%s", message)
            # A page shows few lines: this one must be among them.
            lines[:0] = message.splitlines()

    def add_to_page(self, page: bytes, url: str) -> bytes:
        """Return the page of a URL with the published errors on top; those of its own article come first."""
        notice, own = self._notice, self._find_faults(url)
        lines = list(dict.fromkeys([*notice.lines, *own] if notice.failed else [*own, *notice.lines]))
        lead = "To be mended:"
        if notice.failed:
            lead = "This is the last good state of the newspaper. To be mended:"
        elif own:
            lead = "This is the last good state of the page. To be mended:"
        return add_banner(page, lead, lines)


def add_banner(page: bytes, lead: str, lines: Sequence[str]) -> bytes:
    """Return an HTML page with a banner that lists error lines; without lines, the page as it is."""
    if not lines:
        return page
    items = [escape_unprintable(line)[:_MAX_LINE_LENGTH] for line in lines[:MAX_BANNER_LINES]]
    if len(lines) > MAX_BANNER_LINES:
        items.append(f"and {len(lines) - MAX_BANNER_LINES} more: see the terminal")
    markup = "".join(f"<li>{html.escape(item)}</li>" for item in items)
    banner = (
        '<div role="alert" style="position:relative;z-index:9;padding:.8rem 1.2rem;background:#8c1d18;color:#fff;'
        f'overflow-wrap:anywhere"><strong>{html.escape(lead)}</strong><ul>{markup}</ul></div>'
    ).encode(errors="replace")
    body = _BODY.search(page)
    position = body.end() if body else 0
    return page[:position] + banner + page[position:]
