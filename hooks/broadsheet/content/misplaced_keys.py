"""Misplaced keys: keys of front matter that have no effect, because they stand in another value or in the body.

A lost `draft`, `embargo` or `expires` would publish the article. So such a line is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import takewhile

from broadsheet.content.yaml_nodes import MappingNode, Node, ScalarNode, SourcePosition, parse_yaml
from broadsheet.core import Problem

WITHHOLDING_KEYS = ("draft", "embargo", "expires")
"""The keys that hide an article from readers."""

_MAX_LINES = 10_000
"""How many lines of a body are searched."""
_MAX_VALUES = 5_000
"""How many YAML values are read from one part of a body."""

_INVISIBLE = "\xa0\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Characters that a writer does not see before a key."""

_FENCE = re.compile(r"-{3,}\s*$")
_CODE_FENCE = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)]|>)[ \t]*)*(?:```|~~~)", re.ASCII)
_KEY_LINE = re.compile(
    rf"""(?P<lead>[ \t{_INVISIBLE}]*(?:-[ \t]+)*)(?P<quote>["']?)(?P<key>[a-z]+)(?P=quote)[ \t]*:(?P<value>.*)""",
    re.IGNORECASE | re.ASCII,
)
_WITHHOLDING_VALUE = re.compile(
    r"""(?:!\S+[ \t]+)?(?P<quote>["']?)"""
    r"""(?:true|yes|on|y|\d{4}-\d[-\d:.+TZ]*(?: +[-\d:.+TZ]+)*)(?P=quote)(?:[ \t]+#.*)?""",
    re.IGNORECASE | re.ASCII,
)
"""A value that sets a withholding key. Only a comment may follow, so "Draft: yes or no?" is prose."""
_YAML_LINE = re.compile(
    r"""[ \t#]|-[ \t]|---|[]}?:]|["']?[\w-]+["']?[ \t]*:(?:\s|$)|["']?x-.*:(?:\s|$)|<!--.*-->\s*$|\s*$"""
)
"""A line that can be part of front matter: indented, a comment, an item, a fence, a key, or blank."""


@dataclass(frozen=True, slots=True)
class FrontMatterText:
    """The front matter of one file as text, with the body below it."""

    path: str
    """The file as problems name it."""
    front: str
    front_line: int
    """The 1-based line of the file on which the front matter begins, after the first `---`."""
    body: str
    body_line: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file and the key that it seems to set."""

    number: int
    text: str
    key: str = ""
    """In lower case; '' where the line sets no key in the column where keys begin."""
    column: int = 0
    is_known: bool = False
    withholds: bool = False


def find_swallowed_keys(text: FrontMatterText, mapping: MappingNode, known: Set[str]) -> list[Problem]:
    """Report lines of front matter that look like a key of an article, but are part of another value.

    An open quote, a text of several lines or a mapping of the newspaper's own can include the lines after it.
    Any known key in the column where keys begin is reported. A key that withholds the article is reported when it
    is indented too, unless the article has that key, or the next line is indented as well: then the indentation
    cannot be a slip in one line, since YAML would not accept the lines without it.
    """
    problems = []
    key_lines = {position.line for position in mapping.key_positions.values()}
    lines = text.front.split("\n")
    for index, line in enumerate(lines):
        number = text.front_line + index
        match = _KEY_LINE.match(line) if ":" in line and number not in key_lines else None
        if not match or (key := match["key"].lower()) not in known:
            continue
        aligned = match["key"] == key and len(match["lead"]) == mapping.position.column - 1
        hint = "begin it in the column of 'title:', and close every quote above it"
        if not aligned:
            is_value = key in mapping.values or _is_followed_by_sibling(lines, index, len(match["lead"]))
            if is_value or not _withholds(key, match["value"]):
                continue
            hint += f"; below a key of your own write it in braces: x-advert: {{{key}: …}}"
        message = "this line is read as part of what stands above it, not as a key"
        problems.append(Problem(text.path, number, match.start("key") + 1, key, message, hint))
    return problems


def _is_followed_by_sibling(lines: list[str], index: int, indentation: int) -> bool:
    """Whether the next line that is neither blank nor a comment is indented at least as far."""
    # No slice of the lines: a text of many such lines would be copied for each of them.
    following = (lines[number] for number in range(index + 1, len(lines)))
    text_lines = (line for line in following if line.strip() and not line.lstrip(" ").startswith("#"))
    return next((len(line) - len(line.lstrip(" ")) >= indentation for line in text_lines), False)


def find_keys_below(text: FrontMatterText, mapping: MappingNode, known: Set[str]) -> list[Problem]:
    """Report the first key in the body that was meant as front matter, when a `---` ends the front matter too early.

    The body is cut into parts at its lines of `---`. A part that is a YAML mapping is front matter when it has a
    key that withholds the article, or two or more keys of articles or of the newspaper's own. A part that is no
    mapping is searched line by line, and ends the search. A block of code ends the search too.
    """
    indent = mapping.position.column - 1
    if not _may_be_front_matter(_read_line(0, text.body.partition("\n")[0], indent, known)):
        return []
    texts = takewhile(lambda line: not _CODE_FENCE.match(line), text.body.split("\n", _MAX_LINES)[:_MAX_LINES])
    lines = [_read_line(number, line, indent, known) for number, line in enumerate(texts, text.body_line)]
    if not any(line.withholds or line.is_known for line in lines):
        return []
    for part, is_closed in _split_at_fences(lines):
        root = _parse_part(part) if is_closed else None
        if isinstance(root, MappingNode) and _is_key_column(root.position.column - 1, indent):
            misplaced = _find_key_in_mapping(root, known)
        else:
            misplaced = _find_key_in_lines(part, is_closed=is_closed)
        if misplaced is not None:
            return [_explain_key_below(*misplaced, text)]
        if not isinstance(root, MappingNode):
            return []
    return []


def _may_be_front_matter(line: _Line) -> bool:
    return line.withholds or _YAML_LINE.match(line.text.lstrip(_INVISIBLE)) is not None


def _read_line(number: int, text: str, indent: int, known: Set[str]) -> _Line:
    match = _KEY_LINE.match(text) if ":" in text else None
    if match is None:
        return _Line(number, text)
    lead, key = match["lead"].strip(_INVISIBLE), match["key"].lower()
    if lead.strip(" ") or not _is_key_column(len(lead), indent):
        return _Line(number, text)
    is_known = match["key"] in known
    return _Line(number, text, key, match.start("key") + 1, is_known, _withholds(key, match["value"]))


def _is_key_column(spaces: int, indent: int) -> bool:
    """Whether a key may stand behind these spaces: four of them make code, unless the front matter has them too."""
    return spaces <= 3 or spaces == indent


def _withholds(key: str, value: str) -> bool:
    return key in WITHHOLDING_KEYS and _WITHHOLDING_VALUE.fullmatch(value.strip()) is not None


def _split_at_fences(lines: list[_Line]) -> Iterator[tuple[list[_Line], bool]]:
    """The parts of a body between its lines of `---`, each with whether such a line ends it; no blank parts."""
    part: list[_Line] = []
    for line in lines:
        if not _FENCE.match(line.text):
            part.append(line)
            continue
        if any(line.text.strip() for line in part):
            yield part, True
        part = []
    if any(line.text.strip() for line in part):
        yield part, False


def is_withholding_line(line: str) -> bool:
    """Return whether a line, wherever it stands, sets a key that hides the article."""
    match = _KEY_LINE.match(line) if ":" in line else None
    return match is not None and _withholds(match["key"].lower(), match["value"])


def _parse_part(part: list[_Line]) -> Node | None:
    text = "\n".join(line.text.lstrip(_INVISIBLE) for line in part)
    return parse_yaml(text, "", part[0].number, _MAX_VALUES)[0]


def _find_key_in_mapping(root: MappingNode, known: Set[str]) -> tuple[str, SourcePosition] | None:
    """The key of a mapping that makes it front matter, and the place of that key."""
    ours = [key for key in root.values if key in known]
    own = [key for key in root.values if key.startswith("x-")]
    withholding = [
        key
        for key, value in root.values.items()
        if isinstance(value, ScalarNode) and _withholds(key.lower(), value.text)
    ]
    # `sources: AP, Reuters` above a line of --- is a heading, a single key with a list or a mapping is not.
    is_run = len(ours) + len(own) > 1 or not all(isinstance(root.values[key], ScalarNode) for key in ours)
    keys = withholding or (ours if is_run else [])
    return (keys[0].lower(), root.key_positions[keys[0]]) if keys else None


def _find_key_in_lines(part: list[_Line], *, is_closed: bool) -> tuple[str, SourcePosition] | None:
    """The first line of a part that sets a key as front matter does, and its place.

    A key that withholds the article counts until the first line of prose. In a part that is closed by `---`, it
    counts to the end of the paragraph which that line begins, and two other keys count as well.
    """
    known_lines: list[_Line] = []
    withholding: _Line | None = None
    has_prose = was_blank = False
    for line in part:
        is_blank = not line.text.strip()
        if line.withholds:
            withholding = withholding or line
        elif line.is_known:
            known_lines.append(line)
        elif not is_blank and not _may_be_front_matter(line):
            has_prose = True
        if withholding and not has_prose:
            break
        if has_prose and (is_blank or was_blank or not is_closed):
            return None
        was_blank = is_blank
    if withholding is None and is_closed and len(known_lines) > 1:
        withholding = known_lines[0]
    return (withholding.key, SourcePosition(withholding.number, withholding.column)) if withholding else None


def _explain_key_below(key: str, position: SourcePosition, text: FrontMatterText) -> Problem:
    closing_line = text.front_line + text.front.count("\n")
    message = f"this key stands below the front matter, which the line of --- in line {closing_line} ends"
    hint = "move it above that line, or take that line out; an example of front matter goes into a block of code"
    return Problem(text.path, position.line, position.column, key, message, hint)
