"""Quoting: the examples in hints are YAML that means what the writer wrote."""

import pytest
import yaml
from broadsheet.content.quoting import match_keyed, match_value, quote, suggest_quotes
from hypothesis import given
from hypothesis import strategies as st

PRINTABLE = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")) | st.sampled_from("'\" \\:#"), max_size=40)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Mayor: no", "'Mayor: no'"),
        ("It's on", '"It\'s on"'),
        ('"No," he said', "'\"No,\" he said'"),
        ('It\'s "on"', "'It''s \"on\"'"),
        ("It's C:\\", "'It''s C:\\'"),
        ("", "''"),
    ],
)
def test_quotes_are_those_that_leave_the_text_readable(text, quoted):
    assert quote(text) == quoted


@given(PRINTABLE)
def test_a_quoted_text_is_read_back(text):
    assert yaml.safe_load(f"key: {quote(text)}") == {"key": text}


@pytest.mark.parametrize(
    ("line", "column", "hint"),
    [
        ("title: Kyiv: no", 7, "put the text in quotes: title: 'Kyiv: no'"),
        ("  alt:   a: b  ", 9, "put the text in quotes: alt: 'a: b'"),
        ("- a: b", 5, "put the text in quotes: - a: 'b'"),
        ("- @b", 2, "put the text in quotes: - '@b'"),
        ("title: 'Don't go'", 7, 'put the text in quotes: title: "Don\'t go"'),
        ('title: "Say "no" now"', 7, "put the text in quotes: title: 'Say \"no\" now'"),
        ('title: ""no" now"', 7, "put the text in quotes: title: '\"no\" now'"),
        ('title: "Yes" or "No"', 7, 'put the text in quotes: title: \'"Yes" or "No"\''),
        ("title: 'T'\xa0", 7, "put the text in quotes: title: 'T'"),
        ("title: ''", 7, "put the text in quotes: title: \"''\""),
        ("title: [a: b]", 8, "put the text in quotes"),
        ("a sentence", 0, "put the text in quotes"),
        (f"title: {'x' * 200}", 7, "put the text in quotes"),
    ],
)
def test_a_hint_repeats_the_line_as_it_should_be(line, column, hint):
    assert suggest_quotes(line, column) == hint


def test_a_hint_names_what_to_quote():
    assert suggest_quotes("a: b", 3, "all of it") == "put all of it in quotes: a: 'b'"


def test_a_line_is_taken_apart():
    assert match_keyed("  - title: A b")["lead"] == "  - "
    assert match_keyed("title: A b")["value"] == "A b"
    assert match_keyed("- A b") is None
    assert match_value("- A b")["value"] == "A b"
    assert match_value("A b") is None
