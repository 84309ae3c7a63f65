"""Plain text: what a reader sees of some HTML."""

from __future__ import annotations

import pytest
from broadsheet.rendering.plain_text import html_to_text
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>two</p>", "One two"),
        ("<ul><li>a</li><li>b</li></ul><table><tr><td>c</td><td>d</td></tr></table>e<br>f", "a b c d e f"),
        ("<b>bold</b>er and <a href='/x/'>link</a>ed", "bolder and linked"),
        ("&lt;script&gt;x&lt;/script&gt; &amp;lt; &nbsp; y", "<script>x</script> &lt; y"),
        ("<script>evil()</script><style>p { }</style>fine<!-- no -->", "fine"),
        ("zero\u200bwidth", "zerowidth"),
        ("<p", ""),
        ("a < b", "a < b"),
        ("", ""),
    ],
)
def test_the_text_of_html_is_what_a_reader_sees(html: str, text: str) -> None:
    assert html_to_text(html) == text


@given(st.text())
def test_any_text_is_read_into_one_line(text: str) -> None:
    assert html_to_text(text) == " ".join(html_to_text(text).split())
