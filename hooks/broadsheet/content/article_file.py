"""Article files: the text of one Markdown file read into an `Article`, or into problems."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Set
from dataclasses import replace
from datetime import tzinfo
from itertools import islice
from typing import Any

import frontmatter
from frontmatter.default_handlers import YAMLHandler

from broadsheet.content.article import Article
from broadsheet.content.field_reader import FieldReader
from broadsheet.content.front_matter import WITHHOLDING_KEYS, read_article
from broadsheet.content.link_scan import find_link_targets
from broadsheet.content.yaml_nodes import FORBIDDEN, Entries, Node, decode_text, describe_forbidden, locate, parse_yaml
from broadsheet.core import Problem, has_errors

MAX_ARTICLE = 10_000_000
"""The largest article file that is read, in bytes."""

_MAX_VALUES = 5_000
"""The most keys and values in the front matter of one article: a live report has a few hundred."""

_MAX_LINES = 10_000
"""The most lines of a body that are searched for front matter."""

_FENCE = re.compile(r"-{3,}[ \t]*(\n|$)")
_LINE = re.compile(r"^.*$", re.MULTILINE)
_KEY_LINE = re.compile(
    r"""(?P<lead>[ \t]*(?:-[ \t]+)*)(?P<quote>["']?)(?P<key>[a-z]+)(?P=quote)[ \t]*:(?P<value>.*)""",
    re.IGNORECASE | re.ASCII,
)
_WITHHOLDING_VALUE = re.compile(r"""[ \t]*["']?(?:(?:true|yes|on)\b|\d{4}-\d)""", re.IGNORECASE | re.ASCII)
_YAML_LINE = re.compile(r"""[ \t#]|-[ \t]|---|[]}?:]|["']?[\w-]+["']?[ \t]*:(?:\s|$)|\s*$""")
"""A line that can stand in or around front matter: indented, a comment, an item, a fence, a key, or blank."""
_BLANK_LINES = re.compile(r"(?:[ \t]*\n)*")
_BEGIN = "put title, date and topics between two lines of ---, the first of which is the file's first line"


class _LocatingHandler(YAMLHandler):
    """python-frontmatter's YAML handler, which notes where the front matter and the body begin."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.closed = False
        self.front = ""
        self.front_line = 1
        self.body = ""
        self.body_line = 1

    def split(self, text: str) -> tuple[str, str]:
        opening, closing = islice(self.FM_BOUNDARY.finditer(text), 2)  # ValueError: no end, as upstream
        self.closed = True
        front = min(opening.end() + 1, closing.start())
        self.front_line = text.count("\n", 0, front) + 1
        blank = _BLANK_LINES.match(text, closing.end())
        start = blank.end() if blank else closing.end()
        self.body_line = text.count("\n", 0, start) + 1
        # Upstream strips the body, and with it the indentation of a first line of code.
        self.body = text[start:]
        self.front = text[front : closing.start()]
        return self.front, self.body

    def load(self, fm: str, **kwargs: object) -> dict[str, Any]:
        self.root, self.problems = parse_yaml(fm, self.path, self.front_line, _MAX_VALUES)
        return {}


def parse_article(data: bytes, path: str, label: str, zone: tzinfo) -> tuple[Article | None, list[Problem]]:
    """Read one article.

    Args:
        data: the file's bytes.
        path: the file, relative to the content directory.
        label: the file as problems name it.
        zone: the zone of dates that give none.

    Returns:
        the article, or None when its front matter cannot be read, and every problem found. With an error
        among them the article is only good for more checks: whether ids are known, links lead anywhere and
        URLs are unique is not looked at here.

    """
    text, problems = decode_text(data, label, MAX_ARTICLE)
    if problems:
        return None, problems
    if not _FENCE.match(text):
        return None, [_explain_no_fence(text, label)]
    handler = _LocatingHandler(label)
    frontmatter.parse(text, handler=handler)
    if not handler.closed:
        return None, [Problem(label, 1, 1, "", "the front matter has no end", "close it with a line of ---")]
    if has_errors(handler.problems):
        return None, handler.problems
    if not isinstance(handler.root, Entries):
        line = handler.root.mark.line if handler.root else handler.front_line
        message = "expected lines of 'key: value' between the two lines of ---"
        return None, [Problem(label, line, 0, "", message, "title, date and topics are required")]
    body, problems = _clean_body(handler.body, handler.body_line, label)
    reader = FieldReader(handler.root, label, problems, {})
    article = read_article(reader, path, zone, body, handler.body_line)
    problems += _find_swallowed_keys(handler, handler.root, reader.known)
    if _YAML_LINE.match(handler.body):
        problems += _find_keys_below(handler, handler.root, reader.known)
    imprint = hashlib.blake2b("\0".join((path, str(zone), handler.front)).encode(), digest_size=16).hexdigest()
    return replace(article, addresses=find_link_targets(body), imprint=imprint), problems


def _explain_no_fence(text: str, label: str) -> Problem:
    """The problem of a text that does not begin with front matter."""
    if not text.strip():
        return Problem(label, 0, 0, "", "empty file", f"begin with front matter: {_BEGIN}")
    first = len(text) - len(text.lstrip())
    if _FENCE.match(text, first):
        line = locate(text, first).line
        message = f"the front matter begins in line {line}, expected it in line 1"
        return Problem(label, 1, 1, "", message, "delete what stands before the first ---")
    if text.startswith("+++"):
        return Problem(label, 1, 1, "", "front matter in TOML, expected YAML", _BEGIN)
    return Problem(label, 1, 1, "", "no front matter: the first line is not '---'", _BEGIN)


def _find_swallowed_keys(handler: _LocatingHandler, root: Entries, known: Set[str]) -> list[Problem]:
    """The lines of front matter that look like a key of an article, but were read as part of something else.

    An open quote, a text of several lines or a mapping of the newspaper's own takes in what follows it. Any key
    that stands where keys begin counts; one that withholds the article counts with spaces before it too.
    """
    problems = []
    read = {mark.line for mark in root.keys.values()}
    for line, text in enumerate(handler.front.split("\n"), handler.front_line):
        keyed = _KEY_LINE.match(text) if ":" in text and line not in read else None
        if not keyed or (key := keyed["key"].lower()) not in known:
            continue
        aligned = keyed["key"] == key and len(keyed["lead"]) == root.mark.column - 1
        if aligned or (key not in root.entries and _withholds(keyed)):
            message = "this line is read as part of what stands above it, not as a key"
            hint = "begin it in the column of 'title:', and close every quote above it"
            problems.append(Problem(handler.path, line, keyed.start("key") + 1, key, message, hint))
    return problems


def _find_keys_below(handler: _LocatingHandler, root: Entries, known: Set[str]) -> list[Problem]:
    """The problem of a body that begins with what was meant as front matter: its `---` stands too far up.

    One key that withholds the article is enough; other keys must be closed by another `---`. The first paragraph
    of prose ends the search, and so does a block of code.
    """
    first: Problem | None = None
    blank = False
    lines = islice(_LINE.finditer(handler.body), _MAX_LINES)
    for line, match in enumerate(lines, handler.body_line):
        text = match[0]
        if not _YAML_LINE.match(text):
            if blank or not first:
                return []
        elif handler.FM_BOUNDARY.match(text):
            if first:
                return [first]
        elif (keyed := _KEY_LINE.match(text)) and _is_aligned(keyed, root.mark.column - 1):
            problem = _explain_key_below(keyed, line, handler)
            if _withholds(keyed):
                return [problem]
            if keyed["key"] in known:
                first = first or problem
        blank = not text.strip()
    return []


def _is_aligned(keyed: re.Match[str], indent: int) -> bool:
    """Whether a line of the body stands where keys do: four spaces make it code, unless the front matter has them."""
    return keyed["lead"] == " " * indent or keyed["lead"] in {"", " ", "  ", "   "}


def _explain_key_below(keyed: re.Match[str], line: int, handler: _LocatingHandler) -> Problem:
    closing_line = handler.front_line + handler.front.count("\n")
    message = f"this key stands below the front matter, which the line of --- in line {closing_line} ends"
    hint = "move it above that line, or take that line out; an example of front matter goes into a block of code"
    return Problem(handler.path, line, keyed.start("key") + 1, keyed["key"].lower(), message, hint)


def _withholds(match: re.Match[str]) -> bool:
    """Whether a line sets a key that keeps the article from readers."""
    return match["key"].lower() in WITHHOLDING_KEYS and _WITHHOLDING_VALUE.match(match["value"]) is not None


def _clean_body(body: str, line: int, label: str) -> tuple[str, list[Problem]]:
    """The body without characters that no page or feed may have, and a warning that names the first of them."""
    match = FORBIDDEN.search(body)
    if match is None:
        return body, []
    mark = locate(body, match.start(), line)
    message, hint = describe_forbidden(match[0])
    return FORBIDDEN.sub("", body), [Problem(label, mark.line, mark.column, "", message, hint, "warning")]
