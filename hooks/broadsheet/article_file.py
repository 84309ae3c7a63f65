"""Article files: the text of one Markdown file read into an `Article`, or into problems."""

from __future__ import annotations

import posixpath
import re
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import frontmatter
from frontmatter.default_handlers import YAMLHandler

from broadsheet.article import (
    ARTICLE_TYPES,
    FRONT_PLACES,
    Article,
    Correction,
    Image,
    Reference,
    RelatedChoice,
)
from broadsheet.fields import FieldReader
from broadsheet.moments import Moment
from broadsheet.nodes import Entries, Items, Mark, Scalar, parse_yaml
from broadsheet.problems import Problem, has_errors
from broadsheet.slugs import is_slug, slugify

MAX_ARTICLE = 10_000_000
"""The largest article file that is read, in bytes."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_FENCE = re.compile(r"-{3,}[ \t]*(\n|$)")


class _LocatingHandler(YAMLHandler):
    """python-frontmatter's YAML handler, which notes where the front matter and the body begin."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.root: object = None
        self.problems: list[Problem] = []
        self.closed = False
        self.front_line = 1
        self.body_line = 1

    def split(self, text: str) -> tuple[str, str]:
        opening, closing = islice(self.FM_BOUNDARY.finditer(text), 2)  # ValueError: no end, as upstream
        self.closed = True
        self.front_line = text.count("\n", 0, opening.end()) + 1
        body = text[closing.end() :]
        self.body_line = text.count("\n", 0, len(text) - len(body.lstrip())) + 1
        return text[opening.end() : closing.start()], body

    def load(self, fm: str, **kwargs: object) -> dict[str, Any]:
        self.root, self.problems = parse_yaml(fm, self.path, self.front_line)
        return {}


def parse_article(data: bytes, path: str, label: str, zone: tzinfo) -> tuple[Article | None, list[Problem]]:
    """Read one article.

    Args:
        data: the file's bytes.
        path: the file, relative to the content directory.
        label: the file as problems name it.
        zone: the zone of dates that give none.

    Returns:
        the article, or None when there is an error, and every problem found. Whether ids are known,
        links lead anywhere and URLs are unique is not looked at here.

    """
    text, problems = _decode(data, label)
    if problems:
        return None, problems
    handler = _LocatingHandler(label)
    if not text.strip():
        return None, [Problem(label, 0, 0, "", "empty file", "begin with front matter: title, date and topics")]
    if not _FENCE.match(text):
        message = "no front matter: the first line is not '---'"
        return None, [Problem(label, 1, 1, "", message, "put title, date and topics between two lines of ---")]
    _, body = frontmatter.parse(text, handler=handler)
    if not handler.closed:
        return None, [Problem(label, 1, 1, "", "the front matter has no end", "close it with a line of ---")]
    if has_errors(handler.problems) or not isinstance(handler.root, Entries):
        expected = "expected lines of 'key: value' between the two lines of ---"
        return None, handler.problems or [Problem(label, 1, 1, "", expected)]
    problems = list(handler.problems)
    marks: dict[str, Mark] = {}
    reader = FieldReader(handler.root, label, problems, marks)
    article = _read_fields(reader, path, zone, body, handler.body_line, marks)
    return (None if has_errors(problems) else article), problems


def _decode(data: bytes, label: str) -> tuple[str, list[Problem]]:
    if len(data) > MAX_ARTICLE:
        return "", [Problem(label, 0, 0, "", f"{len(data):,} bytes, expected at most {MAX_ARTICLE:,}")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x}"
        return "", [Problem(label, line, 0, "", message, "save the file as UTF-8 in your editor")]
    return text.replace("\r\n", "\n").replace("\r", "\n"), []


def _read_fields(
    reader: FieldReader, path: str, zone: tzinfo, body: str, body_line: int, marks: dict[str, Mark]
) -> Article | None:
    title = reader.text("title", required=True)
    date = reader.moment("date", zone, required=True)
    updated = reader.moment("updated", zone)
    if date and updated and updated.end <= date.at:
        reader.fault("updated", f"'{updated.iso}' is before the date '{date.iso}'")
    topics = reader.texts("topics")
    if not topics:
        reader.fault("topics", "missing or empty", "name at least one topic")
    fields: dict[str, Any] = {
        "summary": reader.text("summary"),
        "authors": reader.texts("authors"),
        "kicker": reader.text("kicker"),
        "dateline": reader.text("dateline"),
        "updated": updated,
        "image": _read_image(reader),
        "type": reader.choice("type", ARTICLE_TYPES) or ARTICLE_TYPES[0],
        "story": reader.text("story"),
        "related": _read_related(reader),
        "sources": _read_sources(reader),
        "corrections": _read_corrections(reader, zone),
        "front": reader.choice("front", FRONT_PLACES),
        "draft": reader.flag("draft"),
        "embargo": _instant(reader.moment("embargo", zone), end=False),
        "expires": _instant(reader.moment("expires", zone), end=True),
        "aliases": _read_aliases(reader),
        "language": _read_language(reader),
        "extra": reader.extra(),
    }
    slug = _read_slug(reader, path)
    reader.finish()
    if not (title and date and topics and slug):
        return None
    return Article(path, title, date, topics, slug, body, body_line=body_line, marks=marks, **fields)


def _instant(moment: Moment | None, *, end: bool) -> datetime | None:
    """An embargo to the day lifts as the day begins; an expiry to the day comes when it is over."""
    if moment is None:
        return None
    return moment.end if end else moment.at


def _read_slug(reader: FieldReader, path: str) -> str:
    slug = reader.text("slug")
    if slug and not is_slug(slug):
        nearest = slugify(slug)
        hint = f"try '{nearest}'" if nearest else ""
        reader.fault("slug", f"'{slug[:60]}' is no slug, expected lower-case words joined by hyphens", hint)
        return ""
    if slug:
        return slug
    name = posixpath.splitext(posixpath.basename(path))[0]
    derived = slugify(name)
    if not derived:
        reader.fault("slug", f"the file's name '{name}' gives no slug", "add a line 'slug: …' or rename the file")
    return derived


def _read_image(reader: FieldReader) -> Image | None:
    image = reader.mapping("image")
    if image is None:
        return None
    src = image.text("src", required=True)
    alt = image.text("alt")
    if not alt:
        image.fault("alt", "missing: an image needs a text for those who cannot see it", "add 'alt: …' under image")
    found = Image(src, alt, image.text("caption"), image.text("credit"))
    image.finish()
    return found if src and alt else None


def _read_related(reader: FieldReader) -> RelatedChoice:
    node = reader.node("related")
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return RelatedChoice()
    if isinstance(node, Items):
        return RelatedChoice(pin=reader.texts("related"), off=not node.items)
    if (choice := reader.mapping("related")) is None:
        return RelatedChoice()
    found = RelatedChoice(choice.texts("pin"), choice.texts("never"))
    choice.finish()
    return found


def _read_sources(reader: FieldReader) -> tuple[Reference, ...]:
    sources = []
    for item in reader.mappings("sources"):
        title, url = item.text("title", required=True), item.text("url")
        if url and not is_web_address(url):
            item.fault("url", f"'{url[:80]}' is no web address", "begin with https://")
            url = ""
        item.finish()
        if title:
            sources.append(Reference(title, url))
    return tuple(sources)


def _read_corrections(reader: FieldReader, zone: tzinfo) -> tuple[Correction, ...]:
    corrections = []
    for item in reader.mappings("corrections"):
        date, text = item.moment("date", zone, required=True), item.text("text", required=True)
        item.finish()
        if date and text:
            corrections.append(Correction(date, text))
    return tuple(corrections)


def _read_aliases(reader: FieldReader) -> tuple[str, ...]:
    aliases = []
    for alias in reader.texts("aliases"):
        parts = [part for part in alias.split("/") if part]
        safe = all(re.fullmatch(r"[\w.~-]+", part) and part.strip(".") for part in parts)
        if parts and safe and len(alias) <= 255:
            aliases.append("/".join(parts) + ("" if parts[-1].endswith(".html") else "/"))
        else:
            reader.fault("aliases", f"'{alias[:80]}' is no address on this site, expected one like /2019/old-page/")
    return tuple(aliases)


def _read_language(reader: FieldReader) -> str:
    language = reader.text("language")
    if language and not _LANGUAGE.fullmatch(language):
        reader.fault("language", f"'{language[:40]}' is no language tag, expected one like 'en' or 'pt-BR'")
        return ""
    return language


def is_web_address(url: str) -> bool:
    """Whether a text is an http or https address with a host: nothing else may stand in front matter."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"[\s<>\"']", url)
    except ValueError:
        return False
