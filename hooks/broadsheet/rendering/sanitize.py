"""Sanitizing: the HTML that an article may have, and the sanitizers that remove everything else."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import nh3

from broadsheet.rendering.source_lines import unescape

_TEXT = {"a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q"}
_MORE_TEXT = {
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "time",
    "tt",
    "u",
    "var",
    "wbr",
}
_BLOCKS = {"blockquote", "center", "details", "div", "figcaption", "figure", "hr", "p", "pre", "section", "summary"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LISTS = {"dd", "dl", "dt", "li", "menu", "ol", "ul"}
_TABLES = {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_MEDIA = {"audio", "img", "picture", "source", "video"}
# Emoji and icons are one path each. Other parts of SVG, such as animations, can run scripts.
_ICONS = {"path", "svg"}
# Tabs and task lists use them. Without a form they send nothing.
_CONTROLS = {"input", "label"}
TAGS = frozenset(_TEXT | _MORE_TEXT | _BLOCKS | _HEADINGS | _LISTS | _TABLES | _MEDIA | _ICONS | _CONTROLS)
"""The elements that an article may have."""

_ATTRIBUTES = {
    "*": {"class", "dir", "id", "lang", "role", "title", "aria-label", "aria-hidden", "aria-labelledby"},
    "a": {"href", "hreflang", "name"},
    "audio": {"controls", "src", "preload"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "details": {"open"},
    "div": {"data-tabs", "style"},
    "img": {"alt", "height", "src", "width"},
    "input": {"checked", "disabled", "name", "type"},
    "label": {"for"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "path": {"d", "fill"},
    "source": {"src", "type"},
    "svg": {"viewBox", "xmlns"},
    "table": {"style"},
    "td": {"align", "colspan", "headers", "rowspan", "style", "valign"},
    "th": {"align", "colspan", "headers", "rowspan", "scope", "style", "valign"},
    "time": {"datetime"},
    "tr": {"align", "valign"},
    "video": {"controls", "height", "preload", "src", "width"},
}
_EMPTIED = frozenset({"noscript", "script", "style", "template", "title"})
_EMBEDDING = frozenset(
    {"applet", "button", "embed", "form", "frame", "frameset", "iframe", "noscript", "object", "portal", "script"}
    | {"select", "textarea"}
)
_OF_THE_PAGE = frozenset({"base", "body", "head", "html", "link", "meta", "style", "title"})
_KNOWN = frozenset(
    {"acronym", "address", "area", "article", "aside", "basefont", "big", "blink", "canvas", "data", "datalist"}
    | {"dialog", "dir", "fieldset", "font", "footer", "header", "hgroup", "legend", "main", "map", "marquee", "menu"}
    | {"meter", "nav", "nobr", "optgroup", "option", "output", "param", "progress", "search", "slot", "strike"}
    | {"template", "track"}
)
_INPUT_TYPES = frozenset({"checkbox", "radio"})
# Only the white space of HTML, which is less than Python's.
_START_TAG = re.compile(r"<([a-z][^ \t\n\f\r/>]*)")
_HANDLER = re.compile(r"on[a-z]+\s*=")
_COLOUR = re.compile(r"#?\w+")

# The theme's own parts have ids that begin with two underscores. Its script reads the first `__config` of a page, so
# an article must not hold one; these are what Markdown's extensions make: tabs, numbered code, captions.
_ID = re.compile(r"(?!__)[^\x00-\x20\x7f\"'<>&`=]+|__(?:tabbed|codelineno|span|code|[a-z]+-caption)[\w.-]*")
# Classes that make the theme's script load things from other servers, or lay a part of the theme over the page.
_THEME_CLASS = re.compile(r"(?<!\S)(?:mermaid|md-(?!button)\S*)(?!\S)")

AttributeFilter = Callable[[str, str, str], str | None]
"""Takes element, name and value of an attribute; returns the value to write, or None to remove it."""


def make_sanitizer(attribute_filter: AttributeFilter | None = None) -> nh3.Cleaner:
    """Return a sanitizer that lets through only what articles may have; `attribute_filter` decides on each attribute.

    Without a filter it also keeps `loading`, which the engine adds to images itself.
    """
    images = _ATTRIBUTES["img"] | (set() if attribute_filter else {"loading"})
    return nh3.Cleaner(
        tags=set(TAGS),
        attributes={**_ATTRIBUTES, "img": images},
        attribute_filter=attribute_filter,
        clean_content_tags=set(_EMPTIED),
        filter_style_properties={"text-align"},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )


def is_safe_id(value: str) -> bool:
    """Whether an article may give an element this id."""
    return _ID.fullmatch(value) is not None


def filter_attribute(tag: str, name: str, value: str) -> str | None:
    """Return the safe value of an attribute that has no address, or None to remove it."""
    if name == "class":
        return _THEME_CLASS.sub("", value).strip() or None if "md-" in value or "mermaid" in value else value
    if name in {"id", "for", "name"}:
        return value if is_safe_id(value) else None
    if tag == "input" and name == "type":
        return value if value.lower() in _INPUT_TYPES else "checkbox"
    if tag == "path" and name == "fill":
        return value if _COLOUR.fullmatch(value) else None
    return value


def explain_element(name: str) -> tuple[str, str]:
    """Return the message and the hint for an element that is not allowed."""
    with_content = " with what is in it" if name in _EMPTIED else ""
    message = f"HTML element <{name[:40]}> is not allowed in articles and was taken out{with_content}"
    if name in _EMBEDDING:
        return message, "link to it instead"
    if name in _OF_THE_PAGE:
        return message, "take it out: it is for whole pages"
    return message, "write it in Markdown" if name in _KNOWN else "if it is no HTML, write &lt; for the <"


@dataclass(slots=True)
class Findings:
    """What the HTML of a body had before it was sanitized."""

    elements: list[str] = field(default_factory=list)
    """Names of elements that are not allowed, one for each occurrence."""
    handlers: list[str] = field(default_factory=list)
    """Names of attributes that run scripts."""
    addresses: list[tuple[str, bool]] = field(default_factory=list)
    """Addresses of allowed elements, and whether a browser fetches them by itself."""


def may_have_removed(text: str, kept: int) -> bool:
    """Whether the sanitizer may have removed something from HTML of which it kept `kept` addresses.

    This check is fast and may be true without cause, but never false wrongly; `inspect_html` is exact.
    """
    lowered = text.lower()
    return (
        lowered.count("href") + lowered.count("src") != kept
        or not TAGS.issuperset(_START_TAG.findall(lowered))
        or _HANDLER.search(lowered) is not None
    )


def inspect_html(text: str) -> Findings:
    """Return what the sanitizer removes from HTML.

    This is only for messages to the writer: the page is safe through the sanitizer alone.
    """
    inspector = _Inspector()
    inspector.feed(text)
    inspector.close()
    return inspector.findings


class _Inspector(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.findings = Findings()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        findings = self.findings
        if tag not in TAGS:
            findings.elements.append(tag)
            return
        addresses = _ATTRIBUTES.get(tag, ())
        for name, value in attrs:
            if name in {"href", "src"} and name in addresses:
                findings.addresses.append((value or "", name == "src"))
            elif name.startswith("on"):
                findings.handlers.append(name)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """A stray `<![` is text to a browser; the standard library stops at it with an AssertionError."""
        return -1


def clean_toc(tokens: Iterable[Mapping[str, Any]], ids: Collection[str]) -> tuple[Mapping[str, Any], ...]:
    """Return the headings whose ids the sanitizer let through, with only fields that are safe to print."""
    return tuple(
        {
            "level": token["level"],
            "id": token["id"],
            "name": html.escape(unescape(token["name"]), quote=False),
            "children": list(clean_toc(token["children"], ids)),
        }
        for token in tokens
        if token["id"] in ids
    )
