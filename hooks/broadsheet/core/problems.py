"""Problems: faults in content, each with its place and a way to mend it, and their output formats."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

# Control characters, marks of text direction, line separators, surrogates.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff]"
)
_MAX_WORD_LENGTH = 100
"""A longer word gets no suggestion."""
_MAX_COMPARED_WORDS = 2_000
"""Of more known words, only words with the same beginning are compared, because comparing is slow."""


def pluralize(number: int, noun: str) -> str:
    """Return a number with its noun, in the singular or plural.

    >>> pluralize(1, "error"), pluralize(2, "error")
    ('1 error', '2 errors')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


class BroadsheetError(Exception):
    """An error that ends a command; its text is for the person who ran the command."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in content. Problems are collected and reported together, never raised."""

    path: str
    """The file, relative to the root of the project."""
    line: int
    """1-based; 0 for the whole file."""
    column: int
    """1-based; 0 for the whole line."""
    key: str
    """The front-matter key; '' for none."""
    message: str
    """What was found and what was expected."""
    hint: str = ""
    """How to mend the fault; '' for no hint."""
    severity: Severity = "error"
    """An error excludes the article; a warning fails a strict build; a note fails nothing."""

    def __str__(self) -> str:
        """Return the problem on one line: `path:line:column: key: message (hint)`."""
        place = ":".join([self.path, *(str(number) for number in (self.line, self.column) if number)])
        key = f"{self.key}: " if self.key else ""
        hint = f" ({self.hint})" if self.hint else ""
        return escape_unprintable(f"{place}: {key}{self.message}{hint}")


def escape_unprintable(text: str) -> str:
    r"""Return an untrusted text on one line, safe for terminals and logs: unprintable characters become escapes.

    `##[` is escaped too: in GitHub's logs it begins a workflow command anywhere in a line
    (actions/runner, `ActionCommand.cs`).

    >>> escape_unprintable("a\nb"), escape_unprintable("##[stop-commands]x")
    ('a\\nb', '##\\[stop-commands]x')
    """
    return _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text).replace("##[", "##\\[")


def has_errors(problems: Iterable[Problem]) -> bool:
    """Return whether any problem is an error."""
    return any(problem.severity == "error" for problem in problems)


def suggest(wrong: str, known: Iterable[str]) -> str:
    """Return the hint "did you mean 'x'?" for a mistyped word; '' when no known word is similar."""
    if len(wrong) > _MAX_WORD_LENGTH:
        return ""
    words = list(known)
    for length in range(1, len(wrong) + 1):
        if len(words) <= _MAX_COMPARED_WORDS:
            break
        words = [word for word in words if word[:length] == wrong[:length]]
    words.sort()
    matches = difflib.get_close_matches(wrong, words, n=1) or difflib.get_close_matches(wrong.lower(), words, n=1)
    return f"did you mean '{matches[0]}'?" if matches else ""


def explain_unknown(noun: str, wrong: object, known: Iterable[str]) -> str:
    """Return the message for an unknown key, with a suggestion where a known key is similar.

    >>> explain_unknown("setting", "timezon", ["timezone"])
    "unknown setting (did you mean 'timezone'?)"
    """
    hint = suggest(str(wrong), known)
    return f"unknown {noun} ({hint})" if hint else f"unknown {noun}"


def make_suggester(known: Collection[str], max_answers: int = 200) -> Callable[[str], str]:
    """Return `suggest` for one list of words, with a cache, and with a hint for the first `max_answers` words only.

    A thousand articles with a thousand typos each must not slow a build down to hours.
    """
    answers: dict[str, str] = {}

    def look_up(wrong: str) -> str:
        if wrong not in answers and len(answers) < max_answers:
            answers[wrong] = suggest(wrong, known)
        return answers.get(wrong, "")

    return look_up


def format_text(problems: Iterable[Problem]) -> str:
    """Return the problems for a terminal, one on each line; warnings and notes are marked."""
    return "\n".join(
        str(problem) if problem.severity == "error" else f"{problem} [{problem.severity}]" for problem in problems
    )


def format_json(problems: Iterable[Problem]) -> str:
    """Return the problems as a JSON array of objects with the fields of `Problem`; see `escape_unprintable`."""
    text = json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=2)
    text = _UNPRINTABLE.sub(lambda match: match[0] if match[0] == "\n" else f"\\u{ord(match[0]):04x}", text)
    return text.replace("##[", "##\\u005b")


_GITHUB_LEVEL = {"error": "error", "warning": "warning", "note": "notice"}


def format_github(problems: Iterable[Problem]) -> str:
    """Return the problems as GitHub Actions workflow commands, which annotate the lines of a pull request.

    The escapes are those of actions/toolkit, `packages/core/src/command.ts`. Without them, a headline could contain a
    workflow command.
    """
    lines = []
    for problem in problems:
        properties = {"file": problem.path, "line": problem.line, "col": problem.column, "title": problem.key}
        fields = ",".join(
            f"{name}={_escape_property(escape_unprintable(str(value)))}" for name, value in properties.items() if value
        )
        text = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
        lines.append(f"::{_GITHUB_LEVEL[problem.severity]} {fields}::{_escape_data(escape_unprintable(text))}")
    return "\n".join(lines)


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
