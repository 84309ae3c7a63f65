"""Sanitising: what of HTML an article may hold, and that whoever loses something is told. See also golden/bodies/."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import nh3
import pytest
from broadsheet.rendering.sanitize import (
    TAGS,
    explain_element,
    filter_attribute,
    inspect_html,
    is_safe_id,
    make_sanitizer,
    may_have_removed,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

CLEANER = make_sanitizer(filter_attribute)
LAST_CLEANER = make_sanitizer()
PIECES = (Path(__file__).parents[1] / "golden" / "hostile.txt").read_text(encoding="utf-8").split()
HOSTILE = st.lists(st.sampled_from([*PIECES, " ", "\n", "\x00", "\x0c"]) | st.text(max_size=4), max_size=30).map(
    "".join
)


_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):")
_SCHEMES = {"http", "https", "mailto", "tel"}
_CONTROLS = "".join(map(chr, range(0x21)))


class Reader(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))


def read_tags(html: str) -> list[tuple[str, dict[str, str]]]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.tags


# What stays.


@pytest.mark.parametrize(
    "html",
    [
        '<p class="lead" id="a" lang="fr" dir="ltr" title="t" role="note" aria-label="x">x</p>',
        '<a href="https://a.example/" hreflang="en" name="b">x</a>',
        "<b>b</b> <i>i</i> <em>e</em> <strong>s</strong> <mark>m</mark> <kbd>k</kbd> <sub>1</sub><sup>2</sup> <q>q</q>",
        '<img alt="x" height="1" src="a.png" width="2">',
        '<audio controls="" src="a.mp3" preload="none"></audio>',
        '<video controls="" height="1" preload="none" src="a.mp4" width="2"></video>',
        '<picture><source src="b.mp4" type="video/mp4"></picture>',
        '<blockquote cite="https://a.example/">x</blockquote>',
        '<details open=""><summary>s</summary>x</details>',
        '<ol reversed="" start="3" type="a"><li value="7">x</li></ol>',
        '<table><tbody><tr><th scope="col" style="text-align:left">x</th></tr></tbody></table>',
        '<table><tbody><tr><td colspan="2" rowspan="3" valign="top">x</td></tr></tbody></table>',
        '<div class="tabbed-set" data-tabs="1:2"><input checked="" id="__tabbed_1_1" name="__tabbed_1" type="radio">'
        '<label for="__tabbed_1_1">x</label></div>',
        '<svg viewBox="0 0 24 24" xmlns="http://www.w3.org/2000/svg"><path d="M1 1" fill="#fff"></path></svg>',
        '<time datetime="2026-01-18">x</time> <abbr title="United Nations">UN</abbr>',
        "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
    ],
)
def test_what_articles_need_stays_as_it_is(html: str) -> None:
    assert CLEANER.clean(html) == html
    assert LAST_CLEANER.clean(html) == html


def test_only_the_last_cleaner_keeps_what_the_engine_adds_to_images() -> None:
    html = '<img src="a.png" alt="x" loading="lazy">'
    assert LAST_CLEANER.clean(html) == html
    assert CLEANER.clean(html) == '<img src="a.png" alt="x">'


# What goes.


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("a<script>alert(1)</script>b", "ab"),
        ("a<style>p{}</style><title>t</title><template><p>x</p></template><noscript>y</noscript>b", "ab"),
        ("a<!-- secret -->b", "ab"),
        ("<form action='x'><button formaction='y'>words</button></form>", "words"),
        ("<iframe src='https://a.example'>x</iframe>y", "xy"),
        ("<p onclick='x' style='position:fixed' tabindex='1' data-x='y' hidden>words</p>", "<p>words</p>"),
        ("<a href='javascript:x'>words</a>", "<a>words</a>"),
        ("<a href='DATA:text/html,x' target='_blank' rel='opener' download ping='x'>words</a>", "<a>words</a>"),
        ("<img srcset='https://a.example/x 2x' src='a.png' usemap='#x' crossorigin>", '<img src="a.png">'),
        ("<video poster='https://a.example/x.png' autoplay loop></video>", "<video></video>"),
        ("<td style='text-align:left;background:url(https://a.example/x)'>", ""),
        (
            "<table><tr><td style='text-align:left;background:url(//a.example/x)'>x",
            '<table><tbody><tr><td style="text-align:left">x</td></tr></tbody></table>',
        ),
        (
            "<svg><script>x</script><foreignObject><p>y</p></foreignObject><animate href='#x'/></svg>",
            "<svg></svg>",
        ),
        (
            "<svg><use href='x.svg#y'></use><path d='M1 1' style='fill:url(x)'></path></svg>",
            '<svg><path d="M1 1"></path></svg>',
        ),
    ],
)
def test_what_runs_or_loads_goes(html: str, left: str) -> None:
    assert CLEANER.clean(html) == left
    assert LAST_CLEANER.clean(html) == left


@settings(max_examples=400, deadline=None)
@given(html=HOSTILE)
@example(html="<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>")
@example(html="<svg></p><style><a title='</style><img src=x onerror=alert(1)>'>")
@example(html="<noscript><p title='</noscript><img src=x onerror=alert(1)>'>")
@example(html="<a href='&#x09;java&#10;script:alert(1)'>x</a>")
@example(html="<h1><select><h1>")
def test_of_any_html_only_what_is_allowed_is_left_after_one_cleaning_and_after_two(html: str) -> None:
    once = CLEANER.clean(html)
    for tag, attributes in read_tags(once) + read_tags(LAST_CLEANER.clean(once)):
        assert tag in TAGS
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in {"srcset", "poster", "action", "formaction", "ping", "background", "xlink:href", "data"}
            scheme = _SCHEME.match("".join(value.split()).strip(_CONTROLS).lower())
            assert name not in {"href", "src", "cite"} or scheme is None or scheme[1] in _SCHEMES
            assert name != "style" or value.startswith("text-align:")
            assert name not in {"id", "for", "name"} or is_safe_id(value)


# Single attributes.


@pytest.mark.parametrize(
    "value",
    [
        "day-2",
        "café",
        "fn:1",
        "漢字",
        "x.y",
        "__tabbed_1_2",
        "__codelineno-0-1",
        "__span-0-1",
        "__figure-caption_1",
        "_x",
    ],
)
def test_ids_that_articles_and_markdown_s_extensions_make_are_safe(value: str) -> None:
    assert is_safe_id(value)
    for name in ("id", "for", "name"):
        assert filter_attribute("a", name, value) == value


UNSAFE = ["", "a b", "a\nb", "a\x7f", "a'b", 'a"b', "a<b", "a>b", "a&b", "a`b", "a=b", "\x00", "x\n", "__tabbed_1<"]
OF_THE_THEME = [
    "__config",
    "__search",
    "__drawer",
    "__palette_0",
    "__toc",
    "__codelineno-0 x",
    "__-caption",
    "__X-caption",
]


@pytest.mark.parametrize("value", [*UNSAFE, *OF_THE_THEME])
def test_ids_of_the_theme_and_ids_with_markup_are_not(value: str) -> None:
    assert not is_safe_id(value)
    for name in ("id", "for", "name"):
        assert filter_attribute("a", name, value) is None


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("lead", "lead"),
        ("admonition note", "admonition note"),
        ("mermaid", None),
        ("a mermaid b", "a  b"),
        ("mermaids", "mermaids"),
        ("md-button", "md-button"),
        ("md-button md-button--primary", "md-button md-button--primary"),
        ("md-overlay", None),
        ("md-search__form x", "x"),
        ("x md-dialog md-button", "x  md-button"),
        ("xmd-y", "xmd-y"),
        ("md-buttons", "md-buttons"),
        ("", ""),
    ],
)
def test_classes_that_wake_the_theme_s_scripts_or_cover_the_page_go(value: str, left: str | None) -> None:
    assert filter_attribute("p", "class", value) == left


@pytest.mark.parametrize(
    ("tag", "name", "value", "left"),
    [
        ("input", "type", "checkbox", "checkbox"),
        ("input", "type", "RADIO", "RADIO"),
        ("input", "type", "password", "checkbox"),
        ("input", "type", "image", "checkbox"),
        ("ol", "type", "a", "a"),
        ("path", "fill", "#fff", "#fff"),
        ("path", "fill", "red", "red"),
        ("path", "fill", "url(#x)", None),
        ("path", "fill", "url(https://a.example/)", None),
        ("p", "title", "url(x)", "url(x)"),
        ("p", "lang", "fr", "fr"),
    ],
)
def test_attributes_are_kept_changed_or_dropped_by_their_value(
    tag: str, name: str, value: str, left: str | None
) -> None:
    assert filter_attribute(tag, name, value) == left


# What the writer is told.


@pytest.mark.parametrize(
    ("name", "with_content", "hint"),
    [
        ("script", True, "link to it instead"),
        ("iframe", False, "link to it instead"),
        ("textarea", False, "link to it instead"),
        ("style", True, "take it out: it is for whole pages"),
        ("meta", False, "take it out: it is for whole pages"),
        ("template", True, "write it in Markdown"),
        ("font", False, "write it in Markdown"),
        ("nav", False, "write it in Markdown"),
        ("name", False, "if it is no HTML, write &lt; for the <"),
    ],
)
def test_of_each_element_the_writer_is_told_what_to_do(name: str, with_content: bool, hint: str) -> None:
    end = " with what is in it" if with_content else ""
    assert explain_element(name) == (f"HTML element <{name}> is not allowed in articles and was taken out{end}", hint)
    content = CLEANER.clean(f"<{name}>words</{name}>")
    assert ("words" in content) is not with_content


def test_a_long_name_is_cut() -> None:
    assert explain_element("x" * 99)[0].startswith(f"HTML element <{'x' * 40}> is")


def test_inspection_finds_elements_scripts_and_addresses() -> None:
    inspected = inspect_html(
        "<p onclick=x onClick='y' class='z'><a href='a&amp;b'>x</a><img src><iframe src='i'></iframe>"
        "<a href>y</a><p src='no'><video src=v poster=p><track src=t><IFRAME onload=q><div href=w>"
    )
    assert inspected.elements == ["iframe", "track", "iframe"]
    assert inspected.handlers == ["onclick", "onclick"]
    assert inspected.addresses == [("a&b", False), ("", True), ("", False), ("v", True)]


@pytest.mark.parametrize(
    "html", ["<![", "a <![CDATA[ <b>", "<![x", "<![if x]><iframe>", "<!x <!DOCTYPE <?x", "<!--", "</", "<", "&#"]
)
def test_broken_markup_is_inspected_without_complaint(html: str) -> None:
    assert "b" not in inspect_html(html).elements
    assert inspect_html(html).handlers == []
    assert inspect_html(f"<iframe>{html}").elements[0] == "iframe"


@settings(max_examples=300, deadline=None)
@given(html=HOSTILE)
def test_any_html_can_be_inspected(html: str) -> None:
    inspected = inspect_html(html)
    assert not TAGS.intersection(inspected.elements)
    assert all(name.startswith("on") for name in inspected.handlers)


@pytest.mark.parametrize(
    ("html", "kept", "loses"),
    [
        ("<p>words</p>", 0, False),
        ("<p><a href='x'>y</a> <img src='z'></p>", 2, False),
        ("<p><a href='x'>y</a></p>", 0, True),
        ("<P><A HREF='x'>y</A></P>", 0, True),
        ("<img SRC=javascript:x>", 0, True),
        ("<iframe>", 0, True),
        ("<IFRAME>", 0, True),
        ("<img\x85>", 0, True),
        ("<x-y>", 0, True),
        ("<p onclick = x>", 0, True),
        ("<p ONCLICK=x>", 0, True),
        ("a < b and 1 <2", 0, False),
        ("no tags, once upon a time", 0, False),
    ],
)
def test_whether_something_may_have_been_lost_is_seen_quickly(html: str, kept: int, loses: bool) -> None:
    assert may_have_removed(html, kept) is loses


@settings(max_examples=300, deadline=None)
@given(html=HOSTILE)
def test_no_element_or_script_is_lost_without_a_closer_look(html: str) -> None:
    kept = len(
        [1 for _, attributes in read_tags(CLEANER.clean(html)) for name in attributes if name in {"href", "src"}]
    )
    inspected = inspect_html(html)
    if inspected.elements or any(f"{name}=" in html.lower() for name in inspected.handlers):
        assert may_have_removed(html, kept)


def test_the_cleaner_is_strict_by_itself() -> None:
    # nh3's own defaults let through elements and attributes that articles must not hold.
    html = '<p id="__config" class="md-overlay">x</p><map><area href="x"></map>'
    assert CLEANER.clean(html) == "<p>x</p>"
    assert "area" in nh3.clean(html)
