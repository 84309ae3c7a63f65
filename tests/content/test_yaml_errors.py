"""YAML errors: the parser's messages in plain words. The cases are in golden/frontmatter/{syntax,headlines}.yml."""

import time

import pytest
import yaml
from broadsheet.content.yaml_errors import explain_yaml_error, match_key_line, match_value_line, quote, suggest_quotes
from broadsheet.content.yaml_nodes import parse_yaml
from hypothesis import given, settings
from hypothesis import strategies as st

PIECES = st.sampled_from(
    [
        ": ",
        "- ",
        "\n  ",
        "\n\t",
        "\n\n",
        " #",
        ", ",
        "? ",
        "&a ",
        "!t ",
        "x: y\n",
        "a",
        "title",
        ":",
        "\n",
        "'",
        '"',
        "[",
        "]",
        "{",
        "}",
        ",",
        "#",
        ">",
        "*a",
        "`",
        "%",
        "@",
        "\\",
        "---",
        "...",
        "日",
        "é",
        "\u2028",
    ]
) | st.just("|")
PRINTABLE = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")) | st.sampled_from("'\" \\:#"), max_size=40)


def test_a_hint_for_a_taxonomy_does_not_mention_front_matter():
    _, [problem] = parse_yaml("world:\nnonsense\n", "topics.yml")
    assert str(problem) == (
        "topics.yml:2:1: expected a line 'key: value' (indent it by two spaces if it belongs to the line above)"
    )


def test_a_sentence_in_the_first_line_is_reported_there():
    _, [problem] = parse_yaml("nonsense\nworld:\n- a\n", "topics.yml")
    assert (problem.line, problem.column, problem.message) == (1, 1, "expected a line 'key: value'")


def test_an_error_without_a_position_keeps_its_text():
    problem = explain_yaml_error(yaml.MarkedYAMLError(problem="of a new kind"), None, ["a: b"], "x.md", 7)
    assert str(problem) == "x.md:7:1: a: not readable as YAML: of a new kind"


@pytest.mark.parametrize(
    "line", ["x " * 400_000 + ": b", "'" + "x " * 400_000 + "' b", "x" * 900_000 + ":y: z", "a:" * 300_000 + " b: c"]
)
def test_a_line_of_a_megabyte_is_explained_in_few_words_and_little_time(line):
    started = time.process_time()
    _, [problem] = parse_yaml(f"title: {line}\n", "x.md")
    assert len(str(problem)) < 600
    assert time.process_time() - started < 2


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_every_problem_has_a_position_in_the_text_and_a_short_message(text):
    root, problems = parse_yaml(text, "x.md")
    lines = text.split("\n")
    for problem in problems:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.message
        assert len(str(problem)) < 800
    assert root is not None or problems or yaml.compose(text.replace("\u2028", " ")) is None


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
def test_the_kind_of_quotes_keeps_the_text_readable(text, quoted):
    assert quote(text) == quoted


@given(PRINTABLE)
def test_a_quoted_text_is_parsed_as_the_same_text(text):
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


def test_a_line_is_split_into_key_and_value():
    assert match_key_line("  - title: A b")["lead"] == "  - "
    assert match_key_line("title: A b")["value"] == "A b"
    assert match_key_line("- A b") is None
    assert match_value_line("- A b")["value"] == "A b"
    assert match_value_line("A b") is None
