"""Markdown problems: Markdown that a writer began and did not finish, or that this newspaper does not know.

GitHub's preview and the page show such Markdown as text or hide it, without a word. The rules of `commonmark` collect
what is left as text and where a block ends too late; this module says what is wrong with it, and on which line.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from markdown_it.token import Token

from broadsheet.core import find_tags, suggest
from broadsheet.rendering.sanitize import TAGS
from broadsheet.rendering.source_lines import LineFinder


@dataclass(slots=True)
class Remains:
    """What the rules found in one body."""

    texts: list[str] = field(default_factory=list)
    """Pieces of text with no inline Markdown in them; characters that the writer escaped are left out."""
    html: list[str] = field(default_factory=list)
    """Raw HTML, as written."""
    unclosed_fences: list[str] = field(default_factory=list)
    """First lines of fenced blocks that go on to the end of the text."""
    notes: set[str] = field(default_factory=set)
    """Names of footnotes that have a text."""
    named_notes: set[str] = field(default_factory=set)
    """Names of footnotes that the text refers to."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """Text that a writer hardly means as text."""

    needs: str
    """A part of every match, to find out quickly that there is none."""
    pattern: re.Pattern[str]
    message: str
    hint: str


_RULES = (
    _Rule("<!--", re.compile(r"<!--"), "a comment that is not closed", "write --> behind it"),
    _Rule(
        "](",
        re.compile(r"(?<=[^\[\]\0])\]\([^()\n\0]{0,40}"),
        "'{0}': a link without an address, with a space in it, or not closed",
        "write [text](address), with %20 for a space in the address",
    ),
    _Rule(
        "][",
        re.compile(r"(?<!\])\[[^\[\]]+\]\[[^\[\]]+\]"),
        "'{0}': a link to a reference that is nowhere defined",
        "write [reference]: address on a line of its own, or [text](address)",
    ),
    _Rule("[[", re.compile(r"\[\[[^\[\]]+\]\]"), "'{0}': links like in a wiki are not read", "write [text](file.md)"),
    _Rule(
        "**",
        re.compile(r"(?<![\w*])\*\*(?=[^\s*\0])[^*\n\0]{0,40}|[^*\n\0]{0,40}(?<=[^\s*\0])\*\*(?![\w*])"),
        "'{0}': bold text that is not closed, or a space inside it",
        "write **words** without spaces inside, or \\*\\* for the characters",
    ),
    _Rule(
        "{{",
        re.compile(r"\{\{[<%][^{}]*|\{\{[^{}]+\}\}"),
        "'{0}': shortcodes and variables of other generators are not read",
        "take it out, or write what it stood for in Markdown",
    ),
    _Rule(
        "{%",
        re.compile(r"\{%[^{}]*"),
        "'{0}': tags of other generators are not read",
        "take it out, or write what it stood for in Markdown",
    ),
    _Rule(
        "[",
        re.compile(r"\[/?(?:caption|gallery|embed|audio|video|youtube|vimeo|tweet|gist)\b[^\[\]]*\]?"),
        "'{0}': shortcodes of other generators are not read",
        "take it out, or write what it stood for in Markdown",
    ),
    _Rule(
        "{",
        re.compile(r"\{:?[ ]*[.#][A-Za-z][\w-]*[^{}\n]*\}"),
        "'{0}': an attribute list where none can stand",
        "write it on the line below a paragraph, or directly behind a link, an image or bold text",
    ),
    _Rule(
        "///",
        re.compile(r"^///+[ ]*[\w-]+.*", re.MULTILINE),
        "'{0}': a block that is not closed",
        "write /// on a line of its own below it",
    ),
)
_NOTE = re.compile(r"\[\^([^\[\]\s]+)\]")
_NEED_NO_END = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
    | {"body", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rp", "rt"}
    | {"tbody", "td", "tfoot", "th", "thead", "tr"}
)
_MAX_SHOWN = 60


def find_unclosed_fence(token: Token, last_line: str) -> str:
    """Return the first line of a fenced block without a closing line; '' when it has one.

    Args:
        token: of a fenced block.
        last_line: the last line of the block in the text.

    """
    closing = last_line.lstrip(" \t>")
    is_closed = closing.startswith(token.markup) and not closing.strip(token.markup[0]).strip()
    has_lines = token.map is not None and token.map[1] - token.map[0] > 1
    return "" if is_closed and has_lines else f"{token.markup}{token.info}"


def list_problems(remains: Remains, lines: LineFinder) -> Iterator[tuple[int, str, str]]:
    """Yield line, message and hint of each problem. Cost: about 0.1 ms for an article."""
    for fence in remains.unclosed_fences:
        message = f"'{_shorten(fence)}': a fenced block that is not closed"
        yield lines.find_text(fence), message, f"write {fence[:3]} on a line of its own below it"
    for text in remains.texts:
        for rule in _RULES:
            for match in rule.pattern.finditer(text) if rule.needs in text else ():
                yield lines.find_text(match[0].split("\0", 1)[0]), rule.message.format(_shorten(match[0])), rule.hint
    for name in sorted(remains.named_notes - remains.notes):
        hint = suggest(name, remains.notes) or f"write [^{name}]: and its text on a line of its own"
        yield lines.find_text(f"[^{name}]"), f"'[^{name}]': a footnote without a text", hint
    for name in sorted(remains.notes - remains.named_notes):
        message = f"'[^{name}]:': a footnote that nothing refers to is not shown"
        yield lines.find_text(f"[^{name}]:"), message, f"write [^{name}] where it belongs"
    yield from _list_html_problems(remains.html, lines)


def collect_notes(texts: Collection[str]) -> set[str]:
    """Return the names of footnotes that texts refer to."""
    return {name for text in texts if "[^" in text for name in _NOTE.findall(text)}


def _list_html_problems(parts: Collection[str], lines: LineFinder) -> Iterator[tuple[int, str, str]]:
    open_elements: dict[str, int] = {}
    for part in parts:
        if part.startswith("<!--"):
            if "-->" not in part:
                first = part.splitlines()[0]
                message = "a comment that is not closed: all that follows is left out"
                yield lines.find_text(first), message, "write --> behind it"
            continue
        for tag in find_tags(part):
            if tag.name in TAGS and tag.name not in _NEED_NO_END and not tag.attributes.endswith("/"):
                open_elements[tag.name] = max(0, open_elements.get(tag.name, 0) + (-1 if tag.closing else 1))
    for name, count in open_elements.items():
        if count and (line := lines.find_open_element(name)):
            yield line, f"HTML element <{name}> that is not closed", f"write </{name}> behind it"


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_SHOWN else f"{line[: _MAX_SHOWN - 1]}…"
