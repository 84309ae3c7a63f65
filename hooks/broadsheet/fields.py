"""Fields: typed values taken out of a YAML mapping, with every fault noted on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Any

from broadsheet.moments import Moment, parse_moment
from broadsheet.nodes import Entries, Items, Mark, Node, Scalar
from broadsheet.problems import Problem, Severity, suggest

MAX_TEXT = 10_000
"""The longest single value in characters: a headline or dek that is longer is an accident or an attack."""

_TRUE = {"true", "True", "TRUE", "yes", "Yes", "on", "On"}
_FALSE = {"false", "False", "FALSE", "no", "No", "off", "Off"}


class FieldReader:
    """Reads one mapping key by key; `problems` holds what was wrong, `marks` where each value stood.

    A value that is wrong reads as if it were missing, so that one pass finds all faults.
    """

    def __init__(
        self, entries: Entries, path: str, problems: list[Problem], marks: dict[str, Mark], prefix: str = ""
    ) -> None:
        """Read `entries` of the file at `path`; keys are reported behind `prefix` (`image.`)."""
        self.entries = entries
        self.path = path
        self.problems = problems
        self.marks = marks
        self.prefix = prefix
        self._asked: set[str] = set()

    def fault(self, key: str, message: str, hint: str = "", severity: Severity = "error") -> None:
        """Note a problem with a key, at its value's place."""
        mark = self._mark(key)
        name = f"{self.prefix}{key}".rstrip(".")
        self.problems.append(Problem(self.path, mark.line, mark.column, name, message, hint, severity))

    def text(self, key: str, *, required: bool = False) -> str:
        """The value as one line of text, or '' where it is missing."""
        node = self._take(key)
        if isinstance(node, Scalar) and not node.is_null:
            if node.cut:
                hint = f"put the text in quotes: {key}: '{node.text} {node.cut}'"
                self.fault(key, f"YAML takes '{node.cut[:60]}' for a comment and drops it", hint, "warning")
            value = " ".join(node.text.split())
            if len(value) > MAX_TEXT:
                self.fault(key, f"{len(value):,} characters, expected at most {MAX_TEXT:,}")
                return ""
            if value:
                return value
        elif node is not None and not isinstance(node, Scalar):
            self.fault(key, f"expected a text, found {_describe(node)}")
            return ""
        if required:
            self.fault(key, "missing or empty", f"add a line '{key}: …'")
        return ""

    def flag(self, key: str) -> bool:
        """The value as true or false; false where it is missing."""
        node = self._take(key)
        if node is None or (isinstance(node, Scalar) and (node.is_null or node.text in _FALSE)):
            return False
        if isinstance(node, Scalar) and node.text in _TRUE:
            return True
        self.fault(key, f"expected true or false, found {_describe(node)}")
        return False

    def choice(self, key: str, options: Iterable[str]) -> str:
        """The value as one of the options, or '' where it is missing."""
        value = self.text(key)
        options = tuple(options)
        if value and value not in options:
            hint = suggest(value, options)
            self.fault(key, f"unknown {key} '{value}', expected one of {', '.join(options)}", hint)
            return ""
        return value

    def moment(self, key: str, zone: tzinfo, *, required: bool = False) -> Moment | None:
        """The value as a date or date-time, or None where it is missing or wrong."""
        value = self.text(key, required=required)
        if not value:
            return None
        try:
            return parse_moment(value, zone)
        except ValueError as error:
            self.fault(key, str(error))
            return None

    def texts(self, key: str) -> tuple[str, ...]:
        """The value as a list of texts without repeats; a single text counts as a list of one."""
        node = self._take(key)
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return ()
        if isinstance(node, Scalar):
            node = Items((node,), node.mark)
        if not isinstance(node, Items):
            self.fault(key, f"expected a list, found {_describe(node)}")
            return ()
        values: dict[str, None] = {}
        for item in node.items:
            value = " ".join(item.text.split()) if isinstance(item, Scalar) else ""
            if not value or len(value) > MAX_TEXT:
                what = "an empty item" if isinstance(item, Scalar) else _describe(item)
                self._fault_at(item.mark, key, f"expected a list of texts, found {what} in it")
            elif value in values:
                self._fault_at(item.mark, key, f"'{value}' is listed twice", "take one out", "warning")
            else:
                self.marks[f"{self.prefix}{key}.{len(values)}"] = item.mark
                values[value] = None
        return tuple(values)

    def mapping(self, key: str) -> FieldReader | None:
        """A reader of the mapping under a key, or None where it is missing."""
        node = self._take(key)
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return None
        if not isinstance(node, Entries):
            self.fault(key, f"expected keys and values, found {_describe(node)}")
            return None
        return FieldReader(node, self.path, self.problems, self.marks, f"{self.prefix}{key}.")

    def mappings(self, key: str) -> Iterator[FieldReader]:
        """A reader for each mapping in the list under a key."""
        node = self._take(key)
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return
        if not isinstance(node, Items):
            self.fault(key, f"expected a list, found {_describe(node)}", f"begin each item under '{key}:' with '- '")
            return
        for index, item in enumerate(node.items):
            if isinstance(item, Entries):
                yield FieldReader(item, self.path, self.problems, self.marks, f"{self.prefix}{key}.{index}.")
            else:
                self._fault_at(item.mark, key, f"expected keys and values in each item, found {_describe(item)}")

    def node(self, key: str) -> Node | None:
        """The value as it was read, for a key that may hold more than one shape."""
        return self._take(key)

    def extra(self, prefix: str = "x-") -> dict[str, Any]:
        """The values of the site's own keys, as plain dicts, lists and texts, without the prefix."""
        own = [key for key in self.entries.entries if key.startswith(prefix)]
        return {key.removeprefix(prefix): _plain(self._take(key)) for key in own}

    def finish(self, known: Iterable[str] = ()) -> None:
        """Report each key that nobody asked for."""
        known = self._asked.union(known)
        for key in self.entries.entries:
            if key not in known:
                mark = self.entries.keys[key]
                hint = suggest(key, known) or "keys of your own begin with 'x-'"
                self._fault_at(mark, key, "unknown key", hint)

    def _take(self, key: str) -> Node | None:
        self._asked.add(key)
        node = self.entries.entries.get(key)
        if node is not None:
            self.marks[f"{self.prefix}{key}"] = node.mark
        return node

    def _mark(self, key: str) -> Mark:
        node = self.entries.entries.get(key)
        return node.mark if node is not None else self.entries.mark

    def _fault_at(self, mark: Mark, key: str, message: str, hint: str = "", severity: Severity = "error") -> None:
        name = f"{self.prefix}{key}"
        self.problems.append(Problem(self.path, mark.line, mark.column, name, message, hint, severity))


def _describe(node: Node) -> str:
    if isinstance(node, Scalar):
        return f"'{node.text[:60]}'" if node.text else "nothing"
    return "a list" if isinstance(node, Items) else "keys and values"


def _plain(node: Node | None) -> Any:
    if isinstance(node, Items):
        return [_plain(item) for item in node.items]
    if isinstance(node, Entries):
        return {key: _plain(value) for key, value in node.entries.items()}
    if not isinstance(node, Scalar) or node.is_null:
        return None
    if node.plain and node.text in _TRUE | _FALSE:
        return node.text in _TRUE
    return node.text
