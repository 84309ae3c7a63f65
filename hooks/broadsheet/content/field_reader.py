"""Field reader: read typed values from a YAML mapping, and collect every problem."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import tzinfo
from types import MappingProxyType
from typing import Any

from broadsheet.content.yaml_errors import quote
from broadsheet.content.yaml_nodes import ListNode, MappingNode, Node, ScalarNode, SourcePosition
from broadsheet.core import (
    Moment,
    Problem,
    Severity,
    find_repeated_time,
    is_web_address,
    parse_moment,
    slugify,
    suggest,
)

MAX_TEXT_LENGTH = 10_000
"""The longest single value in characters: a longer headline or dek is an accident or an attack."""

MAX_HINT_LENGTH = 200
"""The longest text that a hint repeats, in characters."""

_TRUE = {"true", "yes", "on"}
_FALSE = {"false", "no", "off"}
# Other publishing systems write HTML entities into headlines, and readers would see them.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,31});")


class FieldReader:
    """Reads one mapping key by key, and collects `problems` and the `positions` of values.

    A wrong value is treated as missing, so that one pass finds all problems.
    """

    def __init__(
        self,
        mapping: MappingNode,
        path: str,
        problems: list[Problem],
        positions: dict[str, SourcePosition],
        prefix: str = "",
    ) -> None:
        """Read `mapping` of the file at `path`; keys are reported behind `prefix` (`image.`)."""
        self.mapping = mapping
        self.path = path
        self.problems = problems
        self.positions = positions
        self.prefix = prefix
        self.known_keys: set[str] = set()
        """The keys that were read so far, present or not."""

    def report(
        self,
        key: str,
        message: str,
        hint: str = "",
        severity: Severity = "error",
        *,
        index: int | None = None,
        position: SourcePosition | None = None,
    ) -> None:
        """Add a problem with a key: at `position`, or where its item with that index, or its value, begins."""
        name = f"{self.prefix}{key}"
        place = position or self.positions.get(f"{name}.{index}") or self.positions.get(name) or self.mapping.position
        name = f"{self.prefix}{key[:80]}"
        self.problems.append(Problem(self.path, place.line, place.column, name, message, hint, severity))

    def read_text(self, key: str, *, required: bool = False, hint: str = "", prose: bool = True) -> str:
        """Return the value as one line of text, or '' when it is missing; HTML entities of prose are resolved.

        Args:
            key: the name of the key.
            required: whether a missing value is a problem.
            hint: the hint of that problem; '' for a general hint.
            prose: whether readers see the text: then a comment behind it is more likely a part of the text.

        """
        node = self.read_node(key)
        if node is not None and not isinstance(node, ScalarNode):
            advice = "put it in quotes if it is one" if prose else ""
            self.report(key, f"expected a text, found {_describe(node)}", advice)
            return ""
        value = "" if node is None or node.is_null else node.text
        if prose and "&" in value:
            value = _ENTITY.sub(lambda match: html.unescape(match[0]), value)
        value = " ".join(value.split())
        if len(value) > MAX_TEXT_LENGTH:
            self.report(key, f"{len(value):,} characters, expected at most {MAX_TEXT_LENGTH:,}")
            return ""
        is_missing = required and not value
        if node is not None and prose and (full_text := _find_lost_text(node)):
            example = f": {key}: {quote(full_text)}" if len(full_text) <= MAX_HINT_LENGTH else ""
            message = f"YAML takes '{node.comment[:60]}' for a comment and drops it"
            self.report(key, message, f"put the text in quotes{example}", "error" if is_missing else "warning")
        elif is_missing:
            self.report(key, "missing or empty", hint or _suggest_for_missing(key, node))
        return value

    def read_web_address(self, key: str) -> str:
        """Return the value as an http or https address, or '' when it is missing or wrong."""
        url = self.read_text(key, prose=False)
        if url and not is_web_address(url):
            hint = "copy it from a browser" if url.lower().startswith("http") else "begin with https://"
            self.report(key, f"'{url[:80]}' is no web address", hint)
            return ""
        return url

    def read_flag(self, key: str, *, withholds: bool = False) -> bool:
        """Return the value as true or false; false when the key is missing.

        An empty value is false too, but it is a problem when the key `withholds` the article from readers.
        """
        node = self.read_node(key) if withholds else self._read_value(key)
        if node is None:
            return False
        if isinstance(node, ScalarNode) and node.text.lower() in _TRUE | _FALSE:
            return node.text.lower() in _TRUE
        hint = f"write '{key}: true', or take the line out" if _is_empty(node) else ""
        self.report(key, f"expected true or false, found {_describe(node)}", hint)
        return False

    def read_choice(self, key: str, options: Iterable[str]) -> str:
        """Return the value as one of the options, or '' when it is missing or wrong."""
        value = self.read_text(key, prose=False)
        options = tuple(options)
        if value and value not in options:
            hint = suggest(value, options)
            self.report(key, f"unknown {key} '{value[:60]}', expected one of {', '.join(options)}", hint)
            return ""
        return value

    def read_moment(
        self, key: str, zone: tzinfo, *, required: bool = False, withholds: bool = False, publishes: bool = False
    ) -> Moment | None:
        """Return the value as a date or date-time, or None when it is missing or wrong.

        Args:
            key: the name of the key.
            zone: the zone of a value that gives none.
            required: whether a missing value is a problem.
            withholds: whether the key hides the article from readers. Then an empty value is an error, and so is a
                comment behind the value: it may have been meant as a time, and YAML drops it. A time that clocks
                show twice is a warning.
            publishes: whether the article becomes public at that time: then such a time is a note.

        """
        value = self.read_text(key, required=required, prose=False)
        node = self.mapping.values.get(key)
        if not value:
            if withholds and node is not None and _is_empty(node):
                hint = "write it like 2026-01-18T09:30, or take the line out"
                self.report(key, f"expected a date, found {_describe(node)}", hint)
            return None
        if isinstance(node, ScalarNode) and node.comment:
            message = f"YAML takes '{node.comment[:60]}' for a comment and drops it"
            hint = "a time goes right behind the date, as in 2026-01-18T09:30; a note goes on a line of its own"
            self.report(key, message, hint, "error" if withholds else "warning")
        try:
            moment = parse_moment(value, zone)
        except ValueError as error:
            self.report(key, str(error))
            return None
        repeated = find_repeated_time(value, moment) if withholds or publishes else None
        if repeated:
            first, second = repeated
            message = f"'{value[:60]}' comes twice in {zone}, where clocks go back: taken as the first of the two"
            hint = f"write {first.iso} or {second.iso}"
            self.report(key, message, hint, "warning" if withholds else "note")
        return moment

    def read_texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Return the value as a list of different texts; a single text is a list of one."""
        node = self._read_value(key)
        if node is None or node == ListNode((), node.position):
            if required:
                self.report(key, "missing or empty", f"name at least one: {key}: [one, another]")
            return ()
        if isinstance(node, ScalarNode):
            if ", " in node.text:
                example = f": {key}: [{node.text}]" if len(node.text) <= MAX_HINT_LENGTH else ""
                self.report(key, f"expected a list, found {_describe(node)}", f"put it in brackets{example}")
                return ()
            node = ListNode((node,), node.position)
        if not isinstance(node, ListNode):
            self.report(key, f"expected a list, found {_describe(node)}", f"write it like {key}: [one, another]")
            return ()
        values: dict[str, None] = {}
        for item in node.items:
            value = " ".join(item.text.split()) if isinstance(item, ScalarNode) else ""
            if not value or len(value) > MAX_TEXT_LENGTH:
                what = f"one of {len(value):,} characters" if value else _describe(item)
                self.report(key, f"expected a list of texts, found {what} in it", position=item.position)
            elif value in values:
                message = f"'{value[:60]}' is listed twice"
                self.report(key, message, "take one out", "warning", position=item.position)
            else:
                self.positions[f"{self.prefix}{key}.{len(values)}"] = item.position
                values[value] = None
        return tuple(values)

    def read_mapping(self, key: str, hint: str = "") -> FieldReader | None:
        """Return a reader of the mapping under a key, or None when it is missing; `hint` tells how to write one."""
        node = self._read_value(key)
        if node is None:
            return None
        if not isinstance(node, MappingNode):
            self.report(key, f"expected keys and values, found {_describe(node)}", hint)
            return None
        return FieldReader(node, self.path, self.problems, self.positions, f"{self.prefix}{key}.")

    def read_mappings(self, key: str, hint: str = "") -> Iterator[FieldReader]:
        """Yield a reader for each mapping in the list under a key; `hint` tells how to write an item."""
        node = self._read_value(key)
        if node is None:
            return
        if not isinstance(node, ListNode):
            advice = f"begin each item under '{key}:' with '- '" if isinstance(node, MappingNode) else hint
            self.report(key, f"expected a list, found {_describe(node)}", advice)
            return
        for index, item in enumerate(node.items):
            if isinstance(item, MappingNode):
                yield FieldReader(item, self.path, self.problems, self.positions, f"{self.prefix}{key}.{index}.")
            else:
                message = f"expected keys and values in each item, found {_describe(item)}"
                self.report(key, message, hint, position=item.position)

    def read_node(self, key: str) -> Node | None:
        """Return the node of a key that may have more than one type of value."""
        self.known_keys.add(key)
        node = self.mapping.values.get(key)
        if node is not None:
            self.positions[f"{self.prefix}{key}"] = node.position
        return node

    def _read_value(self, key: str) -> Node | None:
        """Return the node of a key, or None when its value is null."""
        node = self.read_node(key)
        return None if isinstance(node, ScalarNode) and node.is_null else node

    def read_own_keys(self, prefix: str = "x-") -> dict[str, Any]:
        """Return the values of the newspaper's own keys as plain dicts, lists and texts, without the prefix."""
        own = [key for key in self.mapping.values if key.startswith(prefix)]
        return {key.removeprefix(prefix): _to_plain_value(self.read_node(key)) for key in own}

    def report_unknown_keys(self, other_names: Mapping[str, str] = MappingProxyType({}), hint: str = "") -> None:
        """Report each key that was not read.

        Args:
            other_names: names of our keys in other systems, each with our name.
            hint: the hint for a key that resembles none of ours; '' for a list of our keys.

        """
        known = sorted(self.known_keys)
        for key in self.mapping.values:
            if key not in self.known_keys:
                our_name = other_names.get(key.lower(), "")
                suggestion = f"did you mean '{our_name}'?" if our_name else suggest(key, known)
                general_hint = hint or f"the keys here are {', '.join(known)}"
                position = self.mapping.key_positions[key]
                self.report(key[:60], "unknown key", suggestion or general_hint, position=position)


def explain_bad_slug(text: str, noun: str) -> tuple[str, str]:
    """Return the message and the hint for a slug or id that is none."""
    nearest = slugify(text)
    message = f"'{text[:60]}' is no {noun}, expected lower-case words joined by hyphens"
    return message, f"try '{nearest}'" if nearest else ""


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and (node.is_null or not node.text.strip())


def _describe(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return f"'{node.text[:60]}'" if node.text else "nothing"
    return "a list" if isinstance(node, ListNode) else "keys and values"


def _find_lost_text(node: ScalarNode) -> str:
    """Return a text together with the comment behind it, when the comment may be a part of the text; else ''."""
    # `summary: # two sentences` is a note to oneself, `summary: #1 in the charts` is not; quotes end a text.
    is_note = not node.is_plain or (node.is_null and node.comment[1:2].isspace())
    return f"{node.text} {node.comment}".strip() if node.comment and not is_note else ""


def _suggest_for_missing(key: str, node: ScalarNode | None) -> str:
    if node is None:
        return f"add a line '{key}: …'"
    return f"put it in quotes: {key}: {quote(node.text)}" if node.text.isalpha() else f"write it behind '{key}:'"


def _to_plain_value(node: Node | None) -> Any:
    if isinstance(node, ListNode):
        return [_to_plain_value(item) for item in node.items]
    if isinstance(node, MappingNode):
        return {key: _to_plain_value(value) for key, value in node.values.items()}
    if not isinstance(node, ScalarNode) or node.is_null:
        return None
    # Only true and false are converted: `x-country: no` means Norway.
    return node.text == "true" if node.is_plain and node.text in {"true", "false"} else node.text
