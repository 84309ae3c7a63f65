"""Front matter: read and check each key, and make an `Article` of them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import unquote

from broadsheet.content.article import ARTICLE_TYPES, FRONT_PLACES, Article, Correction, Image, Reference, RelatedChoice
from broadsheet.content.field_reader import FieldReader, explain_bad_slug
from broadsheet.content.misplaced_keys import WITHHOLDING_KEYS
from broadsheet.content.yaml_nodes import ListNode, ScalarNode
from broadsheet.core import Moment, is_letter, is_slug, slugify

BUNDLE_FILE = "index.md"
"""The name of an article's file that lies, as in Hugo, in a directory of the article's own with its pictures."""
_SHARED_FOLDER = re.compile(r"[^/]*(/\d{4}(/\d{2})?)?", re.ASCII)
"""The directory of all articles, of those of a year or of a month."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_MAX_ALIAS_PART_BYTES = 200
"""The longest part of an alias between two slashes, in bytes of UTF-8: it becomes the name of a directory."""
_MAX_ALIAS_LENGTH = 1_000
_ALIAS_SIGNS = frozenset("-._~!$&'()+,;=:@[] ")
_DRIVE = re.compile("[A-Za-z]:", re.ASCII)
"""On Windows a path that begins with a letter and a colon is on another disk."""

_OTHER_KEY_NAMES = {
    "aliases": "redirect_from",
    "authors": "byline",
    "date": "published",
    "image": "cover thumbnail",
    "language": "lang",
    "slug": "permalink",
    "sources": "references",
    "story": "series",
    "summary": "deck dek description excerpt subtitle",
    "title": "headline",
    "topics": "categories category keywords tags",
    "updated": "lastmod modified",
}
"""Our keys, each with its names in other systems."""


def read_article(
    reader: FieldReader, path: str, zone: tzinfo, body: str, body_line: int, slug_language: str = ""
) -> Article:
    """Make an article from its front matter and body; problems are added to the reader.

    An article with an error must not be published, but its valid fields can be checked further.
    """
    title = reader.read_text("title", required=True)
    date = reader.read_moment("date", zone, required=True, publishes=True)
    moments = {
        key: reader.read_moment(key, zone, withholds=key in WITHHOLDING_KEYS)
        for key in ("updated", "embargo", "expires")
    }
    _check_order(reader, date, **moments)
    topics = reader.read_texts("topics", required=True)
    fields: dict[str, Any] = {
        "summary": reader.read_text("summary"),
        "authors": reader.read_texts("authors"),
        "kicker": reader.read_text("kicker"),
        "dateline": reader.read_text("dateline"),
        "updated": moments["updated"],
        "image": _read_image(reader),
        "type": reader.read_choice("type", ARTICLE_TYPES) or ARTICLE_TYPES[0],
        "story": reader.read_text("story", prose=False),
        "related": _read_related(reader),
        "sources": _read_sources(reader),
        "corrections": _read_corrections(reader, zone),
        "front": reader.read_choice("front", FRONT_PLACES),
        "draft": reader.read_flag("draft", withholds=True),
        # Of a day, an embargo ends with its beginning, and an article expires with its end.
        "embargo": moments["embargo"] and moments["embargo"].at,
        "expires": moments["expires"] and moments["expires"].end,
        "aliases": _read_aliases(reader),
        "language": _read_language(reader),
        "extra": reader.read_own_keys(),
    }
    _check_own_keys(reader, fields["extra"])
    slug = _read_slug(reader, path, slug_language and (fields["language"] or slug_language))
    other_names = {other: ours for ours, others in _OTHER_KEY_NAMES.items() for other in others.split()}
    reader.report_unknown_keys(other_names, "keys of your own begin with 'x-'; text goes below the closing ---")
    date = date or Moment(datetime(1, 1, 2, tzinfo=UTC))
    return Article(path, title, date, topics, slug, body, body_line=body_line, positions=reader.positions, **fields)


def _check_order(
    reader: FieldReader,
    date: Moment | None,
    updated: Moment | None,
    embargo: Moment | None,
    expires: Moment | None,
) -> None:
    """Report an `updated` before the date, and an expiry before the date or the embargo."""
    if date and updated:
        # A day is too early only when it is over. Times are compared in a zone without summer time.
        is_early = (
            _to_utc(updated.end) <= _to_utc(date.at) if updated.day_only else _to_utc(updated.at) < _to_utc(date.at)
        )
        if is_early:
            reader.report("updated", f"'{updated.iso}' is before the date '{date.iso}'")
    for key, start in (("date", date), ("embargo", embargo)):
        if start and expires and _to_utc(expires.end) <= _to_utc(start.at):
            message = f"'{expires.iso}' is not after the {key} '{start.iso}': the article would never be public"
            reader.report("expires", message)


def _check_own_keys(reader: FieldReader, names: Iterable[str]) -> None:
    """Report `x-draft` and similar keys when the article has no `draft`: they do not hide the article."""
    for name in names:
        key = name.lower()
        if key in {*WITHHOLDING_KEYS, "date"} and key not in reader.mapping.values:
            message = "a key of the newspaper's own, which neither dates nor hides the article"
            reader.report(f"x-{name}", message, f"did you mean '{key}'?")


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _read_slug(reader: FieldReader, path: str, language: str) -> str:
    slug = reader.read_text("slug", prose=False)
    if slug and not is_slug(slug):
        reader.report("slug", *explain_bad_slug(slug, "slug"))
        return ""
    if slug:
        return slug
    name = name_article(path)
    derived = slugify(name, language)
    if not derived:
        reader.report("slug", f"the file's name '{name}' gives no slug", "add a line 'slug: …' or rename the file")
    return derived


def name_article(path: str) -> str:
    """Return the name of an article's file without its suffix; of a file `index.md` the name of its directory.

    A directory of a year or a month is not an article's own.

    >>> name_article("articles/2026/01/ferry.md"), name_article("articles/2026/01/ferry/index.md")
    ('ferry', 'ferry')
    >>> name_article("articles/2026/01/index.md")
    'index'
    """
    folder, file = posixpath.split(path)
    is_own = file == BUNDLE_FILE and not _SHARED_FOLDER.fullmatch(folder)
    return posixpath.basename(folder) if is_own else posixpath.splitext(file)[0]


def _read_image(reader: FieldReader) -> Image | None:
    node = reader.read_node("image")
    name = node.text[:60] if isinstance(node, ScalarNode) else "name.jpg"
    hint = f"write below 'image:', indented, the lines 'src: {name}' and 'alt: what the picture shows'"
    image_reader = reader.read_mapping("image", hint)
    if image_reader is None:
        return None
    src = image_reader.read_text("src", required=True, prose=False)
    hint = "add a line 'alt: …' below image that tells what the picture shows, for those who cannot see it"
    alt = image_reader.read_text("alt", required=True, hint=hint)
    image = Image(src, alt, image_reader.read_text("caption"), image_reader.read_text("credit"))
    image_reader.report_unknown_keys(
        {"url": "src", "file": "src", "path": "src", "description": "alt", "title": "caption"}
    )
    return image if src and alt else None


def _read_related(reader: FieldReader) -> RelatedChoice:
    node = reader.read_node("related")
    if isinstance(node, ScalarNode) and node.is_plain and node.text in {"false", "no", "off"}:
        reader.report("related", f"expected articles, found '{node.text}'", "related: [] switches the list off")
        return RelatedChoice()
    if isinstance(node, ListNode) or (isinstance(node, ScalarNode) and not node.is_null):
        return RelatedChoice(pin=reader.read_texts("related"), off=isinstance(node, ListNode) and not node.items)
    choice = reader.read_mapping("related")
    if choice is None:
        return RelatedChoice()
    related = RelatedChoice(choice.read_texts("pin"), choice.read_texts("never"))
    choice.report_unknown_keys()
    return related


def _read_sources(reader: FieldReader) -> tuple[Reference, ...]:
    sources = []
    for item in reader.read_mappings("sources", "write '- title: …' and on the next line, indented, 'url: …'"):
        title, url = item.read_text("title", required=True), item.read_web_address("url")
        item.report_unknown_keys({"link": "url", "href": "url", "name": "title"})
        sources.append(Reference(title, url))
    return tuple(sources)


def _read_corrections(reader: FieldReader, zone: tzinfo) -> tuple[Correction, ...]:
    corrections = []
    for item in reader.read_mappings("corrections", "write '- date: …' and on the next line, indented, 'text: …'"):
        date, text = item.read_moment("date", zone, required=True), item.read_text("text", required=True)
        item.report_unknown_keys()
        if date:
            corrections.append(Correction(date, text))
    return tuple(corrections)


def _read_aliases(reader: FieldReader) -> tuple[str, ...]:
    aliases: dict[str, None] = {}
    for index, alias in enumerate(reader.read_texts("aliases")):
        path = _decode_address(alias).removesuffix("/index.html").removeprefix("/").removesuffix("/")
        parts = path.split("/")
        is_reserved = parts in (["index.html"], ["404.html"]) or _DRIVE.match(path)
        if all(map(_is_safe_directory_name, parts)) and len(alias) <= _MAX_ALIAS_LENGTH and not is_reserved:
            aliases["/".join(parts) + ("" if parts[-1].endswith(".html") else "/")] = None
        else:
            message = f"'{alias[:80]}' is no address on this site, expected one like /2019/old-page/"
            reader.report("aliases", message, index=index)
    return tuple(aliases)


def _decode_address(address: str) -> str:
    """Return an address without percent-encoding, which a server takes away too; '' if it is no UTF-8."""
    try:
        return unquote(address, errors="strict")
    except UnicodeDecodeError:
        return ""


def _is_safe_directory_name(part: str) -> bool:
    """Return whether a part of an alias, decoded once, can be the name of a directory that a web server shows.

    `%` is not allowed: a server that decodes an address twice would make `..` of `%2e%2e`.
    """
    is_word = all(is_letter(character) or _is_sign_of_addresses(character) for character in part)
    is_whole = part == part.strip() and part[:1] not in {"", "."}
    return is_word and is_whole and len(part.encode(errors="replace")) <= _MAX_ALIAS_PART_BYTES


def _is_sign_of_addresses(character: str) -> bool:
    """Return whether a character may stand in an old address beside letters and digits.

    Of ASCII these are the signs that RFC 3986 allows in a path, but for `*`, and the brackets and spaces that other
    systems write; of the rest all that can be seen, such as dashes.
    """
    return character in _ALIAS_SIGNS if character.isascii() else character.isprintable()


def _read_language(reader: FieldReader) -> str:
    language = reader.read_text("language", prose=False)
    if language and not _LANGUAGE.fullmatch(language):
        nearest = language.replace("_", "-")
        hint = f"try '{nearest}'" if _LANGUAGE.fullmatch(nearest) else ""
        reader.report("language", f"'{language[:40]}' is no language tag, expected one like 'en' or 'pt-BR'", hint)
        return ""
    return language
