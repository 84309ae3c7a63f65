"""Fields: typed values taken out of a YAML mapping, with every fault noted on the way."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import tzinfo
from types import MappingProxyType
from typing import Any

from broadsheet.content.yaml_errors import quote
from broadsheet.content.yaml_nodes import Entries, Items, Node, Scalar, SourcePosition
from broadsheet.core import Moment, Problem, Severity, is_web_address, parse_moment, suggest

MAX_TEXT = 10_000
"""The longest single value in characters: a headline or dek that is longer is an accident or an attack."""

MAX_HINT = 200
"""The longest text that a hint repeats."""

_TRUE = {"true", "yes", "on"}
_FALSE = {"false", "no", "off"}
# Other publishing systems write them into headlines, where readers would see them as they are.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,31});")


class FieldReader:
    """Reads one mapping key by key; `problems` holds what was wrong, `positions` where each value stood.

    A value that is wrong reads as if it were missing, so that one pass finds all faults.
    """

    def __init__(
        self,
        entries: Entries,
        path: str,
        problems: list[Problem],
        positions: dict[str, SourcePosition],
        prefix: str = "",
    ) -> None:
        """Read `entries` of the file at `path`; keys are reported behind `prefix` (`image.`)."""
        self.entries = entries
        self.path = path
        self.problems = problems
        self.positions = positions
        self.prefix = prefix
        self._asked: set[str] = set()

    def fault(
        self, key: str, message: str, hint: str = "", severity: Severity = "error", index: int | None = None
    ) -> None:
        """Note a problem with a key, at the place of its value or of the item of that index."""
        mark = self.positions.get(f"{self.prefix}{key}.{index}") or self._mark(key)
        name = f"{self.prefix}{key}".rstrip(".")
        self.problems.append(Problem(self.path, mark.line, mark.column, name, message, hint, severity))

    def text(self, key: str, *, required: bool = False, hint: str = "", prose: bool = True) -> str:
        """The value as one line of text, or '' where it is missing; of prose with `&amp;` and the like resolved.

        Args:
            key: its name.
            required: whether it is a fault that it is missing, for which `hint` tells what to do.
            hint: '' for one that fits any key.
            prose: whether people read it: then a ` #` in it is more likely lost words than a comment.

        """
        node = self._take(key)
        if node is not None and not isinstance(node, Scalar):
            advice = "put it in quotes if it is one" if prose else ""
            self.fault(key, f"expected a text, found {_describe(node)}", advice)
            return ""
        value = "" if node is None or node.is_null else node.text
        if prose and "&" in value:
            value = _ENTITY.sub(lambda match: html.unescape(match[0]), value)
        value = " ".join(value.split())
        if len(value) > MAX_TEXT:
            self.fault(key, f"{len(value):,} characters, expected at most {MAX_TEXT:,}")
            return ""
        lacks = required and not value
        if node is not None and prose and (lost := _find_lost(node)):
            example = f": {key}: {quote(lost)}" if len(lost) <= MAX_HINT else ""
            message = f"YAML takes '{node.cut[:60]}' for a comment and drops it"
            self.fault(key, message, f"put the text in quotes{example}", "error" if lacks else "warning")
        elif lacks:
            self.fault(key, "missing or empty", hint or _advise_on_missing(key, node))
        return value

    def web_address(self, key: str) -> str:
        """The value as an http or https address, or '' where it is missing or something else."""
        url = self.text(key, prose=False)
        if url and not is_web_address(url):
            hint = "copy it from a browser" if url.lower().startswith("http") else "begin with https://"
            self.fault(key, f"'{url[:80]}' is no web address", hint)
            return ""
        return url

    def flag(self, key: str, *, withholds: bool = False) -> bool:
        """The value as true or false; false where the key is missing.

        An empty value reads as false too, but is a fault where the key `withholds` the article from readers.
        """
        node = self._take(key)
        if node is None or (isinstance(node, Scalar) and node.is_null and not withholds):
            return False
        if isinstance(node, Scalar) and node.text.lower() in _TRUE | _FALSE:
            return node.text.lower() in _TRUE
        hint = f"write '{key}: true', or take the line out" if _is_empty(node) else ""
        self.fault(key, f"expected true or false, found {_describe(node)}", hint)
        return False

    def choice(self, key: str, options: Iterable[str]) -> str:
        """The value as one of the options, or '' where it is missing."""
        value = self.text(key, prose=False)
        options = tuple(options)
        if value and value not in options:
            hint = suggest(value, options)
            self.fault(key, f"unknown {key} '{value[:60]}', expected one of {', '.join(options)}", hint)
            return ""
        return value

    def moment(self, key: str, zone: tzinfo, *, required: bool = False, withholds: bool = False) -> Moment | None:
        """The value as a date or date-time, or None where it is missing or wrong.

        A comment behind it may have been meant as a time, which YAML drops. Where the key `withholds` the
        article from readers, such a comment is an error, and so is an empty value.
        """
        value = self.text(key, required=required, prose=False)
        node = self.entries.entries.get(key)
        if not value:
            if withholds and node is not None and _is_empty(node):
                hint = "write it like 2026-01-18T09:30, or take the line out"
                self.fault(key, f"expected a date, found {_describe(node)}", hint)
            return None
        if isinstance(node, Scalar) and node.cut:
            message = f"YAML takes '{node.cut[:60]}' for a comment and drops it"
            hint = "a time goes right behind the date, as in 2026-01-18T09:30; a note goes on a line of its own"
            self.fault(key, message, hint, "error" if withholds else "warning")
        try:
            return parse_moment(value, zone)
        except ValueError as error:
            self.fault(key, str(error))
            return None

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """The value as a list of texts without repeats; a single text counts as a list of one."""
        node = self._take(key)
        if node is None or (isinstance(node, Scalar) and node.is_null) or node == Items((), node.mark):
            if required:
                self.fault(key, "missing or empty", f"name at least one: {key}: [one, another]")
            return ()
        if isinstance(node, Scalar):
            if ", " in node.text:
                example = f": {key}: [{node.text}]" if len(node.text) <= MAX_HINT else ""
                self.fault(key, f"expected a list, found {_describe(node)}", f"put it in brackets{example}")
                return ()
            node = Items((node,), node.mark)
        if not isinstance(node, Items):
            self.fault(key, f"expected a list, found {_describe(node)}", f"write it like {key}: [one, another]")
            return ()
        values: dict[str, None] = {}
        for item in node.items:
            value = " ".join(item.text.split()) if isinstance(item, Scalar) else ""
            if not value or len(value) > MAX_TEXT:
                what = f"one of {len(value):,} characters" if value else _describe(item)
                self._fault_at(item.mark, key, f"expected a list of texts, found {what} in it")
            elif value in values:
                self._fault_at(item.mark, key, f"'{value[:60]}' is listed twice", "take one out", "warning")
            else:
                self.positions[f"{self.prefix}{key}.{len(values)}"] = item.mark
                values[value] = None
        return tuple(values)

    def mapping(self, key: str, hint: str = "") -> FieldReader | None:
        """A reader of the mapping under a key, or None where it is missing; `hint` tells how to write one."""
        node = self._take(key)
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return None
        if not isinstance(node, Entries):
            self.fault(key, f"expected keys and values, found {_describe(node)}", hint)
            return None
        return FieldReader(node, self.path, self.problems, self.positions, f"{self.prefix}{key}.")

    def mappings(self, key: str, hint: str = "") -> Iterator[FieldReader]:
        """A reader for each mapping in the list under a key; `hint` tells how to write an item."""
        node = self._take(key)
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return
        if not isinstance(node, Items):
            advice = f"begin each item under '{key}:' with '- '" if isinstance(node, Entries) else hint
            self.fault(key, f"expected a list, found {_describe(node)}", advice)
            return
        for index, item in enumerate(node.items):
            if isinstance(item, Entries):
                yield FieldReader(item, self.path, self.problems, self.positions, f"{self.prefix}{key}.{index}.")
            else:
                message = f"expected keys and values in each item, found {_describe(item)}"
                self._fault_at(item.mark, key, message, hint)

    def node(self, key: str) -> Node | None:
        """The value as it was read, for a key that may hold more than one shape."""
        return self._take(key)

    @property
    def known(self) -> Set[str]:
        """The keys that were asked for so far."""
        return self._asked

    def extra(self, prefix: str = "x-") -> dict[str, Any]:
        """The values of the site's own keys, as plain dicts, lists and texts, without the prefix."""
        own = [key for key in self.entries.entries if key.startswith(prefix)]
        return {key.removeprefix(prefix): _plain(self._take(key)) for key in own}

    def finish(self, foreign: Mapping[str, str] = MappingProxyType({}), hint: str = "") -> None:
        """Report each key that nobody asked for.

        Args:
            foreign: names that other systems give to keys of ours, each with ours.
            hint: what to do with a key that is like none of ours; '' lists ours.

        """
        known = sorted(self._asked)
        for key in self.entries.entries:
            if key not in self._asked:
                ours = foreign.get(key.lower(), "")
                near = f"did you mean '{ours}'?" if ours else suggest(key, known)
                otherwise = hint or f"the keys here are {', '.join(known)}"
                self._fault_at(self.entries.keys[key], key, "unknown key", near or otherwise)

    def _take(self, key: str) -> Node | None:
        self._asked.add(key)
        node = self.entries.entries.get(key)
        if node is not None:
            self.positions[f"{self.prefix}{key}"] = node.mark
        return node

    def _mark(self, key: str) -> SourcePosition:
        node = self.entries.entries.get(key)
        return node.mark if node is not None else self.entries.mark

    def _fault_at(
        self, mark: SourcePosition, key: str, message: str, hint: str = "", severity: Severity = "error"
    ) -> None:
        name = f"{self.prefix}{key[:60]}"
        self.problems.append(Problem(self.path, mark.line, mark.column, name, message, hint, severity))


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and (node.is_null or not node.text.strip())


def _describe(node: Node) -> str:
    if isinstance(node, Scalar):
        return f"'{node.text[:60]}'" if node.text else "nothing"
    return "a list" if isinstance(node, Items) else "keys and values"


def _find_lost(node: Scalar) -> str:
    """The whole of a text of which YAML drops a part for a comment, or ''."""
    # `summary: # two sentences` is a note to oneself, `summary: #1 in the charts` is not; quotes end a text.
    note = not node.plain or (node.is_null and node.cut[1:2].isspace())
    return f"{node.text} {node.cut}".strip() if node.cut and not note else ""


def _advise_on_missing(key: str, node: Scalar | None) -> str:
    if node is None:
        return f"add a line '{key}: …'"
    return f"put it in quotes: {key}: {quote(node.text)}" if node.text.isalpha() else f"write it behind '{key}:'"


def _plain(node: Node | None) -> Any:
    if isinstance(node, Items):
        return [_plain(item) for item in node.items]
    if isinstance(node, Entries):
        return {key: _plain(value) for key, value in node.entries.items()}
    if not isinstance(node, Scalar) or node.is_null:
        return None
    # Only these two: a site that writes `x-country: no` means Norway.
    return node.text == "true" if node.plain and node.text in {"true", "false"} else node.text
