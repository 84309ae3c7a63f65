"""Sanitising: what of HTML an article may hold, and the cleaners that take out everything else."""

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
_MORE_TEXT = {"rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
_BLOCKS = {"blockquote", "center", "details", "div", "figcaption", "figure", "hr", "p", "pre", "section", "summary"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LISTS = {"dd", "dl", "dt", "li", "ol", "ul"}
_TABLES = {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_MEDIA = {"audio", "img", "picture", "source", "video"}
# Emoji and icons are one path each. No other part of SVG: its animations and foreign elements can run scripts.
_ICONS = {"path", "svg"}
# Tabs and task lists are made of them; without a form they send nothing.
_CONTROLS = {"input", "label"}
TAGS = frozenset(_TEXT | _MORE_TEXT | _BLOCKS | _HEADINGS | _LISTS | _TABLES | _MEDIA | _ICONS | _CONTROLS)
"""The elements an article may hold."""

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
# HTML's own white space, which is not all that Python knows.
_START_TAG = re.compile(r"<([a-z][^ \t\n\f\r/>]*)")
_HANDLER = re.compile(r"on[a-z]+\s*=")
_COLOUR = re.compile(r"#?\w+")

# The theme's own parts have ids that begin with two underscores. Its script reads the first `__config` of a page, so
# an article must not hold one; these are what Markdown's extensions make: tabs, numbered code, captions.
_ID = re.compile(r"(?!__)[^\x00-\x20\x7f\"'<>&`=]+|__(?:tabbed|codelineno|span|code|[a-z]+-caption)[\w.-]*")
# Classes that make the theme's script load things from other servers, or lay a part of the theme over the page.
_THEME_CLASS = re.compile(r"(?<!\S)(?:mermaid|md-(?!button)\S*)(?!\S)")

AttributeFilter = Callable[[str, str, str], str | None]
"""Decides what becomes of an attribute: element, name and value in, a value or None out."""


def make_cleaner(attribute_filter: AttributeFilter | None = None) -> nh3.Cleaner:
    """A cleaner that lets through only what articles may hold, with a further say on each attribute.

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
    """What becomes of an attribute that holds no address."""
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
    """What to say of an element that is not allowed: what became of it, and what to write instead."""
    with_content = " with what is in it" if name in _EMPTIED else ""
    message = f"HTML element <{name[:40]}> is not allowed in articles and was taken out{with_content}"
    if name in _EMBEDDING:
        return message, "link to it instead"
    if name in _OF_THE_PAGE:
        return message, "take it out: it is for whole pages"
    return message, "write it in Markdown" if name in _KNOWN else "if it is no HTML, write &lt; for the <"


@dataclass(slots=True)
class Findings:
    """What a body's HTML held before it was cleaned."""

    elements: list[str] = field(default_factory=list)
    """Names of the elements that are not allowed, one for each time."""
    handlers: list[str] = field(default_factory=list)
    """Names of the attributes that are scripts."""
    addresses: list[tuple[str, bool]] = field(default_factory=list)
    """The addresses of allowed elements, and whether a browser loads them by itself."""


def may_lose(text: str, kept: int) -> bool:
    """Whether the cleaner may have taken something out of HTML of which it kept so many addresses.

    Quick, and sooner true without cause than the other way round: `inspect_html` knows better.
    """
    lowered = text.lower()
    return (
        lowered.count("href") + lowered.count("src") != kept
        or not TAGS.issuperset(_START_TAG.findall(lowered))
        or _HANDLER.search(lowered) is not None
    )


def inspect_html(text: str) -> Findings:
    """Look through HTML for what the cleaner takes out without a word.

    It is only for telling the writer: the page is as safe as the cleaner makes it, whatever is seen here.
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
        found = self.findings
        if tag not in TAGS:
            found.elements.append(tag)
            return
        addresses = _ATTRIBUTES.get(tag, ())
        for name, value in attrs:
            if name in {"href", "src"} and name in addresses:
                found.addresses.append((value or "", name == "src"))
            elif name.startswith("on"):
                found.handlers.append(name)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """A stray `<![` is text to a browser; the standard library stops at it with an AssertionError."""
        return -1


def clean_toc(tokens: Iterable[Mapping[str, Any]], ids: Collection[str]) -> tuple[Mapping[str, Any], ...]:
    """The headings that came through the cleaner, with nothing but what is known to be safe to print."""
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
