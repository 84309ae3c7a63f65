"""YAML errors: explain the parser's messages to a writer who knows only Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import yaml

from broadsheet.core import Problem

match_key_line = re.compile(r"(?P<lead>\s*(?:- +)?)(?P<key>[\w-]+):[ \t]+(?P<value>\S.*)").fullmatch
"""Return the parts `lead`, `key` and `value` of a line `key: value`, which may begin a list item, or None."""

_ITEM_LINE = re.compile(r"(?P<lead>\s*- +)(?P<value>\S.*)")
_MAX_EXAMPLE_LENGTH = 200
"""The longest line that a hint repeats, in characters."""

_UNSPACED_KEY = re.compile(r"(?P<lead>\s*(?:- +)?)(?P<key>[\w-]+):(?P<value>[^\s/].*)")
_CLOSING_BRACKETS = {"[": "]", "{": "}"}


def quote(text: str) -> str:
    r"""Return a text in YAML quotes: in double quotes when it has an apostrophe, so that the example is easy to read.

    >>> print(quote("Mayor: no"), quote("It's on"), quote('It\'s "on"'))
    'Mayor: no' "It's on" 'It''s "on"'
    """
    if "'" in text and '"' not in text and "\\" not in text:
        return f'"{text}"'
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def suggest_quotes(line: str, column: int, text: str = "the text") -> str:
    """Return a hint that shows a line `key: value` or `- value` with its value in quotes.

    The value begins at `column`, which is 0-based.
    """
    match = match_value_line(line) if len(line) <= _MAX_EXAMPLE_LENGTH else None
    if match is None or match.start("value") != column:
        return f"put {text} in quotes"
    value = quote(_strip_quotes(match["value"].strip()))
    return f"put {text} in quotes: {line[:column].strip()} {value}"


def match_value_line(line: str) -> re.Match[str] | None:
    """Return the parts `lead` and `value` of a line `key: value` or `- value`, or None."""
    return match_key_line(line) or _ITEM_LINE.fullmatch(line)


def _strip_quotes(value: str) -> str:
    """Remove the quotes around a value, unless the opening quote is closed before the end of the value."""
    inner, mark = value[1:-1], value[0]
    if len(value) < 3 or mark not in "\"'" or value[-1] != mark:
        return value
    # In 'Don't go' the inner quote is an apostrophe; in "Yes" or "No" it closes the first quote.
    index = inner.find(mark)
    is_opening = index <= 0 or inner[index - 1].isspace()
    is_apostrophe = mark == "'" and re.search(r"\w'\w", inner) is not None
    return inner if is_opening or is_apostrophe else value


def explain_yaml_error(
    error: yaml.MarkedYAMLError, last: yaml.ScalarEvent | None, lines: Sequence[str], path: str, first_line: int
) -> Problem:
    """Turn a syntax error of YAML into a problem.

    Args:
        error: the exception of the parser.
        last: the last scalar that was read before the error.
        lines: the lines of the YAML text; the first of them is line `first_line` of the file at `path`.
        path: the file as problems name it.
        first_line: the line of the file on which the YAML begins.

    """
    parser_error = _locate_parser_error(error, last, lines, first_line)
    explanations = (explain(parser_error) for explain in _RULES)
    explanation = next((explanation for explanation in explanations if explanation is not None), None)
    if explanation is None:
        message = " ".join(part for part in (parser_error.problem, parser_error.context) if part)
        explanation = _Explanation(parser_error.row, parser_error.column, f"not readable as YAML: {message[:200]}")
    key_line = match_key_line(lines[explanation.row]) or _UNSPACED_KEY.fullmatch(lines[explanation.row])
    key = explanation.key or (key_line["key"] if key_line else "")
    return Problem(
        path, explanation.row + first_line, explanation.column + 1, key[:60], explanation.message, explanation.hint
    )


@dataclass(frozen=True, slots=True)
class _ParserError:
    """A syntax error and its place; rows and columns are 0-based."""

    problem: str
    context: str
    row: int
    column: int
    start: tuple[int, int]
    """Row and column of the beginning of the part that could not be read."""
    last: tuple[int, int, int, str]
    """The last scalar before the error: its first row and column, its last row, its kind of quote."""
    lines: Sequence[str]
    first_line: int

    @property
    def line(self) -> str:
        return self.lines[self.row]


@dataclass(frozen=True, slots=True)
class _Explanation:
    row: int
    column: int
    message: str
    hint: str = ""
    key: str = ""
    """The key, or '' for the key of the line."""


def _locate_parser_error(
    error: yaml.MarkedYAMLError, last: yaml.ScalarEvent | None, lines: Sequence[str], first_line: int
) -> _ParserError:
    end = len(lines) - 1
    mark, start = error.problem_mark, error.context_mark
    row, column = (min(mark.line, end), mark.column) if mark else (0, 0)
    began = (min(start.line, end), start.column) if start else (row, column)
    value = (row, column, row, "")
    if last is not None and last.start_mark is not None and last.end_mark is not None:
        value = (min(last.start_mark.line, end), last.start_mark.column, min(last.end_mark.line, end), last.style or "")
    return _ParserError(error.problem or "", error.context or "", row, column, began, value, lines, first_line)


def _explain_tab(error: _ParserError) -> _Explanation | None:
    indent = error.line[: len(error.line) - len(error.line.lstrip())]
    if "\t" in indent and ("tab" in error.problem or "cannot start" in error.problem):
        return _Explanation(error.row, indent.index("\t"), "a tab at the beginning of a line", "indent with spaces")
    return None


def _explain_escape(error: _ParserError) -> _Explanation | None:
    if error.context != "while parsing a quoted scalar":
        return None
    message = "in double quotes a backslash begins an escape, and YAML does not know this one"
    return _Explanation(error.row, error.column, message, r"write \\ for a backslash, or put the text in single quotes")


def _explain_open_quote(error: _ParserError) -> _Explanation | None:
    if error.context != "while scanning a quoted scalar":
        return None
    row, column = error.start
    mark = error.lines[row][column : column + 1]
    hint = f"end the text with {mark}"
    # The writer may have meant an apostrophe, as in 'Tis the season.
    if mark == "'" and error.lines[row].count(mark) == 1:
        hint += f", or {suggest_quotes(error.lines[row], column, 'all of it')}"
    return _Explanation(row, column, f"the quote {mark} that opens here is never closed", hint)


def _explain_text_after_quote(error: _ParserError) -> _Explanation | None:
    row, column, last_row, style = error.last
    if style not in {"'", '"'} or last_row != error.row:
        return None
    if row != last_row:
        message = f"the quote {style} that opens here closes in line {last_row + error.first_line}, before more text"
        return _Explanation(row, column, message, f"end the text with {style} where it ends")
    hint = suggest_quotes(error.line, column, "all of it")
    return _Explanation(error.row, error.column, "text after the closing quote", hint)


def _explain_open_bracket(error: _ParserError) -> _Explanation | None:
    row, column = error.start
    opening = error.lines[row][column : column + 1]
    if "flow" not in error.context or opening not in _CLOSING_BRACKETS:
        return None
    message = f"the '{opening}' that opens here lacks a comma or its closing '{_CLOSING_BRACKETS[opening]}'"
    example = "[one, two]" if opening == "[" else "{key: value, key: value}"
    hint = f"write it like {example}; a text that begins with '{opening}' goes in quotes"
    return _Explanation(row, column, message, hint)


def _explain_first_character(error: _ParserError) -> _Explanation | None:
    match = match_value_line(error.line)
    if match is None or error.column < match.start("value"):
        return None
    value, column = match["value"], match.start("value")
    hint = suggest_quotes(error.line, column)
    if value[0] in _CLOSING_BRACKETS:
        return _Explanation(error.row, error.column, f"text after the closing '{_CLOSING_BRACKETS[value[0]]}'", hint)
    if value[0] in "|>":
        message = f"text behind '{value[0]}', which announces one that begins on the next line"
        return _Explanation(error.row, column, message, f"begin it on the next line, or {hint}")
    if value.startswith("- "):
        message = "a list cannot begin on the line of its key"
        return _Explanation(error.row, column, message, f"begin it on the next line, or {hint}")
    if value[0] in "]}*&!%@`,?":
        return _Explanation(error.row, column, f"an unquoted text cannot begin with '{value[0]}'", hint)
    return None


def _explain_colon(error: _ParserError) -> _Explanation | None:
    if "mapping values are not allowed" not in error.problem:
        return None
    key_line = match_key_line(error.line)
    last_row = error.last[0]
    if key_line and key_line.end("key") == error.column and last_row < error.row:
        return _explain_continuation(error, last_row)
    message = "a colon followed by a space ends an unquoted text"
    above = match_key_line(error.lines[last_row]) if last_row < error.row else None
    if above:
        hint = f"put the whole text of '{above['key'][:60]}' in quotes"
        return _Explanation(error.row, error.column, message, hint, above["key"])
    value = match_value_line(error.line)
    if last_row < error.row or not value:
        return _Explanation(last_row, error.last[1], "expected a line 'key: value'", _advise_on_prose(error))
    return _Explanation(error.row, error.column, message, suggest_quotes(error.line, value.start("value")))


def _explain_continuation(error: _ParserError, last_row: int) -> _Explanation:
    """Explain a line `key: value` that YAML reads as a continuation of the text above it."""
    above = error.lines[last_row]
    if _UNSPACED_KEY.fullmatch(above) and not match_key_line(above):
        return _explain_missing_space(error, last_row)
    indents = [len(line) - len(line.lstrip()) for line in (above, error.line)]
    if indents[1] > indents[0]:
        message = f"this line is indented, so it continues the text of line {last_row + error.first_line}"
        hint = "take away the spaces at its beginning, or put the whole text in quotes"
        return _Explanation(error.row, indents[1], message, hint)
    return _Explanation(last_row, indents[0], "expected a line 'key: value'", _advise_on_prose(error))


def _explain_missing_colon(error: _ParserError) -> _Explanation | None:
    if "could not find expected ':'" not in error.problem:
        return None
    row, column = error.start
    if _UNSPACED_KEY.fullmatch(error.lines[row]):
        return _explain_missing_space(error, row)
    if row and error.lines[row - 1].lstrip().startswith("- "):
        hint = "begin it with '- ' if it belongs to the list above, or give it a key"
        return _Explanation(row, column, "expected a line 'key: value' or '- value'", hint)
    return _Explanation(row, column, "expected a line 'key: value'", _advise_on_prose(error))


def _explain_missing_space(error: _ParserError, row: int) -> _Explanation:
    match = _UNSPACED_KEY.fullmatch(error.lines[row])
    assert match is not None
    example = f": {match['key']}: {match['value']}" if len(match[0]) <= 200 else ""
    message = "no space after the colon, expected 'key: value'"
    return _Explanation(row, match.end("key"), message, f"write a space after it{example}")


def _advise_on_prose(error: _ParserError) -> str:
    hint = "indent it by two spaces if it belongs to the line above"
    # A YAML file begins with line 1; front matter has a line of --- above it.
    return f"{hint}; the front matter ends with a line of ---" if error.first_line > 1 else hint


def _explain_column(error: _ParserError) -> _Explanation | None:
    before, here = error.line[: error.column], error.line[error.column :]
    if "did not find expected" not in error.problem or before.strip() or not here.strip():
        return None
    if "<document start>" in error.problem and any(line.startswith("...") for line in error.lines[: error.row]):
        message, hint = "more text after a line of '...', which ends the YAML", "take that line out"
    elif "'-' indicator" in error.problem and not here.startswith("- "):
        message, hint = "expected another item of the list above", "begin every item of the list with '- '"
    elif here.startswith(":"):
        message, hint = "expected a key before the colon", "write 'key: value'"
    elif here.startswith("- ") and not before:
        message, hint = "a list item without a key above it", "write nothing behind the key that the list belongs to"
    else:
        message = "this line begins in another column than the lines it belongs with"
        hint = "begin all lines that belong together in the same column"
    return _Explanation(error.row, error.column, message, hint)


_RULES: tuple[Callable[[_ParserError], _Explanation | None], ...] = (
    _explain_tab,
    _explain_escape,
    _explain_open_quote,
    _explain_text_after_quote,
    _explain_open_bracket,
    _explain_first_character,
    _explain_colon,
    _explain_missing_colon,
    _explain_column,
)
"""The functions that explain errors, in the order in which they are tried; the first explanation is used."""
