"""Source lines: find the line of an address, element or attribute in the Markdown of an article."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cached_property

# Markup that is only shown or hidden: fenced blocks, code spans, comments. The repeats are bounded, or a hostile body
# could keep the search busy for minutes.
_CODE_OR_COMMENT = re.compile(
    r"^[ \t>]*(?P<fence>`{3,}+|~{3,}+)[^\n]*+\n(?:[^\n]*+\n){0,1000}?[ \t>]*(?P=fence)[`~]*[ \t]*$"
    r"|(?<!`)(?P<ticks>`++)(?:(?!\n[ \t]*\n).){1,2000}?(?<!`)(?P=ticks)(?!`)"
    r"|<!--(?:(?!<!--).)*?-->",
    re.MULTILINE | re.DOTALL,
)
_FENCE = re.compile(r"[ \t>]*(`{3,}+|~{3,}+)")
_MAX_MASKED_SIZE = 200_000
_MAX_PROBE_SIZE = 300
_MAX_SEARCHES = 200
_BEFORE = r"(?<![^(<\"'=\s])"
_AFTER = r"(?![^)>}\"'\s])"
_PUNCTUATION = re.compile(r"[\W_]")
_EMPTY_LINK = r"\]\(\s*(?:<>\s*)?[\"')]|\b(?i:href|src)\s*=\s*(?:\"\s*\"|'\s*'|>)"
_TYPOGRAPHIC = re.compile("[“”„‘’‚«»‹›–—…]")
"""What typography makes of quotation marks, hyphens and full stops."""
_INVALID_REFERENCE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")


class LineFinder:
    """Finds lines in one body. A second search for the same thing returns the next line that has it.

    Python-Markdown keeps no positions, so the text is searched when there is a problem to report. After
    `_MAX_SEARCHES` different searches it gives up: a body with thousands of dead links must not keep a build busy
    for hours.
    """

    def __init__(self, body: str, first_line: int) -> None:
        """Take a body whose first line is line `first_line` of its file."""
        self._body = body
        self._first_line = first_line
        self._matches: dict[str, Iterator[int]] = {}
        self._last_lines: dict[str, int] = {}

    def find_address(self, address: str) -> int:
        """Return the line of an address, which is given without escapes; 0 when the body does not have it."""
        whole = address.strip()
        probe = whole[:_MAX_PROBE_SIZE]
        if not probe:
            return self._next("", _EMPTY_LINK, unescape=False)
        ending = _AFTER if probe == whole else ""
        # In Markdown a backslash may stand before punctuation: gone\_by.md
        pattern = _PUNCTUATION.sub(lambda match: rf"\\?{re.escape(match[0])}", probe)
        return self._next(f"address {probe}", f"{_BEFORE}{pattern}{ending}", unescape=True)

    def find_element(self, name: str) -> int:
        """Return the line of a start tag."""
        return self._next(f"element {name}", rf"(?i:<{re.escape(name)})(?![\w-])", unescape=False)

    def find_attribute(self, name: str) -> int:
        """Return the line of an attribute with any value."""
        return self._next(f"attribute {name}", rf"(?<![\w-])(?i:{re.escape(name)})\s*=", unescape=False)

    def find_text(self, text: str) -> int:
        """Return the line where a piece of Markdown begins, outside code and comments if it stands there."""
        first_line = text.strip().split("\n", 1)[0][:_MAX_PROBE_SIZE]
        pattern = _TYPOGRAPHIC.sub(".{1,3}", re.escape(first_line))
        return self._next(f"text {first_line}", pattern, unescape=False)

    def find_open_element(self, name: str) -> int:
        """Return the line of the last start tag without an end tag."""
        open_lines: list[int] = []
        line, end = self._first_line, 0
        for match in re.finditer(rf"(?i:<(/?){re.escape(name)})(?![\w-])", self._markup):
            line += self._markup.count("\n", end, match.start())
            end = match.start()
            if not match[1]:
                open_lines.append(line)
            elif open_lines:
                open_lines.pop()
        return open_lines[-1] if open_lines else 0

    def _next(self, key: str, pattern: str, *, unescape: bool) -> int:
        """Return the line of the next match, or of the last match: many links may use one definition."""
        if key not in self._matches:
            gives_up = len(self._matches) >= _MAX_SEARCHES
            self._matches[key] = iter(()) if gives_up else self._search(pattern, unescape=unescape)
        self._last_lines[key] = next(self._matches[key], self._last_lines.get(key, 0))
        return self._last_lines[key]

    def _search(self, pattern: str, *, unescape: bool) -> Iterator[int]:
        """Yield the line of every match in the markup, or when there is none, in the whole body."""
        for text in self._unescaped if unescape else (self._markup, self._body):
            line, end = self._first_line, -1
            for match in re.finditer(pattern, text):
                line += text.count("\n", max(end, 0), match.start())
                end = match.start()
                yield line
            if end >= 0:
                return

    @cached_property
    def _markup(self) -> str:
        """The body with code and comments replaced by NUL characters, so that positions stay the same."""
        if len(self._body) > _MAX_MASKED_SIZE:
            return self._body
        return _CODE_OR_COMMENT.sub(lambda match: re.sub(r"[^\n]", "\0", match.group()), self._body)

    @cached_property
    def _unescaped(self) -> tuple[str, str]:
        return unescape(self._markup), unescape(self._body)


def split_blocks(body: str, first_line: int) -> Iterator[tuple[int, str]]:
    """Yield first line and text of each block between blank lines; a fenced block is one block."""
    block: list[str] = []
    fence = ""
    number = first_line
    for number, line in enumerate(body.split("\n"), first_line):
        if not fence and not line.strip():
            if block:
                yield number - len(block), "\n".join(block)
            block = []
            continue
        block.append(line)
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
            fence = ""
    if block:
        yield number + 1 - len(block), "\n".join(block)


def unescape(text: str) -> str:
    """Resolve character references such as `&amp;`; remove those whose number is too large for any character.

    Python raises an error for a number of thousands of digits.
    """
    return html.unescape(_INVALID_REFERENCE.sub("", text)) if "&" in text else text
