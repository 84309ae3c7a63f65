"""YAML nodes: parse YAML into values that know their line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from broadsheet.content.yaml_errors import explain_yaml_error, suggest_quotes
from broadsheet.core import Problem

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - only where PyYAML was built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_YAML_LENGTH = 1_000_000
"""The longest YAML text that is read, in characters: enough for a file of some 10,000 authors."""
MAX_TAXONOMY_BYTES = 4 * MAX_YAML_LENGTH
"""The largest file of YAML that is read, in bytes: a character takes up to four."""
_MAX_DEPTH = 20

FORBIDDEN_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")
"""Characters that no text may have: XML and YAML do not allow most of them, and two change the text's direction."""

# YAML ends a line at these characters and editors do not: line numbers would be wrong.
_LINE_BREAKS = ("\x85", "\u2028", "\u2029")
_COMMENT = re.compile(r"[ \t]+#")
_LINE_END = re.compile(r"[ \t]*$")
_COMMENT_BELOW = re.compile(r"( *)#")


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """A place in a file, both numbers 1-based."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A single value as text: the reader of the field decides its type, not YAML."""

    text: str
    position: SourcePosition
    is_plain: bool
    """Whether the value is written without quotes."""
    comment: str = ""
    """The comment behind the value, ` #` included, which YAML drops; '' where there is none."""

    @property
    def is_null(self) -> bool:
        """Whether YAML reads the value as null."""
        return self.is_plain and self.text in {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list."""

    items: tuple[Node, ...]
    position: SourcePosition


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A mapping, in the order of the file."""

    values: Mapping[str, Node] = field(default_factory=dict)
    key_positions: Mapping[str, SourcePosition] = field(default_factory=dict)
    """Where each key stands."""
    position: SourcePosition = SourcePosition(1, 1)


Node = ScalarNode | ListNode | MappingNode


def decode_text(data: bytes, path: str, max_bytes: int) -> tuple[str, list[Problem]]:
    """Decode a file of at most `max_bytes` as UTF-8, with line feeds only; or return the problem with it."""
    if len(data) > max_bytes:
        return "", [Problem(path, 0, 0, "", f"more than {max_bytes:,} bytes, the most that is read", "split the file")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x}"
        return "", [Problem(path, line, 0, "", message, "save the file as UTF-8 in your editor")]
    return text.replace("\r\n", "\n").replace("\r", "\n"), []


def locate(text: str, index: int, first_line: int = 1) -> SourcePosition:
    """Return the position of a character in a file, for a text that begins on line `first_line` of that file."""
    return SourcePosition(text.count("\n", 0, index) + first_line, index - text.rfind("\n", 0, index))


def parse_yaml(
    text: str, path: str, first_line: int = 1, max_nodes: int = MAX_YAML_LENGTH
) -> tuple[Node | None, list[Problem]]:
    """Parse one YAML document as plain data: tags, anchors and aliases are problems.

    Args:
        text: the YAML.
        path: the file as problems name it.
        first_line: the line of the file on which the YAML begins.
        max_nodes: the largest number of keys, values, lists and mappings that is read.

    Returns:
        the root node (None when the text is empty or cannot be parsed), and the problems.

    """
    if len(text) > MAX_YAML_LENGTH:
        message = f"{len(text):,} characters of YAML, expected at most {MAX_YAML_LENGTH:,}"
        return None, [Problem(path, first_line, 0, "", message, "split the file or shorten its values")]
    for line_break in _LINE_BREAKS:
        text = text.replace(line_break, " ")
    if match := FORBIDDEN_CHARACTERS.search(text):
        position = locate(text, match.start(), first_line)
        return None, [Problem(path, position.line, position.column, "", *explain_forbidden_character(match[0]))]
    reader = _EventReader(text, path, first_line, max_nodes)
    try:
        return reader.read_document(), reader.problems
    except yaml.MarkedYAMLError as error:
        problem = explain_yaml_error(error, reader.last, reader.lines, path, first_line)
        place = (problem.line, problem.column)
        is_reported = any((last.line, last.column) == place for last in reader.problems[-1:])
        return None, reader.problems if is_reported else [*reader.problems, problem]
    except _LimitError:
        return None, reader.problems


def explain_forbidden_character(character: str) -> tuple[str, str]:
    """Return the message and the hint for a character that no text may have."""
    return f"the character U+{ord(character):04X} cannot be printed", "delete it: most editors do not show it"


class _LimitError(Exception):
    """A limit is exceeded: parsing stops, and the problem is already reported."""


class _EventReader:
    """Turns PyYAML's events into nodes and collects problems.

    It uses events and not PyYAML's own nodes: libyaml's binding composes nodes by recursion in C, where a few
    hundred thousand brackets crash the process.
    """

    def __init__(self, text: str, path: str, first_line: int, max_nodes: int) -> None:
        self.lines = text.split("\n")
        self.path = path
        self.first_line = first_line
        self.problems: list[Problem] = []
        self.last: yaml.ScalarEvent | None = None
        self._max_nodes = self._nodes_left = max_nodes
        self._events = yaml.parse(text, Loader=_Loader)

    def read_document(self) -> Node | None:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self.report(self.locate(event.start_mark), "", "a second YAML document, expected one")
                    break
                root = self.convert(next(self._events), 0, "", 0)
        return root

    def locate(self, mark: Any) -> SourcePosition:
        return SourcePosition(mark.line + self.first_line, mark.column + 1)

    def report(self, position: SourcePosition, key: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.path, position.line, position.column, key, message, hint))

    def convert(self, event: Any, depth: int, key: str, indent: int) -> Node:
        """Return the node that begins with an event: the value of `key`, which is indented by `indent` columns."""
        position = self.locate(event.start_mark)
        self._nodes_left -= 1
        if self._nodes_left < 0:
            self.report(position, key, f"more than {self._max_nodes:,} values, expected fewer", "shorten the lists")
            raise _LimitError
        if event.anchor or getattr(event, "tag", None):
            self._report_special_sign(event, position, key)
        if isinstance(event, yaml.AliasEvent):
            # A few nested aliases would expand to billions of values.
            return ScalarNode("", position, True)
        if isinstance(event, yaml.ScalarEvent):
            self.last = event
            return ScalarNode(
                self._check_text(event, position, key), position, not event.style, self._find_comment(event, indent)
            )
        if depth >= _MAX_DEPTH:
            self.report(position, key, f"nested more than {_MAX_DEPTH} levels deep, expected fewer")
            raise _LimitError
        if isinstance(event, yaml.MappingStartEvent):
            return self._convert_mapping(position, depth)
        items = []
        while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
            items.append(self.convert(item, depth + 1, key, indent))
        return ListNode(tuple(items), position)

    def _convert_mapping(self, position: SourcePosition, depth: int) -> MappingNode:
        values: dict[str, Node] = {}
        positions: dict[str, SourcePosition] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key_node = self.convert(event, depth + 1, "", 0)
            key = key_node.text if isinstance(key_node, ScalarNode) else ""
            value = self.convert(next(self._events), depth + 1, key[:60], key_node.position.column - 1)
            if not isinstance(key_node, ScalarNode):
                message = "expected a word before the colon, found a list or keys and values"
                self.report(key_node.position, "", message, "a text that begins with [ or { goes in quotes")
            elif key in values:
                message = f"given twice, first in line {positions[key].line}"
                self.report(key_node.position, key[:60], message, "keep one of the two")
            else:
                values[key] = value
                positions[key] = key_node.position
        return MappingNode(values, positions, position)

    def _report_special_sign(self, event: Any, position: SourcePosition, key: str) -> None:
        is_alias = isinstance(event, yaml.AliasEvent)
        sign, name = ("*", "an alias") if is_alias else ("&", "an anchor") if event.anchor else ("!", "a tag")
        message = f"'{sign}' at the beginning of an unquoted text means {name}, which is not allowed here"
        hint = suggest_quotes(self.lines[event.start_mark.line], event.start_mark.column)
        self.report(position, key, message, hint)

    def _check_text(self, event: Any, position: SourcePosition, key: str) -> str:
        text = str(event.value)
        # Escapes exist only in double quotes.
        if event.style == '"' and (match := FORBIDDEN_CHARACTERS.search(text)):
            self.report(position, key, *explain_forbidden_character(match[0]))
            return FORBIDDEN_CHARACTERS.sub("", text)
        return text

    def _find_comment(self, event: Any, indent: int) -> str:
        """Return the comment behind a value, or in an indented line below it: it may have been meant as text."""
        row: int = event.end_mark.line
        column: int = event.end_mark.column
        if event.style in {"|", ">"} or row >= len(self.lines):
            return ""
        line = self.lines[row]
        if _COMMENT.match(line, column):
            return line[column:].strip()
        if not event.value or not _LINE_END.match(line, column) or row + 1 == len(self.lines):
            return ""
        below = _COMMENT_BELOW.match(self.lines[row + 1])
        return self.lines[row + 1].strip() if below and len(below[1]) > indent else ""
