"""Article files: parse one Markdown file into an `Article`, or into problems."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import tzinfo
from itertools import islice
from typing import Any, cast

import frontmatter
from frontmatter.default_handlers import YAMLHandler

from broadsheet.content.article import Article
from broadsheet.content.field_reader import FieldReader
from broadsheet.content.front_matter import read_article
from broadsheet.content.link_scan import find_link_targets
from broadsheet.content.misplaced_keys import FrontMatterText, find_keys_below, find_swallowed_keys
from broadsheet.content.yaml_nodes import (
    FORBIDDEN_CHARACTERS,
    MappingNode,
    Node,
    decode_text,
    explain_forbidden_character,
    locate,
    parse_yaml,
)
from broadsheet.core import Problem, has_errors

MAX_ARTICLE_BYTES = 10_000_000
"""The largest article file that is read, in bytes."""

_MAX_VALUES = 5_000
"""The largest number of keys and values in the front matter of one article: a live report has a few hundred."""

_FENCE = re.compile(r"-{3,}[ \t]*(\n|$)")
_BLANK_LINES = re.compile(r"(?:[ \t]*\n)*")
_FRAMING_HINT = "put title, date and topics between two lines of ---, the first of which is the file's first line"


class _FrontMatterHandler(YAMLHandler):
    """A handler for python-frontmatter that reads YAML with positions, and keeps what the package drops.

    `frontmatter.parse` returns the values by key, as nodes, and the body. Two things are not in its result and stay
    here: the positions of the keys, since the package copies the mapping into a plain dict; and the indentation of
    the body's first line, since the package strips the body, which would make prose of a first line of code.
    `frontmatter.loads` and its `Post` cannot be used: they pass the keys as keyword arguments, so that a key such as
    `content` or `handler` raises a TypeError.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.is_closed = False
        self.front = ""
        self.front_line = 1
        self.indentation = ""
        """The white space before the body's first word, from the beginning of its line."""
        self.body_line = 1

    def split(self, text: str) -> tuple[str, str]:
        opening, closing = islice(self.FM_BOUNDARY.finditer(text), 2)  # ValueError without a closing fence, as upstream
        self.is_closed = True
        front_start = min(opening.end() + 1, closing.start())
        self.front_line = text.count("\n", 0, front_start) + 1
        self.front = text[front_start : closing.start()]
        blank_lines = _BLANK_LINES.match(text, closing.end())
        body_start = blank_lines.end() if blank_lines else closing.end()
        self.body_line = text.count("\n", 0, body_start) + 1
        body = text[body_start:]
        self.indentation = body[: len(body) - len(body.lstrip())]
        return self.front, body

    def load(self, fm: str, **kwargs: object) -> dict[str, Any]:
        self.root, self.problems = parse_yaml(fm, self.path, self.front_line, _MAX_VALUES)
        return dict(self.root.values) if isinstance(self.root, MappingNode) else {}


def parse_article(data: bytes, path: str, label: str, zone: tzinfo) -> tuple[Article | None, list[Problem]]:
    """Parse one article.

    Args:
        data: the file's bytes.
        path: the file, relative to the content directory.
        label: the file as problems name it.
        zone: the zone of dates without a zone.

    Returns:
        the article, or None when its front matter cannot be parsed, and all problems. An article with an error
        can only be checked further. Ids, links and URLs are not checked here.

    """
    text, problems = decode_text(data, label, MAX_ARTICLE_BYTES)
    if problems:
        return None, problems
    if not _FENCE.match(text):
        return None, [_explain_no_fence(text, label)]
    handler = _FrontMatterHandler(label)
    metadata, content = frontmatter.parse(text, handler=handler)
    if not handler.is_closed:
        return None, [Problem(label, 1, 1, "", "the front matter has no end", "close it with a line of ---")]
    if has_errors(handler.problems):
        return None, handler.problems
    if not isinstance(handler.root, MappingNode):
        line = handler.root.position.line if handler.root else handler.front_line
        message = "expected lines of 'key: value' between the two lines of ---"
        return None, [Problem(label, line, 0, "", message, "title, date and topics are required")]
    mapping = replace(handler.root, values=cast("dict[str, Node]", metadata))
    source = FrontMatterText(label, handler.front, handler.front_line, handler.indentation + content, handler.body_line)
    body, problems = _clean_body(source)
    reader = FieldReader(mapping, label, problems, {})
    article = read_article(reader, path, zone, body, handler.body_line)
    problems += find_swallowed_keys(source, mapping, reader.known_keys)
    problems += find_keys_below(source, mapping, reader.known_keys)
    metadata_digest = hashlib.blake2b("\0".join((path, str(zone), handler.front)).encode(), digest_size=16).hexdigest()
    return replace(article, link_targets=find_link_targets(body), metadata_digest=metadata_digest), problems


def _explain_no_fence(text: str, label: str) -> Problem:
    """Report a text that does not begin with front matter."""
    if not text.strip():
        return Problem(label, 0, 0, "", "empty file", f"begin with front matter: {_FRAMING_HINT}")
    first = len(text) - len(text.lstrip())
    if _FENCE.match(text, first):
        line = locate(text, first).line
        message = f"the front matter begins in line {line}, expected it in line 1"
        return Problem(label, 1, 1, "", message, "delete what stands before the first ---")
    if text.startswith("+++"):
        return Problem(label, 1, 1, "", "front matter in TOML, expected YAML", _FRAMING_HINT)
    return Problem(label, 1, 1, "", "no front matter: the first line is not '---'", _FRAMING_HINT)


def _clean_body(text: FrontMatterText) -> tuple[str, list[Problem]]:
    """Remove forbidden characters from the body, and report the first of them as a warning."""
    match = FORBIDDEN_CHARACTERS.search(text.body)
    if match is None:
        return text.body, []
    position = locate(text.body, match.start(), text.body_line)
    message, hint = explain_forbidden_character(match[0])
    problem = Problem(text.path, position.line, position.column, "", message, hint, "warning")
    return FORBIDDEN_CHARACTERS.sub("", text.body), [problem]
