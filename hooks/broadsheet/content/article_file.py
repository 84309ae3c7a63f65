"""Article files: parse one Markdown file into an `Article`, or into problems; and the text of a new file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from itertools import islice
from typing import Any, cast

import frontmatter
import yaml
from frontmatter.default_handlers import YAMLHandler

from broadsheet.content.article import ARTICLE_TYPES, ARTICLES_DIR, Article
from broadsheet.content.field_reader import FieldReader
from broadsheet.content.front_matter import read_article
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
from broadsheet.core import Moment, Problem, find_repeated_time, has_errors, slugify

# Inline links, definitions of reference links, and HTML: articles can be compared before they are rendered.
_LINK_TARGET = re.compile(
    r"\]\(\s*<?([^\s()<>]+)|^ {0,3}\[[^\[\]\n]+\]:[ \t]*<?([^\s<>]+)|\b(?i:href)\s*=\s*[\"']([^\"'\s]+)", re.MULTILINE
)

# Parts of a body without links: blocks of code, comments, code within a line.
_CODE_OR_COMMENT = re.compile(
    r"^ {0,3}(`{3,}+(?![^\n]*`)|~{3,}+).*?(?:^ {0,3}\1|\Z)|<!--.*?(?:-->|\Z)|(?<!`)(`{1,3})[^`\n]{1,500}\2",
    re.MULTILINE | re.DOTALL,
)


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
    here: the positions of the keys, since the package copies the mapping into a plain dict; and the text of front
    matter and body, since the package strips the body, which would make prose of a first line of code.
    `frontmatter.loads` and its `Post` cannot be used: they pass the keys as keyword arguments, so that a key such as
    `content` or `handler` raises a TypeError.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.text: FrontMatterText | None = None
        """None for a file whose front matter is not closed."""

    def split(self, text: str) -> tuple[str, str]:
        opening, closing = islice(self.FM_BOUNDARY.finditer(text), 2)  # ValueError without a closing fence, as upstream
        front_start = min(opening.end() + 1, closing.start())
        blank_lines = _BLANK_LINES.match(text, closing.end())
        body_start = blank_lines.end() if blank_lines else closing.end()
        front_line, body_line = (text.count("\n", 0, start) + 1 for start in (front_start, body_start))
        front, body = text[front_start : closing.start()], text[body_start:]
        self.text = FrontMatterText(self.path, front, front_line, body, body_line)
        return front, body

    def load(self, fm: str, **kwargs: object) -> dict[str, Any]:
        first_line = self.text.front_line if self.text else 1
        self.root, self.problems = parse_yaml(fm, self.path, first_line, _MAX_VALUES)
        return dict(self.root.values) if isinstance(self.root, MappingNode) else {}


def parse_article(
    data: bytes, path: str, label: str, zone: tzinfo, slug_language: str = ""
) -> tuple[Article | None, list[Problem]]:
    """Parse one article.

    Args:
        data: the file's bytes.
        path: the file, relative to the content directory.
        label: the file as problems name it.
        zone: the zone of dates without a zone.
        slug_language: the language by whose rules the slug of a file name is written in ASCII, unless the article
            names its own; '' where letters stay as they are.

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
    metadata, _ = frontmatter.parse(text, handler=handler)
    source = handler.text
    if source is None:
        return None, [Problem(label, 1, 1, "", "the front matter has no end", "close it with a line of ---")]
    if has_errors(handler.problems):
        return None, handler.problems
    if not isinstance(handler.root, MappingNode):
        line = handler.root.position.line if handler.root else source.front_line
        message = "expected lines of 'key: value' between the two lines of ---"
        return None, [Problem(label, line, 0, "", message, "title, date and topics are required")]
    mapping = replace(handler.root, values=cast("dict[str, Node]", metadata))
    body, problems = _clean_body(source)
    reader = FieldReader(mapping, label, problems, {})
    article = read_article(reader, path, zone, body, source.body_line, slug_language)
    problems += find_swallowed_keys(source, mapping, reader.known_keys)
    problems += find_keys_below(source, mapping, reader.known_keys)
    parts = (path, str(zone), slug_language, source.front)
    metadata_digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
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


@dataclass(frozen=True, slots=True)
class NewArticle:
    """The front matter that a writer gives for a new article."""

    headline: str
    date: Moment
    """In the site's zone."""
    topics: Sequence[str]
    summary: str = ""
    authors: Sequence[str] = ()
    type: str = ARTICLE_TYPES[0]
    story: str = ""
    draft: bool = False
    slug_language: str = ""
    """As that of `SiteConfig`."""

    @property
    def path(self) -> str:
        """The path of the new file, relative to the content directory."""
        return f"{ARTICLES_DIR}/{self.date.at:%Y/%m}/{slugify(self.headline, self.slug_language)}.md"


def format_new_article(article: NewArticle) -> str:
    """Return the file's text: front matter in the order of the handbook, then a line to replace.

    >>> from datetime import UTC
    >>> from broadsheet.core.datetimes import parse_moment
    >>> print(format_new_article(NewArticle("Davos: the talks", parse_moment("2026-01-20T09:05", UTC), ["trade"])))
    ---
    title: 'Davos: the talks'
    date: 2026-01-20T09:05
    topics:
      - trade
    summary: ''
    ---
    <BLANKLINE>
    Write the story here.
    <BLANKLINE>
    """
    lines = [f"title: {_quote(article.headline)}", f"date: {_format_date(article.date)}", "topics:"]
    lines += [f"  - {_quote(topic)}" for topic in article.topics]
    lines.append(f"summary: {_quote(article.summary)}")
    if article.authors:
        lines += ["authors:", *(f"  - {_quote(author)}" for author in article.authors)]
    if article.type != ARTICLE_TYPES[0]:
        lines.append(f"type: {article.type}")
    if article.story:
        lines.append(f"story: {_quote(article.story)}")
    if article.draft:
        lines.append("draft: true")
    return "\n".join(["---", *lines, "---", "", "Write the story here.", ""])


def _format_date(date: Moment) -> str:
    """Return the date as front matter has it: in the site's zone, with an offset only if clocks show the time twice."""
    local = date.at.replace(tzinfo=None).isoformat(timespec="seconds" if date.at.second else "minutes")
    return date.iso if date.day_only or find_repeated_time(local, date) else local


def _quote(text: str) -> str:
    """Return the text as one line of YAML, in quotes when YAML needs them."""
    dumped = yaml.safe_dump(text, allow_unicode=True, width=float("inf"))
    return dumped.removesuffix("\n").removesuffix("\n...")


def find_link_targets(body: str) -> tuple[str, ...]:
    """Return the targets of links in a Markdown body, as written, without repeats and links within the page.

    >>> find_link_targets("[One](a.md), [two](https://example.org/), [three](a.md) and [the foot](#foot).")
    ('a.md', 'https://example.org/')
    """
    matches = _LINK_TARGET.finditer(_CODE_OR_COMMENT.sub(" ", body))
    targets = (next(group for group in match.groups() if group is not None) for match in matches)
    return tuple(dict.fromkeys(target for target in targets if not target.startswith("#")))
