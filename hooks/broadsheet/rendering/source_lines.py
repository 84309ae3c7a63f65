"""Lines: where something that rendering turned up stands in the Markdown it came from."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cached_property

# What shows markup without being markup: fenced blocks, code spans, comments. Bounded, or a hostile body could
# keep the search busy for minutes.
_SHOWN = re.compile(
    r"^[ \t>]*(?P<fence>`{3,}+|~{3,}+)[^\n]*+\n(?:[^\n]*+\n){0,1000}?[ \t>]*(?P=fence)[`~]*[ \t]*$"
    r"|(?<!`)(?P<ticks>`++)(?:(?!\n[ \t]*\n).){1,2000}?(?<!`)(?P=ticks)(?!`)"
    r"|<!--(?:(?!<!--).)*?-->",
    re.MULTILINE | re.DOTALL,
)
_FENCE = re.compile(r"[ \t>]*(`{3,}+|~{3,}+)")
_MASKED_SIZE = 200_000
_PROBE_SIZE = 300
_MOST_SEARCHES = 200
_BEFORE = r"(?<![^(<\"'=\s])"
_AFTER = r"(?![^)>}\"'\s])"
_PUNCTUATION = re.compile(r"[\W_]")
_EMPTY_LINK = r"\]\(\s*(?:<>\s*)?[\"')]|\b(?i:href|src)\s*=\s*(?:\"\s*\"|'\s*'|>)"
_NO_CHARACTER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")


class LineFinder:
    """Finds the lines of one body; asked for the same thing again, it goes on to the next place.

    Python-Markdown keeps no positions, so places are searched for, and only when there is something to report.
    Each search goes on where the last one ended, and after a number of different ones it gives up: a body with
    thousands of dead links must not keep a build busy for hours.
    """

    def __init__(self, body: str, first_line: int) -> None:
        """Look into a body whose first line is the file's line `first_line`."""
        self._body = body
        self._first_line = first_line
        self._places: dict[str, Iterator[int]] = {}
        self._found: dict[str, int] = {}

    def find_address(self, address: str) -> int:
        """The line of an address, given as a browser understands it; 0 where it stands nowhere."""
        whole = address.strip()
        probe = whole[:_PROBE_SIZE]
        if not probe:
            return self._next("", _EMPTY_LINK, unescape=False)
        ending = _AFTER if probe == whole else ""
        # In Markdown a backslash may stand before punctuation: gone\_by.md
        pattern = _PUNCTUATION.sub(lambda match: rf"\\?{re.escape(match[0])}", probe)
        return self._next(f"address {probe}", f"{_BEFORE}{pattern}{ending}", unescape=True)

    def find_element(self, name: str) -> int:
        """The line of a start tag."""
        return self._next(f"element {name}", rf"(?i:<{re.escape(name)})(?![\w-])", unescape=False)

    def find_attribute(self, name: str) -> int:
        """The line of an attribute, whatever its value."""
        return self._next(f"attribute {name}", rf"(?<![\w-])(?i:{re.escape(name)})\s*=", unescape=False)

    def _next(self, key: str, pattern: str, *, unescape: bool) -> int:
        """The line of the next place, or of the last that there was: one definition serves many links."""
        if key not in self._places:
            gives_up = len(self._places) >= _MOST_SEARCHES
            self._places[key] = iter(()) if gives_up else self._search(pattern, unescape=unescape)
        self._found[key] = next(self._places[key], self._found.get(key, 0))
        return self._found[key]

    def _search(self, pattern: str, *, unescape: bool) -> Iterator[int]:
        """The line of every match: in the markup, or where there is none, wherever it stands."""
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
        """The body with what is only shown blanked out, every other character where it was."""
        if len(self._body) > _MASKED_SIZE:
            return self._body
        return _SHOWN.sub(lambda match: re.sub(r"[^\n]", "\0", match.group()), self._body)

    @cached_property
    def _unescaped(self) -> tuple[str, str]:
        return unescape(self._markup), unescape(self._body)


def split_blocks(body: str, first_line: int) -> Iterator[tuple[int, str]]:
    """The parts of a body between blank lines, with the lines that they begin in; a fenced block is one part."""
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
    """HTML's `&amp;` and the like resolved; numbers of more digits than any character has are left out.

    Python refuses to read a number of thousands of digits, which would end the build.
    """
    return html.unescape(_NO_CHARACTER.sub("", text)) if "&" in text else text
