"""Quoting: how a writer's text must stand in YAML, shown by example in hints."""

from __future__ import annotations

import re

_KEYED = re.compile(r"(?P<lead>\s*(?:- +)?)(?P<key>[\w-]+):[ \t]+(?P<value>\S.*)")
_ITEM = re.compile(r"(?P<lead>\s*- +)(?P<value>\S.*)")
_MAX_EXAMPLE = 200
"""A hint repeats a writer's line only where it is not longer."""


def quote(text: str) -> str:
    r"""A text as YAML has it in quotes: double ones where it has an apostrophe, so that the example is easy to read.

    >>> print(quote("Mayor: no"), quote("It's on"), quote('It\'s "on"'))
    'Mayor: no' "It's on" 'It''s "on"'
    """
    if "'" in text and '"' not in text and "\\" not in text:
        return f'"{text}"'
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def suggest_quotes(line: str, column: int, text: str = "the text") -> str:
    """A hint that shows a line `key: value` or `- value`, whose value begins in that column, with it in quotes.

    The column is 0-based.
    """
    match = match_value(line) if len(line) <= _MAX_EXAMPLE else None
    if match is None or match.start("value") != column:
        return f"put {text} in quotes"
    value = quote(_strip_quotes(match["value"].strip()))
    return f"put {text} in quotes: {line[:column].strip()} {value}"


def match_keyed(line: str) -> re.Match[str] | None:
    """The parts `lead`, `key` and `value` of a line `key: value`, which may begin a list item, or None."""
    return _KEYED.fullmatch(line)


def match_value(line: str) -> re.Match[str] | None:
    """The parts `lead` and `value` of a line `key: value` or `- value`, or None."""
    return _KEYED.fullmatch(line) or _ITEM.fullmatch(line)


def _strip_quotes(value: str) -> str:
    """The text inside a pair of quotes around all of a value, unless the first of them closes before its end."""
    inner, mark = value[1:-1], value[0]
    if len(value) < 3 or mark not in "\"'" or value[-1] != mark:
        return value
    # In 'Don't go' the inner quote is an apostrophe; in "Yes" or "No" it closes what the first one opened.
    first = inner.find(mark)
    opens = first <= 0 or inner[first - 1].isspace()
    apostrophe = mark == "'" and re.search(r"\w'\w", inner) is not None
    return inner if opens or apostrophe else value
