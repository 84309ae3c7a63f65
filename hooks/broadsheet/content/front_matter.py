"""Article fields: the keys of front matter, each read, checked and put in its place in an `Article`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import Any

from broadsheet.content.article import ARTICLE_TYPES, FRONT_PLACES, Article, Correction, Image, Reference, RelatedChoice
from broadsheet.content.field_reader import FieldReader
from broadsheet.content.misplaced_keys import WITHHOLDING_KEYS
from broadsheet.content.yaml_nodes import Items, Scalar
from broadsheet.core import Moment, is_letter, is_slug, slugify

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_MAX_ALIAS = 200
"""The longest part of an alias between two slashes, in bytes of UTF-8: it is the name of a directory."""

FOREIGN_KEYS = MappingProxyType(
    {
        "byline": "authors",
        "categories": "topics",
        "category": "topics",
        "cover": "image",
        "deck": "summary",
        "dek": "summary",
        "description": "summary",
        "excerpt": "summary",
        "headline": "title",
        "keywords": "topics",
        "lang": "language",
        "lastmod": "updated",
        "modified": "updated",
        "permalink": "slug",
        "published": "date",
        "redirect_from": "aliases",
        "references": "sources",
        "series": "story",
        "subtitle": "summary",
        "tags": "topics",
        "thumbnail": "image",
    }
)
"""What other systems call keys of ours."""


def read_article(reader: FieldReader, path: str, zone: tzinfo, body: str, body_line: int) -> Article:
    """The article that front matter and a body make; faults go to the reader.

    With a fault it is not fit to be published, but what could be read of it can be checked further.
    """
    title = reader.text("title", required=True)
    date = reader.moment("date", zone, required=True)
    moments = {
        key: reader.moment(key, zone, withholds=key in WITHHOLDING_KEYS) for key in ("updated", "embargo", "expires")
    }
    _check_order(reader, date, **moments)
    topics = reader.texts("topics", required=True)
    fields: dict[str, Any] = {
        "summary": reader.text("summary"),
        "authors": reader.texts("authors"),
        "kicker": reader.text("kicker"),
        "dateline": reader.text("dateline"),
        "updated": moments["updated"],
        "image": _read_image(reader),
        "type": reader.choice("type", ARTICLE_TYPES) or ARTICLE_TYPES[0],
        "story": reader.text("story", prose=False),
        "related": _read_related(reader),
        "sources": _read_sources(reader),
        "corrections": _read_corrections(reader, zone),
        "front": reader.choice("front", FRONT_PLACES),
        "draft": reader.flag("draft", withholds=True),
        "embargo": _begin(moments["embargo"]),
        "expires": _end(moments["expires"]),
        "aliases": _read_aliases(reader),
        "language": _read_language(reader),
        "extra": reader.extra(),
    }
    _check_own_keys(reader, fields["extra"])
    slug = _read_slug(reader, path)
    reader.finish(FOREIGN_KEYS, "keys of your own begin with 'x-'; text goes below the closing ---")
    date = date or Moment(datetime(1, 1, 2, tzinfo=UTC))
    return Article(path, title, date, topics, slug, body, body_line=body_line, positions=reader.positions, **fields)


def _check_order(
    reader: FieldReader,
    date: Moment | None,
    updated: Moment | None,
    embargo: Moment | None,
    expires: Moment | None,
) -> None:
    """Report an update before the date, and an end that comes before the beginning."""
    if date and updated:
        # A day is early only when it is over; times are compared in one zone that has no summer time.
        early = _utc(updated.end) <= _utc(date.at) if updated.day_only else _utc(updated.at) < _utc(date.at)
        if early:
            reader.fault("updated", f"'{updated.iso}' is before the date '{date.iso}'")
    for key, start in (("date", date), ("embargo", embargo)):
        if start and expires and _utc(expires.end) <= _utc(start.at):
            message = f"'{expires.iso}' is not after the {key} '{start.iso}': the article would never be public"
            reader.fault("expires", message)


def _check_own_keys(reader: FieldReader, names: Iterable[str]) -> None:
    """Report `x-draft` and the like, where the article lacks the key itself: it withholds nothing."""
    for name in names:
        meant = name.lower()
        if meant in {*WITHHOLDING_KEYS, "date"} and meant not in reader.entries.entries:
            message = "a key of the newspaper's own, which neither dates nor hides the article"
            reader.fault(f"x-{name}", message, f"did you mean '{meant}'?")


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _begin(moment: Moment | None) -> datetime | None:
    """An embargo to the day lifts as the day begins."""
    return moment.at if moment else None


def _end(moment: Moment | None) -> datetime | None:
    """An expiry to the day comes when the day is over."""
    return moment.end if moment else None


def _read_slug(reader: FieldReader, path: str) -> str:
    slug = reader.text("slug", prose=False)
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
    node = reader.node("image")
    name = node.text[:60] if isinstance(node, Scalar) else "name.jpg"
    hint = f"write below 'image:', indented, the lines 'src: {name}' and 'alt: what the picture shows'"
    image = reader.mapping("image", hint)
    if image is None:
        return None
    src = image.text("src", required=True, prose=False)
    hint = "add a line 'alt: …' below image that tells what the picture shows, for those who cannot see it"
    alt = image.text("alt", required=True, hint=hint)
    found = Image(src, alt, image.text("caption"), image.text("credit"))
    image.finish({"url": "src", "file": "src", "path": "src", "description": "alt", "title": "caption"})
    return found if src and alt else None


def _read_related(reader: FieldReader) -> RelatedChoice:
    node = reader.node("related")
    if isinstance(node, Scalar) and node.plain and node.text in {"false", "no", "off"}:
        reader.fault("related", f"expected articles, found '{node.text}'", "related: [] switches the list off")
        return RelatedChoice()
    if isinstance(node, Items) or (isinstance(node, Scalar) and not node.is_null):
        return RelatedChoice(pin=reader.texts("related"), off=isinstance(node, Items) and not node.items)
    choice = reader.mapping("related")
    if choice is None:
        return RelatedChoice()
    found = RelatedChoice(choice.texts("pin"), choice.texts("never"))
    choice.finish()
    return found


def _read_sources(reader: FieldReader) -> tuple[Reference, ...]:
    sources = []
    for item in reader.mappings("sources", "write '- title: …' and on the next line, indented, 'url: …'"):
        title, url = item.text("title", required=True), item.web_address("url")
        item.finish({"link": "url", "href": "url", "name": "title"})
        sources.append(Reference(title, url))
    return tuple(sources)


def _read_corrections(reader: FieldReader, zone: tzinfo) -> tuple[Correction, ...]:
    corrections = []
    for item in reader.mappings("corrections", "write '- date: …' and on the next line, indented, 'text: …'"):
        date, text = item.moment("date", zone, required=True), item.text("text", required=True)
        item.finish()
        if date:
            corrections.append(Correction(date, text))
    return tuple(corrections)


def _read_aliases(reader: FieldReader) -> tuple[str, ...]:
    aliases: dict[str, None] = {}
    for index, alias in enumerate(reader.texts("aliases")):
        parts = alias.removesuffix("/index.html").removeprefix("/").removesuffix("/").split("/")
        if all(map(_is_safe, parts)) and len(alias) <= 1_000 and parts not in (["index.html"], ["404.html"]):
            aliases["/".join(parts) + ("" if parts[-1].endswith(".html") else "/")] = None
        else:
            message = f"'{alias[:80]}' is no address on this site, expected one like /2019/old-page/"
            reader.fault("aliases", message, index=index)
    return tuple(aliases)


def _is_safe(part: str) -> bool:
    """Whether a part of an alias can be the name of a directory that a web server shows."""
    letters = all(is_letter(one) or one in "_.~-" for one in part)
    return letters and part[:1] not in {"", "."} and len(part.encode()) <= _MAX_ALIAS


def _read_language(reader: FieldReader) -> str:
    language = reader.text("language", prose=False)
    if language and not _LANGUAGE.fullmatch(language):
        nearest = language.replace("_", "-")
        hint = f"try '{nearest}'" if _LANGUAGE.fullmatch(nearest) else ""
        reader.fault("language", f"'{language[:40]}' is no language tag, expected one like 'en' or 'pt-BR'", hint)
        return ""
    return language
