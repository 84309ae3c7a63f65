"""Finishing: what the HTML of a text gets when it is set on a page."""

from __future__ import annotations

import pytest
from broadsheet.theme.accessible_html import make_text_accessible
from html_tree import parse


def test_a_table_gets_a_box_that_can_be_scrolled_by_keyboard_and_has_a_name() -> None:
    page = parse(make_text_accessible("<p>A</p><table><tr><td>1</td></tr></table><table><tr><td>2</td></tr></table>"))
    boxes = page.all("div", css="bs-table")
    assert [(box["role"], box["tabindex"], box["aria-label"]) for box in boxes] == [
        ("region", "0", "Table 1"),
        ("region", "0", "Table 2"),
    ]
    assert [box.one("td").text for box in boxes] == ["1", "2"]


def test_a_table_within_a_table_stays_in_its_box() -> None:
    page = parse(
        make_text_accessible("<table><tr><td><table><tr><td>1</td></tr></table></td></tr></table><p>after</p>")
    )
    box = page.one("div", css="bs-table")
    assert len(box.all("table")) == 2
    assert not box.all("p")


def test_a_table_keeps_its_own_class_and_attributes() -> None:
    page = parse(make_text_accessible('<table class="own" id="a"></table><table id="b"></table>'))
    assert [(table["class"], table["id"]) for table in page.all("table")] == [("own", "a"), ("bs-grid", "b")]


def test_a_head_without_a_name_is_a_plain_cell() -> None:
    page = parse(
        make_text_accessible('<table><tr><th></th><th style="text-align: right;"></th><th>A</th></tr></table>')
    )
    cells = [cell for cell in page.one("tr") if cell.tag in {"td", "th"}]
    assert [(cell.tag, cell["style"]) for cell in cells] == [("td", ""), ("td", "text-align: right;"), ("th", "")]


def test_the_boxes_of_a_task_list_say_whether_the_task_is_done() -> None:
    page = parse(make_text_accessible('<input type="checkbox" disabled checked> <input disabled type="checkbox" />'))
    assert [box["aria-label"] for box in page.all("input")] == ["Done", "To do"]


@pytest.mark.parametrize(
    "html",
    [
        '<img alt="<table>"><p>text</p>',
        "<img alt='</table>' title='<input type=\"checkbox\">'><table-like>",
        '<p>&lt;table&gt; 1 < 2 "quoted</p>',
        "<tables></tables>",
        "",
    ],
)
def test_what_only_looks_like_a_table_is_left_alone(html: str) -> None:
    assert make_text_accessible(html) == html
