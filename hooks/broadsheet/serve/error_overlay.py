"""What the server shows of a fault: the last good state of what is broken, and a banner with the errors on pages."""

from __future__ import annotations

import html
import logging
import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mkdocs.exceptions import MkDocsException
from mkdocs.plugins import get_plugin_logger

from broadsheet.content import ContentFiles, Library, SiteConfig, build_library
from broadsheet.core import Cache, escape_unprintable
from broadsheet.edition import SiteModel
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


class LastGood:
    """Keeps registers and pages that were good, and puts them in the place of broken ones."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        """By URL: the last good pages of the articles that are faulty now."""
        self._faults: dict[str, tuple[str, ...]] = {}
        """By URL: the errors of each of these articles."""
        self._registers: dict[str, bytes] = {}
        self._urls: dict[str, str] = {}
        """By path: the URLs of articles when they were last good."""

    def read(self, source: ContentFiles, config: SiteConfig, cache: Cache | None) -> Library:
        """Return the library of the content files, with the last good state of each broken register."""
        library = build_library(source, config, cache)
        errors = {problem.path for problem in library.problems if problem.severity == "error"}
        broken = {name for name in source.taxonomy_files if source.name(name) in errors}
        last_good = {name: self._registers[name] for name in broken if name in self._registers}
        self._registers |= {name: data for name, data in source.taxonomy_files.items() if name not in broken}
        if not last_good:
            return library
        rebuilt = build_library(replace(source, taxonomy_files={**source.taxonomy_files, **last_good}), config, cache)
        broken_paths = {source.name(name) for name in broken}
        register_problems = [problem for problem in library.problems if problem.path in broken_paths]
        return replace(rebuilt, problems=tuple(sorted({*rebuilt.problems, *register_problems})))

    def save_pages(self, library: Library, model: SiteModel, site_dir: Path) -> None:
        """Read the pages of faulty articles from the site, before the site is built without these articles."""
        known = {article.path: article.url for article in library.articles if article.path not in model.faulty}
        used_urls = set(known.values())
        pages, faults = dict[str, bytes](), dict[str, tuple[str, ...]]()
        for path in model.faulty:
            url = self._urls.get(path, "")
            file = site_dir / url / "index.html"
            if url and url not in used_urls and file.is_file():
                pages[url] = file.read_bytes()
                name = library.name(path)
                problems = (item for item in model.problems if item.path == name and item.severity == "error")
                faults[url] = tuple(map(str, problems))
        self.pages, self._faults = pages, faults
        self._urls |= known

    def find_faults(self, url: str) -> tuple[str, ...]:
        """Return the errors of the article whose last good page has this URL."""
        return self._faults.get(url, ())


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
