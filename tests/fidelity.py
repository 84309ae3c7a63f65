"""Fidelity: compare what our Markdown parser makes of a text with what GitHub's makes of it (cmarkgfm).

Both results are brought to one normal form first. It leaves out what the two write differently on purpose: ids and
links of headings, spans of highlighted code, classes, and the markup of task lists and footnotes.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import cmarkgfm
import markdown
from broadsheet.rendering.commonmark import add_commonmark
from cmarkgfm.cmark import Options
from mkdocs.config import load_config

ROOT = Path(__file__).parents[1]
_OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
_EXTENSIONS = ["table", "strikethrough", "autolink", "tasklist"]
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "center", "dd", "details", "div", "dl", "dt", "footer"}
    | {
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "iframe",
        "input",
        "li",
        "link",
        "main",
    }
    | {"menu", "nav", "ol", "p", "pre", "section", "style", "script", "summary", "table", "tbody", "td", "textarea"}
    | {"tfoot", "th", "thead", "title", "tr", "ul", "note"}
)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_OMITTED_CLASSES = frozenset(
    {"highlight", "task-list-control", "task-list-indicator", "footnote", "footnotes", "footnote-ref"}
)
"""The tags of elements with these classes are left out, their content is not."""
_DROPPED_CLASSES = frozenset({"headerlink", "footnote-backref"})
"""Elements with these classes are left out with their content."""


@functools.cache
def read_settings() -> tuple[list[str], dict[str, Any]]:
    """Return the extensions of this newspaper and their configurations, as MkDocs reads them."""
    config = load_config(str(ROOT / "mkdocs.yml"), hooks=[])
    return list(config.markdown_extensions), dict(config.mdx_configs)


def make_plain_parser(
    extensions: Sequence[str] = (), configs: Mapping[str, Mapping[str, Any]] | None = None
) -> markdown.Markdown:
    """Return the parser of articles without typographic replacements; with further extensions, if any are named."""
    names, options = read_settings()
    names, options = add_commonmark(
        [*names, *extensions], {**options, **(configs or {})}, quotes=False, dashes=False, ellipses=False
    )
    return markdown.Markdown(extensions=names, extension_configs=options)


def render_as_github(text: str) -> str:
    """Return the HTML that GitHub's parser makes, before GitHub's sanitizer."""
    return cmarkgfm.markdown_to_html_with_extensions(text, options=_OPTIONS, extensions=_EXTENSIONS)


def normalize(html: str, *, all_attributes: bool = False) -> list[str]:
    """Return tags and texts of HTML in normal form; `all_attributes` keeps every element and attribute."""
    normalizer = _Normalizer(all_attributes=all_attributes)
    normalizer.feed(html)
    normalizer.close()
    return normalizer.finish()


class _Normalizer(HTMLParser):
    def __init__(self, *, all_attributes: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._all_attributes = all_attributes
        self.parts: list[str] = []
        self._open: list[tuple[str, str]] = []
        """Tag, and what becomes of it: 'keep', 'omit', or 'drop'."""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        classes = set(attributes.get("class", "").split())
        fate = "keep"
        if self._all_attributes:
            pass
        elif classes & _DROPPED_CLASSES or self._is_dropping:
            fate = "drop"
        elif classes & _OMITTED_CLASSES or (tag == "span" and self._in_pre) or _is_of_footnote(attributes):
            fate = "omit"
        if fate == "keep":
            if not self._all_attributes:
                attributes = _simplify(tag, attributes)
            written = (f' {name}="{" ".join(value.split())}"' for name, value in sorted(attributes.items()))
            self._add(f"<{tag}{''.join(written)}>")
        if tag not in _VOID:
            self._open.append((tag, fate))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        place = max((place for place, (name, _) in enumerate(self._open) if name == tag), default=None)
        fate = "keep" if place is None else self._open[place][1]
        if fate == "keep" and not self._is_dropping:
            self._add(f"</{tag}>")
        if place is not None:
            del self._open[place:]

    def handle_data(self, data: str) -> None:
        if not self._is_dropping:
            self._text += data

    def handle_comment(self, data: str) -> None:
        self._add(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._add(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self._add(f"<?{data}>")

    def unknown_decl(self, data: str) -> None:
        self._add(f"<![{data}>")

    def finish(self) -> list[str]:
        self._flush()
        parts: list[str] = []
        for index, part in enumerate(self.parts):
            if part.startswith("\0"):
                text = part[1:]
                if index == 0 or _is_block(self.parts[index - 1]):
                    text = text.lstrip(" ")
                if index + 1 == len(self.parts) or _is_block(self.parts[index + 1]):
                    text = text.rstrip(" ")
                if text:
                    parts.append(text)
            else:
                parts.append(part)
        # GitHub puts the checkbox of a task before the paragraph, others into it.
        for place in range(1, len(parts)):
            if parts[place] == "<p>" and parts[place - 1].startswith("<input"):
                parts[place - 1], parts[place] = parts[place], parts[place - 1]
        return parts

    @property
    def _is_dropping(self) -> bool:
        return any(fate == "drop" for _, fate in self._open)

    @property
    def _in_pre(self) -> bool:
        return any(tag == "pre" for tag, _ in self._open)

    def _flush(self) -> None:
        # Python-Markdown's serializer takes blank lines at the ends of code away.
        text = self._text.strip("\n") if self._in_pre else "\0" + re.sub(r"[ \t\n\r\f]+", " ", self._text)
        if self._text and text:
            self.parts.append(text)
        self._text = ""

    def _add(self, markup: str) -> None:
        self._flush()
        self.parts.append(markup)


def _is_of_footnote(attributes: Mapping[str, str]) -> bool:
    return (
        "data-footnotes" in attributes
        or attributes.get("href", "").startswith("#fn")
        or attributes.get("id", "").startswith("fnref")
    )


def _is_block(part: str) -> bool:
    match = re.match(r"</?([a-zA-Z][\w-]*)", part)
    return part.startswith(("<!", "<?")) or bool(match and match[1].lower() in _BLOCKS)


def _simplify(tag: str, attributes: Mapping[str, str]) -> dict[str, str]:
    attributes = dict(attributes)
    if tag in {"code", "pre", "ul", "ol", "li", "table", "input"}:
        attributes.pop("class", None)
    if tag in {"h1", "h2", "h3", "h4", "h5", "h6", "li"}:
        attributes.pop("id", None)
    alignment = re.fullmatch(r"text-align: (\w+);?", attributes.get("style", ""))
    if alignment:
        del attributes["style"]
        attributes["align"] = alignment[1]
    for name in ("href", "src"):
        if name in attributes:
            attributes[name] = unquote(attributes[name])
    return attributes
