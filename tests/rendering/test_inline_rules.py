"""Quotation marks, dashes and signs, by language and by setting."""

from __future__ import annotations

import markdown
import pytest
from broadsheet.rendering.commonmark import add_commonmark
from broadsheet.rendering.inline_rules import QUOTES


def render(text: str, *extensions: str, configs: dict[str, dict[str, bool]] | None = None, **options: object) -> str:
    names, options_by_name = add_commonmark(extensions, configs or {}, **options)
    return markdown.Markdown(extensions=names, extension_configs=options_by_name).convert(text)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "“One ‘two’ three”"),
        ("de-AT", "„One ‚two‘ three“"),
        ("fr", "«\N{NO-BREAK SPACE}One “two” three\N{NO-BREAK SPACE}»"),
        ("es", "«One “two” three»"),
        ("pl", "„One «two» three”"),
        ("ar", "\"One 'two' three\""),
        ("", "\"One 'two' three\""),
    ],
)
def test_quotation_marks_are_those_of_the_language(language: str, expected: str) -> None:
    assert render("\"One 'two' three\"", language=language) == f"<p>{expected}</p>"


@pytest.mark.parametrize("language", sorted(QUOTES))
def test_every_language_has_four_marks(language: str) -> None:
    marks = QUOTES[language]
    assert len(marks.split("|") if "|" in marks else marks) == 4


def test_inches_escapes_code_and_attributes_keep_their_marks() -> None:
    text = 'A 1/2.3" sensor, \\"x\\", `"y"`, [z](#a "title"), it\'s.'
    html = render(text, language="en")
    assert html == '<p>A 1/2.3" sensor, "x", <code>"y"</code>, <a href="#a" title="title">z</a>, it’s.</p>'


def test_quotation_marks_meet_around_emphasis() -> None:
    assert render('"*One*" and *"two"*', language="en") == "<p>“<em>One</em>” and <em>“two”</em></p>"


def test_each_replacement_can_be_switched_off() -> None:
    text = '"a" -- b...'
    assert render(text, language="en") == "<p>“a” – b…</p>"
    assert render(text, language="en", quotes=False) == '<p>"a" – b…</p>'
    assert render(text, language="en", dashes=False) == "<p>“a” -- b…</p>"
    assert render(text, language="en", ellipses=False) == "<p>“a” – b...</p>"


def test_superscripts_and_subscripts_are_read_when_they_are_on() -> None:
    text = "H~2~O 10^6^ a~b c~ ~~d~~ ^^e^^"
    assert render(text, "pymdownx.caret", "pymdownx.tilde") == (
        "<p>H<sub>2</sub>O 10<sup>6</sup> a~b c~ <del>d</del> <ins>e</ins></p>"
    )
    off = {"pymdownx.caret": {"superscript": False, "insert": False}, "pymdownx.tilde": {"subscript": False}}
    assert render(text, "pymdownx.caret", "pymdownx.tilde", configs=off) == (
        "<p>H<del>2</del>O 10^6^ a<del>b c</del> <del>d</del> ^^e^^</p>"
    )


def test_marks_need_a_border_of_words_and_no_space_inside() -> None:
    text = "==a== x==b==y == c == (==d==) ==e *f*=="
    assert render(text, "pymdownx.mark") == (
        "<p><mark>a</mark> x==b==y == c == (<mark>d</mark>) <mark>e <em>f</em></mark></p>"
    )


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://example.org/a, please.", ["https://example.org/a"]),
        ("(https://example.org/a_(b))", ["https://example.org/a_(b)"]),
        ("“https://example.org/?q=1&amp;r=2”", ["https://example.org/?q=1"]),
        ("www.example.org, and www.example.org/x.", ["http://www.example.org", "http://www.example.org/x"]),
        ("a.b+c@example.org, x@y", ["mailto:a.b+c@example.org"]),
        ("[https://example.org", []),
        ("[https://example.org](https://example.com)", ["https://example.com"]),
        ("`https://example.org`", []),
        ("xhttps://example.org https:// www. @a", []),
    ],
)
def test_bare_addresses_are_links(text: str, links: list[str]) -> None:
    parser = markdown.Markdown(extensions=add_commonmark([], {})[0])
    html = parser.convert(text)
    found = [part.partition('"')[0].replace("&amp;", "&") for part in html.split('href="')[1:]]
    assert [link[: len(expected)] for link, expected in zip(found, links, strict=True)] == links
