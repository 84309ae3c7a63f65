"""YAML faults: what the parser's complaints mean to a writer who knows only Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import yaml

from broadsheet.core import Problem

_KEYED = re.compile(r"(?P<lead>\s*(?:- +)?)(?P<key>[\w-]+):[ \t]+(?P<value>\S.*)")
_ITEM = re.compile(r"(?P<lead>\s*- +)(?P<value>\S.*)")
_MAX_EXAMPLE = 200
"""A hint repeats a writer's line only where it is not longer."""

_UNSPACED = re.compile(r"(?P<lead>\s*(?:- +)?)(?P<key>[\w-]+):(?P<value>[^\s/].*)")
_CLOSING = {"[": "]", "{": "}"}


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


def explain_yaml(
    error: yaml.MarkedYAMLError, last: yaml.ScalarEvent | None, lines: Sequence[str], path: str, first_line: int
) -> Problem:
    """The problem that a syntax error of YAML is.

    Args:
        error: as the parser raised it.
        last: the last single value that was read before it.
        lines: of the YAML text, the first of which is line `first_line` of the file at `path`.

    """
    scene = _set_scene(error, last, lines, first_line)
    finding = next((found for rule in _RULES if (found := rule(scene)) is not None), None)
    if finding is None:
        complaint = " ".join(part for part in (scene.problem, scene.context) if part)
        finding = _Finding(scene.row, scene.column, f"not readable as YAML: {complaint[:200]}")
    keyed = match_keyed(lines[finding.row]) or _UNSPACED.fullmatch(lines[finding.row])
    key = finding.key or (keyed["key"] if keyed else "")
    return Problem(path, finding.row + first_line, finding.column + 1, key[:60], finding.message, finding.hint)


@dataclass(frozen=True, slots=True)
class _Scene:
    """A complaint and where it arose; rows and columns are 0-based."""

    problem: str
    context: str
    row: int
    column: int
    start: tuple[int, int]
    """Where that began which could not be read."""
    last: tuple[int, int, int, str]
    """Of the last single value: the row and column of its beginning, the row of its end, its kind of quote."""
    lines: Sequence[str]
    first_line: int

    @property
    def line(self) -> str:
        return self.lines[self.row]


@dataclass(frozen=True, slots=True)
class _Finding:
    row: int
    column: int
    message: str
    hint: str = ""
    key: str = ""
    """'' for that of the line."""


def _set_scene(
    error: yaml.MarkedYAMLError, last: yaml.ScalarEvent | None, lines: Sequence[str], first_line: int
) -> _Scene:
    end = len(lines) - 1
    mark, start = error.problem_mark, error.context_mark
    row, column = (min(mark.line, end), mark.column) if mark else (0, 0)
    began = (min(start.line, end), start.column) if start else (row, column)
    value = (row, column, row, "")
    if last is not None and last.start_mark is not None and last.end_mark is not None:
        value = (min(last.start_mark.line, end), last.start_mark.column, min(last.end_mark.line, end), last.style or "")
    return _Scene(error.problem or "", error.context or "", row, column, began, value, lines, first_line)


def _find_tab(scene: _Scene) -> _Finding | None:
    indent = scene.line[: len(scene.line) - len(scene.line.lstrip())]
    if "\t" in indent and ("tab" in scene.problem or "cannot start" in scene.problem):
        return _Finding(scene.row, indent.index("\t"), "a tab at the beginning of a line", "indent with spaces")
    return None


def _find_escape(scene: _Scene) -> _Finding | None:
    if scene.context != "while parsing a quoted scalar":
        return None
    message = "in double quotes a backslash begins an escape, and YAML does not know this one"
    return _Finding(scene.row, scene.column, message, r"write \\ for a backslash, or put the text in single quotes")


def _find_open_quote(scene: _Scene) -> _Finding | None:
    if scene.context != "while scanning a quoted scalar":
        return None
    row, column = scene.start
    mark = scene.lines[row][column : column + 1]
    hint = f"end the text with {mark}"
    # An apostrophe may have been meant, as in 'Tis the season.
    if mark == "'" and scene.lines[row].count(mark) == 1:
        hint += f", or {suggest_quotes(scene.lines[row], column, 'all of it')}"
    return _Finding(row, column, f"the quote {mark} that opens here is never closed", hint)


def _find_text_after_quote(scene: _Scene) -> _Finding | None:
    row, column, last_row, style = scene.last
    if style not in {"'", '"'} or last_row != scene.row:
        return None
    if row != last_row:
        message = f"the quote {style} that opens here closes in line {last_row + scene.first_line}, before more text"
        return _Finding(row, column, message, f"end the text with {style} where it ends")
    hint = suggest_quotes(scene.line, column, "all of it")
    return _Finding(scene.row, scene.column, "text after the closing quote", hint)


def _find_open_bracket(scene: _Scene) -> _Finding | None:
    row, column = scene.start
    opening = scene.lines[row][column : column + 1]
    if "flow" not in scene.context or opening not in _CLOSING:
        return None
    message = f"the '{opening}' that opens here lacks a comma or its closing '{_CLOSING[opening]}'"
    example = "[one, two]" if opening == "[" else "{key: value, key: value}"
    hint = f"write it like {example}; a text that begins with '{opening}' goes in quotes"
    return _Finding(row, column, message, hint)


def _find_first_sign(scene: _Scene) -> _Finding | None:
    match = match_value(scene.line)
    if match is None or scene.column < match.start("value"):
        return None
    value, column = match["value"], match.start("value")
    hint = suggest_quotes(scene.line, column)
    if value[0] in _CLOSING:
        return _Finding(scene.row, scene.column, f"text after the closing '{_CLOSING[value[0]]}'", hint)
    if value[0] in "|>":
        message = f"text behind '{value[0]}', which announces one that begins on the next line"
        return _Finding(scene.row, column, message, f"begin it on the next line, or {hint}")
    if value.startswith("- "):
        message = "a list cannot begin on the line of its key"
        return _Finding(scene.row, column, message, f"begin it on the next line, or {hint}")
    if value[0] in "]}*&!%@`,?":
        return _Finding(scene.row, column, f"an unquoted text cannot begin with '{value[0]}'", hint)
    return None


def _find_colon(scene: _Scene) -> _Finding | None:
    if "mapping values are not allowed" not in scene.problem:
        return None
    keyed = match_keyed(scene.line)
    begun = scene.last[0]
    if keyed and keyed.end("key") == scene.column and begun < scene.row:
        return _find_continued(scene, begun)
    message = "a colon followed by a space ends an unquoted text"
    above = match_keyed(scene.lines[begun]) if begun < scene.row else None
    if above:
        hint = f"put the whole text of '{above['key'][:60]}' in quotes"
        return _Finding(scene.row, scene.column, message, hint, above["key"])
    value = match_value(scene.line)
    if begun < scene.row or not value:
        return _Finding(begun, scene.last[1], "expected a line 'key: value'", _advise_on_prose(scene))
    return _Finding(scene.row, scene.column, message, suggest_quotes(scene.line, value.start("value")))


def _find_continued(scene: _Scene, begun: int) -> _Finding:
    """A line `key: value` that YAML takes for more of the text in a line above."""
    above = scene.lines[begun]
    if _UNSPACED.fullmatch(above) and not match_keyed(above):
        return _lacks_space(scene, begun)
    indents = [len(line) - len(line.lstrip()) for line in (above, scene.line)]
    if indents[1] > indents[0]:
        message = f"this line is indented, so it continues the text of line {begun + scene.first_line}"
        hint = "take away the spaces at its beginning, or put the whole text in quotes"
        return _Finding(scene.row, indents[1], message, hint)
    return _Finding(begun, indents[0], "expected a line 'key: value'", _advise_on_prose(scene))


def _find_missing_colon(scene: _Scene) -> _Finding | None:
    if "could not find expected ':'" not in scene.problem:
        return None
    row, column = scene.start
    if _UNSPACED.fullmatch(scene.lines[row]):
        return _lacks_space(scene, row)
    if row and scene.lines[row - 1].lstrip().startswith("- "):
        hint = "begin it with '- ' if it belongs to the list above, or give it a key"
        return _Finding(row, column, "expected a line 'key: value' or '- value'", hint)
    return _Finding(row, column, "expected a line 'key: value'", _advise_on_prose(scene))


def _lacks_space(scene: _Scene, row: int) -> _Finding:
    match = _UNSPACED.fullmatch(scene.lines[row])
    assert match is not None
    example = f": {match['key']}: {match['value']}" if len(match[0]) <= 200 else ""
    message = "no space after the colon, expected 'key: value'"
    return _Finding(row, match.end("key"), message, f"write a space after it{example}")


def _advise_on_prose(scene: _Scene) -> str:
    hint = "indent it by two spaces if it belongs to the line above"
    # Registers begin with line 1; front matter has a line of --- above it.
    return f"{hint}; the front matter ends with a line of ---" if scene.first_line > 1 else hint


def _find_column(scene: _Scene) -> _Finding | None:
    before, here = scene.line[: scene.column], scene.line[scene.column :]
    if "did not find expected" not in scene.problem or before.strip() or not here.strip():
        return None
    if "<document start>" in scene.problem and any(line.startswith("...") for line in scene.lines[: scene.row]):
        message, hint = "more text after a line of '...', which ends the YAML", "take that line out"
    elif "'-' indicator" in scene.problem and not here.startswith("- "):
        message, hint = "expected another item of the list above", "begin every item of the list with '- '"
    elif here.startswith(":"):
        message, hint = "expected a key before the colon", "write 'key: value'"
    elif here.startswith("- ") and not before:
        message, hint = "a list item without a key above it", "write nothing behind the key that the list belongs to"
    else:
        message = "this line begins in another column than the lines it belongs with"
        hint = "begin all lines that belong together in the same column"
    return _Finding(scene.row, scene.column, message, hint)


_RULES: tuple[Callable[[_Scene], _Finding | None], ...] = (
    _find_tab,
    _find_escape,
    _find_open_quote,
    _find_text_after_quote,
    _find_open_bracket,
    _find_first_sign,
    _find_colon,
    _find_missing_colon,
    _find_column,
)
"""Tried in this order; the first that knows the complaint explains it."""
