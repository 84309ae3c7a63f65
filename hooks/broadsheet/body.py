"""Body: an article's Markdown made into HTML that is safe to publish, its links resolved."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.treeprocessors import Treeprocessor

from broadsheet.article import Article
from broadsheet.links import LinkMap, Resolved, resolve_link
from broadsheet.problems import Problem

_TAGS = frozenset(
    [
        "a",
        "abbr",
        "audio",
        "b",
        "bdi",
        "bdo",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "li",
        "mark",
        "ol",
        "p",
        "path",
        "picture",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "section",
        "small",
        "source",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "svg",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "video",
        "wbr",
    ]
)
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
    "input": {"checked", "disabled", "id", "name", "type"},
    "label": {"for"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "path": {"d", "fill"},
    "source": {"src", "type"},
    "svg": {"viewbox", "viewBox", "xmlns"},
    "table": {"style"},
    "td": {"align", "colspan", "headers", "rowspan", "style", "valign"},
    "th": {"align", "colspan", "headers", "rowspan", "scope", "style", "valign"},
    "time": {"datetime"},
    "tr": {"align", "valign"},
    "video": {"controls", "height", "preload", "src", "width"},
}
_INPUT_TYPES = frozenset({"checkbox", "radio"})
_RAW_TAG = re.compile(r"<([A-Za-z][\w-]*)")
_IMAGE = re.compile(r'<img\b(?:[^>"]|"[^"]*")*>')
_PAIR = re.compile(r'([\w-]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class RenderedBody:
    """An article's body as HTML, with what the rest of the newspaper must know of it."""

    html: str = ""
    toc: tuple[Mapping[str, Any], ...] = ()
    """The headings as Python-Markdown's `toc_tokens`: level, id, name, children."""
    ids: frozenset[str] = frozenset()
    """Every anchor in it."""
    media: tuple[str, ...] = ()
    """Paths of the files that it shows or links to."""
    anchors: tuple[tuple[str, str, int], ...] = ()
    """Links to a place in an article: path, fragment, line."""
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Sheet:
    """What is gathered while one body is rendered."""

    article: Article
    links: LinkMap
    label: str
    problems: list[Problem] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    media: dict[str, None] = field(default_factory=dict)
    anchors: list[tuple[str, str, int]] = field(default_factory=list)
    remote: bool = False
    seen: Counter[str] = field(default_factory=Counter)

    def line(self, text: str) -> int:
        """The line of the file on which a text stands that was met once more."""
        body, start = self.article.body, -1
        for _ in range(self.seen[text] + 1):
            found = body.find(text, start + 1)
            if found < 0:
                break
            start = found
        self.seen[text] += 1
        return self.article.body_line + (body.count("\n", 0, start) if start >= 0 else 0)

    def warn(self, line: int, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.label, line, 0, "", message, hint, "warning"))


class _HeadingShift(Treeprocessor):
    """The headline is the page's only first-level heading, so a body that has one moves down a level."""

    def run(self, root: Element) -> None:
        headings = [element for element in root.iter() if re.fullmatch("h[1-6]", str(element.tag))]
        if any(element.tag == "h1" for element in headings):
            for element in headings:
                element.tag = f"h{min(6, int(element.tag[1]) + 1)}"


class BodyRenderer:
    """Renders bodies one after another with a Markdown parser that is built once.

    Building a parser with Material's usual extensions takes longer than rendering an article with it.
    Not to be shared between threads.
    """

    def __init__(self, extensions: Sequence[str], configs: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        """Take Python-Markdown's `extensions` and `extension_configs`."""
        self._markdown = markdown.Markdown(
            extensions=list(extensions),
            extension_configs={name: dict(config) for name, config in (configs or {}).items()},
        )
        # Before 'toc', whose priority is 5, so that its anchors and levels are those of the page.
        self._markdown.treeprocessors.register(_HeadingShift(self._markdown), "broadsheet-headings", 6)
        self._sheet: _Sheet | None = None
        self._cleaner = nh3.Cleaner(
            tags=set(_TAGS),
            attributes=_ATTRIBUTES,
            attribute_filter=self._filter,
            clean_content_tags={"script", "style", "template", "noscript", "title"},
            filter_style_properties={"text-align"},
            url_schemes={"http", "https", "mailto", "tel"},
            link_rel=None,
        )

    def render(self, article: Article, links: LinkMap, label: str) -> RenderedBody:
        """Render one article's body.

        Args:
            article: whose body it is; `label` names its file in problems.
            links: where links can lead.

        """
        sheet = self._sheet = _Sheet(article, links, label)
        raw = self._markdown.reset().convert(article.body)
        for tag in sorted({name.lower() for name in _RAW_TAG.findall(raw)} - _TAGS):
            message = f"HTML element <{tag}> is not allowed in articles and was taken out"
            sheet.warn(sheet.line(f"<{tag}"), message, "write it in Markdown, or escape the < as &lt;")
        content = self._cleaner.clean(raw)
        if "<img" in content:
            content = _IMAGE.sub(lambda match: self._finish_image(match, content, sheet), content)
        return RenderedBody(
            content,
            tuple(getattr(self._markdown, "toc_tokens", ())),
            frozenset(sheet.ids),
            tuple(sheet.media),
            tuple(sheet.anchors),
            tuple(sheet.problems),
        )

    def _filter(self, tag: str, name: str, value: str) -> str | None:
        """Decide what becomes of one attribute; nh3 calls it for each that it allows."""
        sheet = self._sheet
        if sheet is None or name == "class":
            return value
        if name == "id":
            sheet.ids.add(value)
        elif name in {"href", "src"}:
            return self._resolve(sheet, value, fetched=name == "src")
        elif tag == "input" and name == "type" and value.lower() not in _INPUT_TYPES:
            return "checkbox"
        return value

    def _resolve(self, sheet: _Sheet, value: str, *, fetched: bool) -> str | None:
        found: Resolved = resolve_link(value, sheet.article.path, sheet.article.url, sheet.links, fetched=fetched)
        line = 0
        if found.fault or found.fragment:
            line = sheet.line(value if value.strip() else "]()")
        if found.fault:
            problem = Problem(sheet.label, line, 0, "", found.fault, found.hint, found.severity)
            sheet.problems.append(problem)
        if found.fragment:
            sheet.anchors.append((found.article, found.fragment, line))
        if found.media:
            sheet.media[found.media] = None
        return found.url

    def _finish_image(self, match: re.Match[str], content: str, sheet: _Sheet) -> str:
        """Warn of an image without alt; put a link in the place of one that another server would send."""
        values = {name: html.unescape(value) for name, value in _PAIR.findall(match.group())}
        src, alt = values.get("src", ""), values.get("alt", "")
        if not alt:
            sheet.warn(sheet.line("!["), "an image without alt: those who cannot see it miss it", "![what it shows](…)")
        if src.startswith(("http:", "https:", "//")):
            text = html.escape(alt or "Image")
            before = content[: match.start()]
            if before.rfind("<a ") > before.rfind("</a>"):
                return f'<span class="bs-remote">{text}</span>'
            return f'<a class="bs-remote" href="{html.escape(src)}">{text}</a>'
        if not src:
            return f'<span class="bs-remote">{html.escape(alt)}</span>' if alt else ""
        return match.group().replace("<img", '<img loading="lazy"', 1)
