"""Lines: where something stands in the Markdown it came from. Lines of whole problems are in golden/bodies/."""

from __future__ import annotations

import time
from collections.abc import Iterable
from textwrap import dedent

import pytest
from broadsheet.rendering.source_lines import LineFinder
from hypothesis import given
from hypothesis import strategies as st

BODY = dedent("""\
    [a](gone.md) and `[b](gone.md)`.

    <!-- [c](gone.md)
    <iframe onclick="x"> -->

    ```html
    <iframe onclick="x">[d](gone.md)</iframe>
    ```

    > ~~~
    > [e](gone.md)
    > ~~~

    ![f](
    gone.md "title") <IFRAME onClick = "x">

    [g]: gone.md
    """)


def find(body: str, kind: str, name: str, times: int = 4, first_line: int = 1) -> list[int]:
    finder = LineFinder(body, first_line)
    return [getattr(finder, f"find_{kind}")(name) for _ in range(times)]


@pytest.mark.parametrize(
    ("kind", "name", "lines"),
    [
        ("address", "gone.md", [1, 15, 17, 17]),
        ("address", " gone.md\n", [1, 15, 17, 17]),
        ("element", "iframe", [15, 15]),
        ("attribute", "onclick", [15, 15]),
        ("address", "one.md", [0, 0]),
        ("address", "gone.m", [0, 0]),
        ("element", "frame", [0, 0]),
        ("attribute", "click", [0, 0]),
    ],
)
def test_places_in_code_and_comments_are_none(kind: str, name: str, lines: list[int]) -> None:
    assert find(BODY, kind, name, len(lines)) == lines


def test_lines_count_from_the_body_s_first_line_in_its_file() -> None:
    assert find(BODY, "address", "gone.md", 3, first_line=12) == [12, 26, 28]


def test_asked_again_it_goes_on_and_stays_at_the_last() -> None:
    finder = LineFinder("[a](x.md)\n[b](y.md)\n[c](x.md)\n", 1)
    assert [finder.find_address(name) for name in ("x.md", "y.md", "x.md", "y.md", "x.md")] == [1, 2, 3, 2, 3]


def test_an_element_an_attribute_and_an_address_of_one_name_are_not_mixed_up() -> None:
    finder = LineFinder("<cite>\n\n<q cite='x'>\n\n<cite>\n\n[x](rel)\n\n<a rel='x'>\n\n[x](rel)\n", 1)
    assert [finder.find_element("cite"), finder.find_attribute("cite"), finder.find_element("cite")] == [1, 3, 5]
    assert [finder.find_address("rel"), finder.find_attribute("rel"), finder.find_address("rel")] == [7, 9, 11]


@pytest.mark.parametrize(
    ("kind", "name", "shown", "meant"),
    [
        ("element", "iframe", "&lt;iframe&gt;", "<iframe>"),
        ("attribute", "onload", "onload&#61;x", "<p onload=x>"),
        ("address", "", "[x]&#40;)", "[x]()"),
    ],
)
def test_what_is_only_written_out_with_entities_is_none(kind: str, name: str, shown: str, meant: str) -> None:
    assert find(f"{shown}\n\n{meant}\n\n{shown}\n", kind, name, 2) == [3, 3]


def test_the_very_first_character_counts() -> None:
    assert find("<iframe>\n\n`<iframe>`\n", "element", "iframe", 2) == [1, 1]
    assert find("\n<iframe>\n", "element", "iframe", 1) == [2]


def test_what_stands_only_in_code_is_found_there() -> None:
    assert find("Words.\n\n`[x](gone.md)`\n", "address", "gone.md", 1) == [3]
    assert find("Words.\n\n`<iframe onload='x'>`\n", "element", "iframe", 1) == [3]
    assert find("Words.\n\n`<iframe onload='x'>`\n", "attribute", "onload", 1) == [3]


@pytest.mark.parametrize(
    "link",
    ["[x](a.md?b&amp;c)", "[x](a.md?b&c)", "<a href='a.md?b&#38;c'>", '<a href="a.md?b&AMP;c">', "[x]: a.md?b&c"],
)
def test_an_address_is_found_however_it_is_escaped(link: str) -> None:
    assert find(f"Words about a.md.\n\n{link}\n", "address", "a.md?b&c", 1) == [3]


@pytest.mark.parametrize(
    "link",
    ["[x]()", "[x](  )", "[x](<>)", '[x]( "title")', "<a href=''>", '<a HREF = " ">', "<img src=>", "![x](<> 'y')"],
)
def test_an_empty_address_is_found(link: str) -> None:
    assert find(f"[fine](a.md) <a href='b'>\n\n{link}\n", "address", "", 2) == [3, 3]


def test_of_a_very_long_address_the_beginning_is_enough() -> None:
    address = "x" * 1_000
    assert find(f"Words.\n\n[x]({address})\n", "address", address, 1) == [3]
    assert find(f"Words.\n\n[x]({'x' * 299})\n", "address", address, 1) == [0]


def test_in_a_very_long_body_code_is_searched_too() -> None:
    body = f"`[x](gone.md)`\n\n[y](gone.md)\n\n{'word ' * 40_000}"
    assert len(body) > 200_000
    assert find(body, "address", "gone.md", 2) == [1, 3]
    assert find(body[:199_999], "address", "gone.md", 2) == [3, 3]


def test_after_two_hundred_searches_it_gives_up_but_remembers() -> None:
    body = "".join(f"[x](gone-{number}.md)\n" for number in range(210))
    finder = LineFinder(body, 1)
    lines = [finder.find_address(f"gone-{number}.md") for number in range(210)]
    assert lines == [*range(1, 201), *[0] * 10]
    assert finder.find_address("gone-7.md") == 8


@pytest.mark.parametrize(
    "body",
    [
        "`" * 199_000,
        "~" * 199_000,
        "``` a\n" * 33_000,
        "`a``b" * 39_000,
        "<!--" * 49_000,
        "``` \n> " * 28_000,
        "](" * 99_000,
    ],
    ids=lambda body: body[:7],
)
def test_no_body_keeps_it_busy(body: str) -> None:
    began = time.process_time()
    finder = LineFinder(body, 1)
    finder.find_address("gone.md")
    finder.find_address("")
    finder.find_element("iframe")
    assert time.process_time() - began < 5


# Paragraphs of which none runs on into the next, each with the things of interest that stand in it.
PARAGRAPHS = [
    ("Words and more words.", 0),
    ("Two lines,\nand [a](gone.md) on the second.", 2),
    ("[a](gone.md)", 1),
    ("![a](gone.md 'title')", 1),
    ("<p><a href='gone.md'>x</a></p>", 1),
    ("<a\nhref=gone.md>x</a>", 2),
    ("Code: `[a](gone.md)` and ``x ` [a](gone.md)``.", 0),
    ("```\n[a](gone.md)\n```", 0),
    ("~~~~ html\n[a](gone.md)\n~~~\n~~~~", 0),
    ("<!-- [a](gone.md)\n\n-->", 0),
    ("A lone ` and a lone ``.", 0),
    ("[b](begone.md) [c](gone.md.txt) [d](x/gone.md)", 0),
    ("[r]: gone.md", 1),
]


@given(numbers=st.lists(st.integers(0, len(PARAGRAPHS) - 1), max_size=12), first_line=st.integers(1, 99))
def test_every_place_is_found_in_any_body(numbers: Iterable[int], first_line: int) -> None:
    body, lines, line = "", [], first_line
    for number in numbers:
        text, place = PARAGRAPHS[number]
        lines += [line + place - 1] if place else []
        body += f"{text}\n\n"
        line += text.count("\n") + 2
    finder = LineFinder(body, first_line)
    if lines:
        assert [finder.find_address("gone.md") for _ in lines] == lines
        assert finder.find_address("gone.md") == lines[-1]
