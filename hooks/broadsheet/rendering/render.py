"""Rendering: turn the Markdown of an article into HTML that is safe to publish, with its links resolved."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import markdown
from markdown.treeprocessors import Treeprocessor

from broadsheet.content import Article
from broadsheet.core import ANY_NAME, Problem, Severity, Tag, read_attributes, replace_tags
from broadsheet.rendering.commonmark import CommonMarkState, add_commonmark
from broadsheet.rendering.html_repair import nest_lists, repair_html
from broadsheet.rendering.limits import LimitError, Limits, find_failure, run_limited
from broadsheet.rendering.links import LinkMap, Resolved, may_lead_elsewhere, resolve_link
from broadsheet.rendering.markdown_problems import list_problems
from broadsheet.rendering.plain_text import html_to_text
from broadsheet.rendering.sanitize import (
    TAGS,
    clean_toc,
    explain_element,
    filter_attribute,
    inspect_html,
    is_safe_id,
    make_sanitizer,
    may_have_removed,
)
from broadsheet.rendering.source_lines import LineFinder, split_blocks, unescape

# These patterns only see the sanitizer's output, where attributes are quoted.
_H1 = re.compile(r"(</?)h1\b")
# Extensions load lexers and names of emoji when a text first needs them.
_WARM_UP_TEXT = "Words :smile:\n\n```python\nprint()\n```\n"
_MAX_HTML_SIZE = 250_000
"""Larger HTML is sanitized in a helper process. The sanitizer takes time by the square of the number of attributes of
a tag and of the `&` and no-break spaces in a row: with HTML of this size at most half a second. The largest HTML of
digital.gov's 2,094 articles has 67,000 characters."""
_MAX_REPEATED = 1_000_000
"""Parts of HTML that the sanitizer may write. It repeats formatting elements that the writer left open, so this is
the number of elements and characters that it writes slowly, and of 100 other characters each, times the number of
elements that the writer wrote. This many take it at most 1.5 s and 100 MB. digital.gov's articles have at most 0.6
million."""
_MAX_SEARCHED_SIZE = 1_000_000
"""Only so many characters of a body are searched for the block that fails."""
_BLOCK_SHARE = 0.125
"""A block that takes this share of the time for a whole body is reported as the slow one."""


@dataclass(frozen=True, slots=True)
class RenderedBody:
    """The body of an article as HTML, with its headings, anchors, media, links and problems."""

    html: str = ""
    toc: tuple[Mapping[str, Any], ...] = ()
    """The headings as Python-Markdown's `toc_tokens`: level, id, name (as HTML), children."""
    ids: frozenset[str] = frozenset()
    """All ids in the HTML, as targets of links."""
    media: tuple[str, ...] = ()
    """Paths of the files that the body shows or links to."""
    anchors: tuple[tuple[str, str, int], ...] = ()
    """Links to a place in an article that this body does not have: path, fragment, line."""
    problems: tuple[Problem, ...] = ()
    text: str = field(default="", repr=False)
    """The body as plain text, on one line."""
    lookups: tuple[tuple[str, bool, Resolved], ...] = field(default=(), compare=False, repr=False)
    """Addresses that may lead elsewhere in another edition: address, whether a browser fetches it, where it led."""


class _ConversionError(Exception):
    """Python-Markdown or an extension raised `error`."""

    def __init__(self, error: Exception) -> None:
        super().__init__(f"{type(error).__name__}: {str(error)[:200]}")
        self.error = error


@dataclass(slots=True)
class _BodyState:
    """Data collected while one body is rendered."""

    article: Article
    links: LinkMap
    label: str
    lines: LineFinder
    problems: list[Problem] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    media: dict[str, None] = field(default_factory=dict)
    anchors: list[tuple[str, str, str]] = field(default_factory=list)
    """Path, fragment and the address as written."""
    addresses: list[str] = field(default_factory=list)
    """Addresses that the sanitizer let through."""
    lookups: dict[tuple[str, bool], Resolved] = field(default_factory=dict)
    images: list[str] = field(default_factory=list)
    """Addresses of images. Until the images are written, `src` in the HTML has the index in this list."""

    def report(self, line: int, message: str, hint: str = "", severity: Severity = "warning") -> None:
        self.problems.append(Problem(self.label, line, 0, "", message, hint, severity))

    def resolve(self, address: str, *, fetched: bool) -> Resolved:
        """Return where an address leads, and report what is wrong with it."""
        resolved = self.look_up(address, fetched=fetched)
        if resolved.fault:
            self.report(self.lines.find_address(address), resolved.fault, resolved.hint, resolved.severity)
        if resolved.fragment and resolved.fragment != "top":
            self.anchors.append((resolved.article, resolved.fragment, address))
        if resolved.media:
            self.media[resolved.media] = None
        return resolved

    def look_up(self, address: str, *, fetched: bool) -> Resolved:
        path, url = self.article.path, self.article.url
        resolved = self.lookups[address, fetched] = resolve_link(address, path, url, self.links, fetched=fetched)
        return resolved


class _HeadingShift(Treeprocessor):
    """Move all headings down a level when the body has an `h1`: the headline is the only `h1` of the page."""

    def run(self, root: Element) -> None:
        headings = [element for element in root.iter() if re.fullmatch("h[1-6]", str(element.tag))]
        has_first = any(element.tag == "h1" for element in headings)
        for element in headings:
            if has_first:
                element.tag = f"h{min(6, int(element.tag[1]) + 1)}"
            # MkDocs' themes print the ids of the table of contents as they are.
            if not is_safe_id(element.get("id", "x")):
                del element.attrib["id"]


RenderInProcess = Callable[[Article, LinkMap, str], RenderedBody]
"""Renders a body in a helper process that can be killed, with the arguments of `BodyRenderer.render_strictly`."""


class BodyRenderer:
    """Renders bodies one after another, with one Markdown parser.

    Building a parser with Material's usual extensions takes longer than rendering an article with it.
    Not to be shared between threads.
    """

    def __init__(
        self,
        extensions: Sequence[str],
        configs: Mapping[str, Mapping[str, Any]] | None = None,
        limits: Limits | None = None,
        render_in_process: RenderInProcess | None = None,
    ) -> None:
        """Take Python-Markdown's `extensions` and `extension_configs`, and the limits of rendering one body.

        `render_in_process` is called for a body that may take the sanitizer too long, as it cannot be interrupted.
        """
        self._make_parser: Callable[[], markdown.Markdown] = lambda: _make_parser(extensions, configs or {})
        self._markdown = self._make_parser()
        self._limits = limits or Limits()
        self._render_in_process = render_in_process
        self._is_warm = False
        self._state: _BodyState | None = None
        self._sanitizer = make_sanitizer(self._filter)
        # Sanitize again, as the steps in between join strings of HTML.
        self._final_sanitizer = make_sanitizer()

    def render(self, article: Article, links: LinkMap, label: str) -> RenderedBody:
        """Render one article's body.

        A body that takes more than the limits becomes an error. Finding the line that is to blame takes at most half
        as long again. Cost of keeping the limits: 10 µs a body.

        Args:
            article: whose body it is; `label` names its file in problems.
            links: where links can lead.

        """
        self.warm_up()
        try:
            return run_limited(lambda: self._render(article, links, label, self._render_in_process), self._limits)
        except LimitError as error:
            self._markdown = self._make_parser()
            return self._report_limit(article, label, str(error))
        except _ConversionError as error:
            self._markdown = self._make_parser()
            return self._report_conversion_error(article, label, error)

    def render_strictly(self, article: Article, links: LinkMap, label: str) -> RenderedBody:
        """Render one article's body as `render` does, but always in this process.

        Raises:
            LimitError: when it takes more than the limits.

        """
        try:
            return run_limited(lambda: self._render(article, links, label, None), self._limits)
        except LimitError:
            self._markdown = self._make_parser()
            raise
        except _ConversionError as error:
            self._markdown = self._make_parser()
            return self._report_conversion_error(article, label, error)

    def warm_up(self) -> None:
        """Have extensions load their data, so that this does not count as time of the first article."""
        if not self._is_warm:
            self._is_warm = True
            with suppress(Exception):
                self._markdown.reset().convert(_WARM_UP_TEXT)

    def _report_limit(self, article: Article, label: str, excess: str) -> RenderedBody:
        line = self._find_failing_block(article, LimitError)
        message = f"rendering takes more than {excess}"
        hint = "make the article shorter, or its Markdown simpler"
        if line is not None:
            message, hint = (
                f"{message}: the part that begins here alone takes much of it",
                "simplify or shorten that part",
            )
        return RenderedBody(problems=(Problem(label, line or article.body_line, 0, "", message, hint),))

    def _report_conversion_error(self, article: Article, label: str, error: _ConversionError) -> RenderedBody:
        line = self._find_failing_block(article, type(error.error))
        message = f"the Markdown cannot be rendered: {error}"
        hint = "take parts out until it can"
        return RenderedBody(problems=(Problem(label, line or article.body_line, 0, "", message, hint),))

    def _find_failing_block(self, article: Article, error_type: type[BaseException]) -> int | None:
        """Return the line of the first block that by itself raises `error_type`; None when no block of the first does.

        For `LimitError`, a block fails when it takes `_BLOCK_SHARE` of the time for a whole body.
        """
        lines: list[int] = []

        def convert(block: str) -> None:
            try:
                self._markdown.reset().convert(block)
            except Exception as error:  # another error says nothing about the body
                if isinstance(error, error_type):
                    raise

        def list_blocks() -> Iterator[Callable[[], None]]:
            for line, block in split_blocks(article.body[:_MAX_SEARCHED_SIZE], article.body_line):
                lines.append(line)
                yield partial(convert, block)

        block_limits = replace(self._limits, seconds=self._limits.seconds * _BLOCK_SHARE)
        failing = find_failure(list_blocks(), block_limits, self._limits.seconds / 2, error_type)
        # The parser was interrupted in the middle of a block.
        self._markdown = self._make_parser()
        return None if failing is None else lines[failing]

    def _render(
        self, article: Article, links: LinkMap, label: str, render_in_process: RenderInProcess | None
    ) -> RenderedBody:
        state = self._state = _BodyState(article, links, label, LineFinder(article.body, article.body_line))
        extensions = self._markdown.registeredExtensions
        commonmark = next(extension for extension in extensions if isinstance(extension, CommonMarkState))
        commonmark.set_language(article.language)
        try:
            unsafe_html = self._markdown.reset().convert(article.body)
        except Exception as error:
            # Extensions raise what they like; one article must not end the build without naming its file.
            raise _ConversionError(error) from error
        if render_in_process is not None and _may_sanitize_slowly(article.body, unsafe_html):
            return render_in_process(article, links, label)
        content = self._sanitizer.clean(_link_frames(unsafe_html))
        content = _write_images(content, state)
        content = nest_lists(repair_html(_H1.sub(r"\1h2", content)))
        content = self._final_sanitizer.clean(content).strip()
        if may_have_removed(unsafe_html, len(state.addresses)):
            _report_removals(unsafe_html, state)
        for line, message, hint in list_problems(commonmark.remains, state.lines):
            state.report(line, message, hint)
        return RenderedBody(
            content,
            clean_toc(getattr(self._markdown, "toc_tokens", ()), state.ids),
            frozenset(state.ids),
            tuple(state.media),
            _find_anchors(state),
            tuple(sorted(set(state.problems))),
            html_to_text(content),
            tuple(
                (address, fetched, resolved)
                for (address, fetched), resolved in state.lookups.items()
                if may_lead_elsewhere(address, links.site)
            ),
        )

    def _filter(self, tag: str, name: str, value: str) -> str | None:
        """Decide what becomes of one attribute; nh3 calls it for each that it allows."""
        state = self._state
        # nh3 also calls this for elements that it will remove.
        if state is None or tag not in TAGS:
            return None
        if name == "cite":
            return state.resolve(value, fetched=False).url
        if name == "href":
            state.addresses.append(value)
            return state.resolve(value, fetched=False).url
        if name == "src":
            state.addresses.append(value)
            if tag != "img":
                return state.resolve(value, fetched=True).url
            state.images.append(value)
            return str(len(state.images) - 1)
        safe_value = filter_attribute(tag, name, value)
        if safe_value and (name == "id" or (name == "name" and tag == "a")):
            state.ids.add(safe_value)
        return safe_value


def _link_frames(unsafe_html: str) -> str:
    """Replace each frame by a link to the page that it would show."""
    if "<iframe" not in unsafe_html.lower():
        return unsafe_html

    def link(tag: Tag) -> str:
        if tag.name != "iframe":
            return tag.source
        values = read_attributes(tag.attributes)
        address = values.get("src", "")
        words = values.get("title") or urlsplit(address).netloc
        return f'<a class="bs-remote" href="{address}">{words}</a>' if address and words and not tag.closing else ""

    # Every tag, as a frame may be named in the attribute of another element.
    return replace_tags(unsafe_html, ANY_NAME, link)


def _may_sanitize_slowly(body: str, unsafe_html: str) -> bool:
    """Whether the sanitizer, which cannot be interrupted, may take more than a second or two for a body's HTML."""
    parts = sum(map(unsafe_html.count, "<&\N{NO-BREAK SPACE}")) + len(unsafe_html) // 100
    return len(unsafe_html) > _MAX_HTML_SIZE or body.count("<") * parts > _MAX_REPEATED


def _make_parser(extensions: Sequence[str], configs: Mapping[str, Mapping[str, Any]]) -> markdown.Markdown:
    names, options = add_commonmark(extensions, configs)
    parser = markdown.Markdown(
        extensions=names, extension_configs={name: dict(config) for name, config in options.items()}
    )
    # Before 'toc', whose priority is 5, so that its anchors and levels are those of the page.
    parser.treeprocessors.register(_HeadingShift(parser), "broadsheet-headings", 6)
    return parser


def _write_images(content: str, state: _BodyState) -> str:
    """Write the address of every image; replace an image on another server by a link."""
    if "<img" not in content:
        return content
    inside_link = False

    def write(tag: Tag) -> str:
        nonlocal inside_link
        if tag.name == "img":
            return _write_image(read_attributes(tag.attributes), state, inside_link=inside_link)
        inside_link = not tag.closing
        return tag.source

    return replace_tags(content, "a|img", write)


def _write_image(values: Mapping[str, str], state: _BodyState, *, inside_link: bool) -> str:
    alt = values.get("alt", "")
    address = state.images[int(values["src"])] if "src" in values else ""
    if "twemoji" in values.get("class", "").split() and state.look_up(address, fetched=True).remote:
        return alt  # An emoji is a letter to begin with.
    resolved = state.resolve(address, fetched=True) if "src" in values else Resolved()
    words = alt if unescape(alt).strip() else "Image"
    if words != alt:
        line = state.lines.find_address(address) if address else state.lines.find_element("img")
        state.report(line, "an image without alt: those who cannot see it miss it", "![what it shows](…)")
    if resolved.remote and not inside_link:
        return f'<a class="bs-remote" href="{html.escape(resolved.remote)}">{words}</a>'
    if resolved.url is None:
        return f'<span class="bs-remote">{words}</span>' if words == alt or resolved.remote else ""
    others = " ".join(f'{name}="{value}"' for name, value in values.items() if name != "src")
    return f'<img loading="lazy" src="{html.escape(resolved.url)}" {others}>'


def _report_removals(unsafe_html: str, state: _BodyState) -> None:
    """Report what the sanitizer took out of the HTML."""
    findings = inspect_html(unsafe_html)
    for name in findings.elements:
        message, hint = explain_element(name)
        state.report(state.lines.find_element(name), message, hint)
    for name in findings.handlers:
        message = f"HTML attribute '{name[:40]}' was taken out: articles run no scripts"
        state.report(state.lines.find_attribute(name), message)
    # Python reads `&copy=` in an address as an entity, browsers do not. Unescape both to compare them.
    removed = Counter(unescape(address) for address, _ in findings.addresses)
    removed -= Counter(map(unescape, state.addresses))
    for address, fetched in findings.addresses:
        if unescape(address) in removed:
            fault = state.look_up(address, fetched=fetched).fault
            state.report(state.lines.find_address(address), fault or f"'{address[:80]}' is no address")


def _find_anchors(state: _BodyState) -> tuple[tuple[str, str, int], ...]:
    own = state.article.path
    return tuple(
        (path, fragment, state.lines.find_address(address))
        for path, fragment, address in state.anchors
        # The way back from a note that nothing refers to; `markdown_problems` reports it.
        if not fragment.startswith("fnref:")
        if path != own or fragment not in state.ids
    )
