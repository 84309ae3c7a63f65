"""Problems: what is wrong with the content, where, and how to mend it."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

# Controls, marks that turn the direction of text, separators of lines, halves of characters.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff]"
)
_LONG = 100
"""A word of more characters is no slip of the finger."""
_MANY = 2_000
"""A longer list of known words is narrowed down to those that begin alike: comparing words is slow."""


def pluralize(number: int, noun: str) -> str:
    """So many of something, in words that agree.

    >>> pluralize(1, "error"), pluralize(2, "error")
    ('1 error', '2 errors')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


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
        return escape_unprintable(f"{place}: {key}{self.message}{hint}")


def escape_unprintable(text: str) -> str:
    r"""A stranger's text on one line, fit for a terminal or a log: what cannot be seen is written out.

    `##[` is broken up: in GitHub's logs it begins a workflow command wherever in a line it stands
    (actions/runner, `ActionCommand.cs`).

    >>> escape_unprintable("a\nb"), escape_unprintable("##[stop-commands]x")
    ('a\\nb', '##\\[stop-commands]x')
    """
    return _UNSEEN.sub(lambda match: match[0].encode("unicode_escape").decode(), text).replace("##[", "##\\[")


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any of the problems keeps something out of the newspaper."""
    return any(problem.severity == "error" for problem in problems)


def suggest(wrong: str, known: Iterable[str]) -> str:
    """A hint "did you mean 'x'?" for a mistyped word, or '' when nothing known is near."""
    if len(wrong) > _LONG:
        return ""
    words = list(known)
    for length in range(1, len(wrong) + 1):
        if len(words) <= _MANY:
            break
        words = [word for word in words if word[:length] == wrong[:length]]
    words.sort()
    near = difflib.get_close_matches(wrong, words, n=1) or difflib.get_close_matches(wrong.lower(), words, n=1)
    return f"did you mean '{near[0]}'?" if near else ""


def make_suggester(known: Collection[str], most: int = 200) -> Callable[[str], str]:
    """`suggest` for many mistyped words and one list: it remembers answers, and looks up `most` words at most.

    A thousand articles with a thousand typos each must not keep a build busy for hours.
    """
    answers: dict[str, str] = {}

    def look_up(wrong: str) -> str:
        if wrong not in answers and len(answers) < most:
            answers[wrong] = suggest(wrong, known)
        return answers.get(wrong, "")

    return look_up


def format_text(problems: Iterable[Problem]) -> str:
    """The problems for a terminal, one a line; a warning or note says that it is one."""
    return "\n".join(
        str(problem) if problem.severity == "error" else f"{problem} [{problem.severity}]" for problem in problems
    )


def format_json(problems: Iterable[Problem]) -> str:
    """The problems as a JSON array of objects with the fields of `Problem`, escaped as by `escape_unprintable`."""
    text = json.dumps([asdict(problem) for problem in problems], ensure_ascii=False, indent=2)
    text = _UNSEEN.sub(lambda match: match[0] if match[0] == "\n" else f"\\u{ord(match[0]):04x}", text)
    return text.replace("##[", "##\\u005b")


_GITHUB_LEVEL = {"error": "error", "warning": "warning", "note": "notice"}


def format_github(problems: Iterable[Problem]) -> str:
    """The problems as GitHub Actions workflow commands, which annotate the lines of a pull request.

    Source of the escapes: actions/toolkit, `packages/core/src/command.ts`. Without them a crafted headline
    could smuggle in a workflow command of its own.
    """
    lines = []
    for problem in problems:
        where = {"file": problem.path, "line": problem.line, "col": problem.column, "title": problem.key}
        fields = ",".join(
            f"{name}={_escape_property(escape_unprintable(str(value)))}" for name, value in where.items() if value
        )
        text = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
        lines.append(f"::{_GITHUB_LEVEL[problem.severity]} {fields}::{_escape_data(escape_unprintable(text))}")
    return "\n".join(lines)


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
