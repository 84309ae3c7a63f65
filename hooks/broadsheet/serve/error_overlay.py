"""The error overlay: a box on every page that the server shows, with the errors and warnings of the last build."""

from __future__ import annotations

import hashlib
import html
import logging
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from mkdocs.exceptions import MkDocsException
from mkdocs.plugins import get_plugin_logger

from broadsheet.core import Problem, Severity, escape_unprintable, pluralize
from broadsheet.mkdocs_site import explain_exception

MAX_PROBLEMS = 50
"""How many problems a page shows; `broadsheet check` lists all."""

_MAX_TEXT_LENGTH = 400
_MKDOCS_LOGGER = logging.getLogger("mkdocs")
_SERVER_LOGGER = "mkdocs.livereload"
"""Warns of requests for pages that do not exist; these are no problems of a build."""
_STYLE = Path(__file__).with_name("error_overlay.css").read_text("utf-8")
_SCRIPT = Path(__file__).with_name("error_overlay.js").read_text("utf-8")
log = get_plugin_logger("broadsheet")


class _ProblemCollector(logging.Handler):
    """Keeps the errors and warnings that are logged, as problems without a place."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.problems: list[Problem] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != _SERVER_LOGGER:
            level: Severity = "error" if record.levelno >= logging.ERROR else "warning"
            lines = record.getMessage().removeprefix("broadsheet: ").splitlines()
            self.problems += (Problem("", 0, 0, "", line, severity=level) for line in lines)


class ErrorOverlay:
    """Collects the problems of a build, and shows them on the pages that are served. No file of the site is changed."""

    def __init__(self, find_source: Callable[[str], str]) -> None:
        """Take a function that returns the file of the article at a URL, as problems name it; '' for other pages."""
        self._find_source = find_source
        self._collector = _ProblemCollector()
        self._failure: list[Problem] = []
        """What stopped the build."""
        self._content: tuple[Problem, ...] = ()
        self._shown: tuple[Problem, ...] = ()
        self._names: dict[str, str] = {}
        """By identity: the names of the shown problems for browsers."""
        self._builds = 0
        self._failed = False

    def start_collecting(self) -> None:
        """Collect what is logged from now on: a build begins."""
        self._collector.problems.clear()
        self._failure.clear()
        _MKDOCS_LOGGER.addHandler(self._collector)

    def stop_collecting(self) -> None:
        """Collect no more; pages go on showing the problems that were published last."""
        _MKDOCS_LOGGER.removeHandler(self._collector)

    def set_content_problems(self, problems: Iterable[Problem]) -> None:
        """Take the problems of the content; without a call the next `publish` shows those of the build before."""
        self._content = tuple(problem for problem in problems if problem.severity != "note")

    def publish(self, *, failed: bool) -> bool:
        """Stop collecting, and show the problems on pages; return whether these differ from the last ones."""
        self.stop_collecting()
        logged = {str(problem) for problem in self._content}
        others = [problem for problem in self._collector.problems if problem.message not in logged]
        # What stopped the build comes first, then errors before warnings.
        problems = dict.fromkeys([*self._failure, *_sort_by_severity([*self._content, *others])])
        last, self._shown, self._failed = (self._shown, self._failed), tuple(problems), failed
        self._builds += 1
        # A problem that comes again after it was mended is a new one.
        identities = dict.fromkeys(map(_identify, problems))
        self._names = {name: self._names.get(name, f"{name}-{self._builds}") for name in identities}
        return (self._shown, self._failed) != last

    def report(self, error: Exception) -> None:
        """Log the exception that has stopped a build, and put it before the collected problems.

        An exception that nobody foresaw is printed with its traceback.
        """
        self.stop_collecting()
        errors = [problem for problem in self._collector.problems if problem.severity == "error"]
        message = explain_exception(error)
        if not message and isinstance(error, MkDocsException):
            # MkDocs has usually logged the reason already.
            message = "" if errors else error.format_message()
        elif not message:
            traceback.print_exception(error)
            message = f"this stopped the build, see the terminal: {type(error).__name__}: {error}"
        if message:
            log.error("%s", message)
            self._failure = [Problem("", 0, 0, "", line) for line in message.splitlines()]

    def add_to_page(self, page: bytes, url: str) -> bytes:
        """Return the page of a URL with the published problems; those of its own article come first."""
        source = self._find_source(url)
        is_own = {problem for problem in self._shown if source and problem.path == source}
        has_faults = any(problem.severity == "error" for problem in is_own)
        lead = ""
        if self._failed:
            lead = "You see the last good state of the newspaper."
        elif has_faults:
            lead = "You see the last good state of this page."
        problems = self._shown
        if not self._failed:
            problems = _sort_by_severity(sorted(problems, key=lambda problem: problem not in is_own))
        return add_problem_box(page, lead, problems, self._names.values())


def _sort_by_severity(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.severity != "error"))


def add_problem_box(page: bytes, lead: str, problems: Sequence[Problem], names: Iterable[str]) -> bytes:
    """Return an HTML page with a box that lists problems at its end; without problems, the page as it is.

    The box has the `names` of all problems, by which its script knows the new ones.

    The box stays at the lower edge of the window, and takes a place of its own below the page. Its script folds it when
    a reader has folded it before and no problem is new.
    """
    if not problems:
        return page
    errors = sum(problem.severity == "error" for problem in problems)
    counts = [(errors, "error"), (len(problems) - errors, "warning")]
    summary = ", ".join(pluralize(number, noun) for number, noun in counts if number)
    items = "".join(map(_render_problem, problems[:MAX_PROBLEMS]))
    if len(problems) > MAX_PROBLEMS:
        items += f"<li>and {len(problems) - MAX_PROBLEMS:,} more: 'broadsheet check' lists all</li>"
    lead = f"<p>{html.escape(lead)}</p>" if lead else ""
    kind = "errors" if errors else "warnings"
    box = (
        f'<section id="broadsheet-problems" class="{kind}" data-problems="{" ".join(names)}" '
        f'aria-label="Problems of the newspaper"><style>{_STYLE}</style>'
        f'<details open><summary>To be mended: {summary}</summary><div tabindex="0" role="group" aria-label="Problems">'
        f'{lead}<ul>{items}</ul></div></details><p role="alert"></p><script>{_SCRIPT}</script></section>'
    ).encode(errors="replace")
    end = page.rfind(b"</body>")
    end = end if end >= 0 else len(page)
    return page[:end] + box + page[end:]


def _render_problem(problem: Problem) -> str:
    """Return the item of a problem: its place, what is wrong, and how to mend it; together as `str(problem)`."""
    place = ":".join([problem.path, *(str(number) for number in (problem.line, problem.column) if number)])
    key = f"{problem.key}: " if problem.key else ""
    markup = f"<code>{_escape(place)}</code>: " if problem.path else ""
    markup += f"<span>{_escape(key + problem.message)}</span>"
    markup += f" <small>({_escape(problem.hint)})</small>" if problem.hint else ""
    label = "" if problem.severity == "error" else " <em>Warning</em>"
    return f'<li class="{problem.severity}">{markup}{label}</li>'


def _escape(text: str) -> str:
    return html.escape(escape_unprintable(text)[:_MAX_TEXT_LENGTH])


def _identify(problem: Problem) -> str:
    """Return a digest of a problem that stays when lines are added above it."""
    text = "\0".join((problem.severity, problem.path, problem.key, problem.message))
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=6).hexdigest()
