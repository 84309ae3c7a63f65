"""Nodes: YAML read into values that remember the line and column they stand at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from broadsheet.problems import Problem

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - only where PyYAML was built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MAX_YAML = 1_000_000
"""The longest YAML text that is read, in characters: a register of some 10,000 authors fits in."""
_MAX_DEPTH = 20

_KEYED = re.compile(r"^(\s*(?:- )?)([\w-]+):\s+(\S.*)$")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file, both numbers 1-based."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, as it was written: types are decided by who reads it, not by YAML."""

    text: str
    mark: Mark
    plain: bool
    """Without quotes."""
    cut: str = ""
    """What YAML drops after an unquoted ` #`, that sign included; '' where nothing is dropped."""

    @property
    def is_null(self) -> bool:
        """Whether YAML means "nothing" by it."""
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping, in the order of the file."""

    entries: Mapping[str, Node] = field(default_factory=dict)
    keys: Mapping[str, Mark] = field(default_factory=dict)
    """Where each key stands."""
    mark: Mark = Mark(1, 1)


Node = Scalar | Items | Entries


def parse_yaml(text: str, path: str, first_line: int = 1) -> tuple[Node | None, list[Problem]]:
    """Read one YAML document without giving any of it the power to do more than be data.

    Args:
        text: the YAML; `path` names its file in problems, where its first line is `first_line`.

    Returns:
        the root (None when the text is empty or broken) and the problems found.

    """
    if len(text) > MAX_YAML:
        message = f"{len(text):,} characters of YAML, expected at most {MAX_YAML:,}"
        return None, [Problem(path, first_line, 0, "", message, "split the file or shorten its values")]
    reader = _EventReader(text, path, first_line)
    try:
        return reader.read_document(), reader.problems
    except yaml.MarkedYAMLError as error:
        return None, [reader.explain(error)]
    except (yaml.YAMLError, ValueError) as error:
        # A control character raises yaml.reader.ReaderError, which has no mark.
        message = " ".join(str(error).split())
        return None, [Problem(path, first_line, 0, "", f"not readable as YAML: {message[:200]}")]


class _EventReader:
    """Turns PyYAML's events into nodes and collects what is wrong with them.

    Events, not PyYAML's own nodes: libyaml's binding composes nodes by recursion in C, where a few hundred
    thousand brackets end the process with a segmentation fault.
    """

    def __init__(self, text: str, path: str, first_line: int) -> None:
        self.lines = text.split("\n")
        self.path = path
        self.first_line = first_line
        self.problems: list[Problem] = []
        self._events = yaml.parse(text, Loader=_Loader)

    def read_document(self) -> Node | None:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self.fault(self.mark(event.start_mark), "", "a second YAML document, expected one")
                    break
                root = self.convert(next(self._events), 0)
        return root

    def mark(self, mark: Any) -> Mark:
        return Mark(mark.line + self.first_line, mark.column + 1)

    def fault(self, mark: Mark, key: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.path, mark.line, mark.column, key, message, hint))

    def convert(self, event: yaml.Event, depth: int) -> Node:
        mark = self.mark(event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(str(event.value), mark, not event.style, self._cut_off(event))
        if isinstance(event, yaml.AliasEvent):
            # A few nested aliases would unfold to billions of values.
            self.fault(mark, "", "YAML aliases (*name) are not allowed here", "write the values out")
            return Scalar("", mark, True)
        if depth >= _MAX_DEPTH:
            raise ValueError(f"nested more than {_MAX_DEPTH} levels deep")
        if isinstance(event, yaml.MappingStartEvent):
            return self._convert_mapping(mark, depth)
        items = []
        while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
            items.append(self.convert(item, depth + 1))
        return Items(tuple(items), mark)

    def _convert_mapping(self, mark: Mark, depth: int) -> Entries:
        entries: dict[str, Node] = {}
        keys: dict[str, Mark] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key_node = self.convert(event, depth + 1)
            value = self.convert(next(self._events), depth + 1)
            if not isinstance(key_node, Scalar):
                self.fault(key_node.mark, "", "a key must be a word")
            elif key_node.text in entries:
                key, first = key_node.text, keys[key_node.text].line
                self.fault(key_node.mark, key, f"given twice, first in line {first}", "keep one of the two")
            else:
                entries[key_node.text] = value
                keys[key_node.text] = key_node.mark
        return Entries(entries, keys, mark)

    def _cut_off(self, event: yaml.ScalarEvent) -> str:
        end: Any = event.end_mark
        if event.style or end.line >= len(self.lines):
            return ""
        rest = self.lines[end.line][end.column :].rstrip("\r")
        return rest.strip() if rest.lstrip().startswith("#") else ""

    def explain(self, error: yaml.MarkedYAMLError) -> Problem:
        where = error.problem_mark or error.context_mark
        line_index = min(where.line if where else 0, len(self.lines) - 1)
        line = self.lines[line_index]
        column = where.column + 1 if where else 0
        number = line_index + self.first_line
        keyed = _KEYED.match(line)
        if keyed and "mapping values are not allowed" in (error.problem or ""):
            key, value = keyed.group(2), keyed.group(3).rstrip()
            quoted = value.replace("'", "''")
            message = "a colon followed by a space ends an unquoted text"
            return Problem(self.path, number, column, key, message, f"put it in quotes: {key}: '{quoted}'")
        message = " ".join(part for part in (error.problem, error.context) if part)
        hint = "indent with spaces, not tabs" if "\t" in line[: len(line) - len(line.lstrip())] else ""
        key = keyed.group(2) if keyed else ""
        return Problem(self.path, number, column, key, f"not readable as YAML: {message}", hint)
