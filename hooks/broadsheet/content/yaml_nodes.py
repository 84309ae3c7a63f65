"""Nodes: YAML read into values that remember the line and column they stand at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from broadsheet.content.yaml_errors import explain_yaml, suggest_quotes
from broadsheet.core import Problem

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - only where PyYAML was built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_YAML = 1_000_000
"""The longest YAML text that is read, in characters: a register of some 10,000 authors fits in."""
MAX_REGISTER = 4 * MAX_YAML
"""The largest file of YAML that is read, in bytes: a character takes up to four."""
_MAX_DEPTH = 20

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")
"""Characters that no text may have: XML and YAML refuse most of them, and two turn text around."""

# YAML takes these for ends of lines, editors do not: line numbers would go astray.
_BREAKS = ("\x85", "\u2028", "\u2029")
_COMMENT = re.compile(r"[ \t]+#")
_REST = re.compile(r"[ \t]*$")
_COMMENT_BELOW = re.compile(r"( *)#")


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """A place in a file, both numbers 1-based."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, as it was written: types are decided by who reads it, not by YAML."""

    text: str
    mark: SourcePosition
    plain: bool
    """Without quotes."""
    cut: str = ""
    """The comment behind the value, ` #` included, which YAML drops; '' where there is none."""

    @property
    def is_null(self) -> bool:
        """Whether YAML means "nothing" by it."""
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    mark: SourcePosition


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping, in the order of the file."""

    entries: Mapping[str, Node] = field(default_factory=dict)
    keys: Mapping[str, SourcePosition] = field(default_factory=dict)
    """Where each key stands."""
    mark: SourcePosition = SourcePosition(1, 1)


Node = Scalar | Items | Entries


def decode_text(data: bytes, path: str, most: int) -> tuple[str, list[Problem]]:
    """The text of a file of so many bytes at most, with line feeds only, or the problem with it."""
    if len(data) > most:
        return "", [Problem(path, 0, 0, "", f"more than {most:,} bytes, the most that is read", "split the file")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x}"
        return "", [Problem(path, line, 0, "", message, "save the file as UTF-8 in your editor")]
    return text.replace("\r\n", "\n").replace("\r", "\n"), []


def locate(text: str, index: int, first_line: int = 1) -> SourcePosition:
    """Where the character at an index of a text stands, when the text begins in that line of its file."""
    return SourcePosition(text.count("\n", 0, index) + first_line, index - text.rfind("\n", 0, index))


def parse_yaml(
    text: str, path: str, first_line: int = 1, max_nodes: int = MAX_YAML
) -> tuple[Node | None, list[Problem]]:
    """Read one YAML document without giving any of it the power to do more than be data.

    Args:
        text: the YAML; `path` names its file in problems, where its first line is `first_line`.
        max_nodes: the most keys, values, lists and mappings that are read.

    Returns:
        the root (None when the text is empty or broken) and the problems found.

    """
    if len(text) > MAX_YAML:
        message = f"{len(text):,} characters of YAML, expected at most {MAX_YAML:,}"
        return None, [Problem(path, first_line, 0, "", message, "split the file or shorten its values")]
    for sign in _BREAKS:
        text = text.replace(sign, " ")
    if match := FORBIDDEN.search(text):
        mark = locate(text, match.start(), first_line)
        return None, [Problem(path, mark.line, mark.column, "", *describe_forbidden(match[0]))]
    reader = _EventReader(text, path, first_line, max_nodes)
    try:
        return reader.read_document(), reader.problems
    except yaml.MarkedYAMLError as error:
        found = explain_yaml(error, reader.last, reader.lines, path, first_line)
        told = any((one.line, one.column) == (found.line, found.column) for one in reader.problems[-1:])
        return None, reader.problems if told else [*reader.problems, found]
    except _TooMuchError:
        return None, reader.problems


def describe_forbidden(character: str) -> tuple[str, str]:
    """The message and the hint for a character that no text may have."""
    return f"the character U+{ord(character):04X} cannot be printed", "delete it: most editors do not show it"


class _TooMuchError(Exception):
    """There is no use in reading on; the problem is noted."""


class _EventReader:
    """Turns PyYAML's events into nodes and collects what is wrong with them.

    Events, not PyYAML's own nodes: libyaml's binding composes nodes by recursion in C, where a few hundred
    thousand brackets end the process with a segmentation fault.
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
                    self.fault(self.mark(event.start_mark), "", "a second YAML document, expected one")
                    break
                root = self.convert(next(self._events), 0, "", 0)
        return root

    def mark(self, mark: Any) -> SourcePosition:
        return SourcePosition(mark.line + self.first_line, mark.column + 1)

    def fault(self, mark: SourcePosition, key: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.path, mark.line, mark.column, key, message, hint))

    def convert(self, event: Any, depth: int, key: str, indent: int) -> Node:
        """The node that begins with an event: the value of a key that is indented by so many columns."""
        mark = self.mark(event.start_mark)
        self._nodes_left -= 1
        if self._nodes_left < 0:
            self.fault(mark, key, f"more than {self._max_nodes:,} values, expected fewer", "shorten the lists")
            raise _TooMuchError
        if event.anchor or getattr(event, "tag", None):
            self._refuse_sign(event, mark, key)
        if isinstance(event, yaml.AliasEvent):
            # A few nested aliases would unfold to billions of values.
            return Scalar("", mark, True)
        if isinstance(event, yaml.ScalarEvent):
            self.last = event
            return Scalar(self._check_text(event, mark, key), mark, not event.style, self._cut_off(event, indent))
        if depth >= _MAX_DEPTH:
            self.fault(mark, key, f"nested more than {_MAX_DEPTH} levels deep, expected fewer")
            raise _TooMuchError
        if isinstance(event, yaml.MappingStartEvent):
            return self._convert_mapping(mark, depth)
        items = []
        while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
            items.append(self.convert(item, depth + 1, key, indent))
        return Items(tuple(items), mark)

    def _convert_mapping(self, mark: SourcePosition, depth: int) -> Entries:
        entries: dict[str, Node] = {}
        keys: dict[str, SourcePosition] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key_node = self.convert(event, depth + 1, "", 0)
            key = key_node.text if isinstance(key_node, Scalar) else ""
            value = self.convert(next(self._events), depth + 1, key[:60], key_node.mark.column - 1)
            if not isinstance(key_node, Scalar):
                message = "expected a word before the colon, found a list or keys and values"
                self.fault(key_node.mark, "", message, "a text that begins with [ or { goes in quotes")
            elif key in entries:
                self.fault(
                    key_node.mark, key[:60], f"given twice, first in line {keys[key].line}", "keep one of the two"
                )
            else:
                entries[key] = value
                keys[key] = key_node.mark
        return Entries(entries, keys, mark)

    def _refuse_sign(self, event: Any, mark: SourcePosition, key: str) -> None:
        alias = isinstance(event, yaml.AliasEvent)
        sign, name = ("*", "an alias") if alias else ("&", "an anchor") if event.anchor else ("!", "a tag")
        message = f"'{sign}' at the beginning of an unquoted text means {name}, which is not allowed here"
        hint = suggest_quotes(self.lines[event.start_mark.line], event.start_mark.column)
        self.fault(mark, key, message, hint)

    def _check_text(self, event: Any, mark: SourcePosition, key: str) -> str:
        text = str(event.value)
        # Only double quotes can write a character as an escape.
        if event.style == '"' and (match := FORBIDDEN.search(text)):
            self.fault(mark, key, *describe_forbidden(match[0]))
            return FORBIDDEN.sub("", text)
        return text

    def _cut_off(self, event: Any, indent: int) -> str:
        """The comment behind a value, or in an indented line below it, that may have been meant as text."""
        row: int = event.end_mark.line
        column: int = event.end_mark.column
        if event.style in {"|", ">"} or row >= len(self.lines):
            return ""
        line = self.lines[row]
        if _COMMENT.match(line, column):
            return line[column:].strip()
        if not event.value or not _REST.match(line, column) or row + 1 == len(self.lines):
            return ""
        below = _COMMENT_BELOW.match(self.lines[row + 1])
        return self.lines[row + 1].strip() if below and len(below[1]) > indent else ""
