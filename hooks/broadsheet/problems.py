"""Problems: what is wrong with the content, where, and how to mend it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


class BroadsheetError(Exception):
    """A fault that stops a command; its text is written for the person who ran it."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault, as a value: faults are collected and reported together, never raised one by one."""

    path: str
    """The file, as the user would type it from the project's root."""
    line: int
    """1-based; 0 where the whole file is meant."""
    column: int
    """1-based; 0 where the whole line is meant."""
    key: str
    """The front-matter key, or '' where there is none."""
    message: str
    """What was found and what was expected."""
    hint: str = ""
    """How to mend it, or ''."""
    severity: Severity = "error"
    """An error keeps the article out; a warning fails a strict build; a note fails nothing."""

    def __str__(self) -> str:
        """The problem on one line: `path:line:column: key: message (hint)`."""
        place = ":".join([self.path, *(str(number) for number in (self.line, self.column) if number)])
        key = f"{self.key}: " if self.key else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: {key}{self.message}{hint}"


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of the problems keeps something out of the newspaper."""
    return any(problem.severity == "error" for problem in problems)


def suggest(wrong: str, known: Iterable[str]) -> str:
    """A hint "did you mean 'x'?" for a mistyped word, or '' when nothing known is near."""
    near = difflib.get_close_matches(wrong, sorted(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""


def format_text(problems: Iterable[Problem]) -> str:
    """The problems for a terminal, one a line; a warning or note says that it is one."""
    return "\n".join(
        str(problem) if problem.severity == "error" else f"{problem} [{problem.severity}]" for problem in problems
    )


def format_json(problems: Iterable[Problem]) -> str:
    """The problems as a JSON array of objects with the fields of `Problem`."""
    return json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=2)


_GITHUB_LEVEL = {"error": "error", "warning": "warning", "note": "notice"}


def format_github(problems: Iterable[Problem]) -> str:
    """The problems as GitHub Actions workflow commands, which annotate the lines of a pull request.

    Source of the escapes: actions/toolkit, `packages/core/src/command.ts`. Without them a crafted headline
    could smuggle in a workflow command of its own.
    """
    lines = []
    for problem in problems:
        where = {"file": problem.path, "line": problem.line, "col": problem.column, "title": problem.key}
        fields = ",".join(f"{name}={_escape_property(str(value))}" for name, value in where.items() if value)
        text = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
        lines.append(f"::{_GITHUB_LEVEL[problem.severity]} {fields}::{_escape_data(text)}")
    return "\n".join(lines)


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
