"""HTML repair: lists hold only items, items stand only in lists, headings skip no level, and no word is lost."""

from __future__ import annotations

from itertools import pairwise

from broadsheet.rendering.html_repair import nest_lists, repair_html
from broadsheet.rendering.sanitize import make_sanitizer
from html_tree import Element, parse
from hypothesis import given
from hypothesis import strategies as st

SANITIZER = make_sanitizer()
NAMES = ("ul", "ol", "li", "p", "div", "blockquote", "b", "h3", "h5", "table", "td", "dl", "dd")
PIECES = [*(f"<{name}>" for name in NAMES), *(f"</{name}>" for name in NAMES), "<br>", "<hr>", " ", "\n", "words"]
# Twice, as the sanitizer changes some odd nestings only in a second run.
HTML = st.lists(st.sampled_from(PIECES), max_size=25).map("".join).map(SANITIZER.clean).map(SANITIZER.clean)


def children(element: Element) -> list[str]:
    """Return the names of an element's children, '#' for text."""
    return [
        child.tag if isinstance(child, Element) else "#"
        for child in element.children
        if not isinstance(child, str) or child.strip()
    ]


@given(HTML)
def test_lists_hold_items_and_items_stand_in_lists(html: str) -> None:
    nested = nest_lists(html)
    root = parse(f"<body>{nested}</body>")
    for element in [root, *root]:
        inside = children(element)
        assert set(inside) <= {"li"} if element.tag in {"menu", "ul", "ol"} else "li" not in inside, nested


@given(HTML)
def test_what_is_nested_once_is_nested_and_no_word_is_lost(html: str) -> None:
    nested = nest_lists(html)
    assert nest_lists(nested) == nested
    assert parse(nested).text.split() == parse(html).text.split()
    # A browser makes of it what is written.
    assert SANITIZER.clean(nested) == nested


@given(HTML)
def test_no_level_of_headings_is_left_out(html: str) -> None:
    repaired = repair_html(html)
    tags = [element.tag for element in parse(repaired)]
    levels = [1, *(int(tag[1]) for tag in tags if tag[0] == "h" and tag[1:].isdigit())]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert repair_html(repaired) == repaired
    # Each is closed as it was opened.
    assert parse(repaired).text == parse(html).text
    assert SANITIZER.clean(repaired) == repaired
