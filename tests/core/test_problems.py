"""Problems: how they read, sort and print, and that nothing in a stranger's words can break out of a line."""

import json
import re
import time

import pytest
from broadsheet.core.problems import (
    BroadsheetError,
    Problem,
    escape_unprintable,
    format_github,
    format_json,
    format_text,
    has_errors,
    make_suggester,
    suggest,
)
from hypothesis import given
from hypothesis import strategies as st

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30) | st.sampled_from(
    ["::error::x", "\n::error::x", "\r\n::stop-commands::x", "##[stop-commands]x", "%0A::error::", "a,line=9::", ""]
)
PROBLEMS = st.builds(
    Problem,
    ANY_TEXT,
    st.integers(0, 99),
    st.integers(0, 99),
    ANY_TEXT,
    ANY_TEXT,
    ANY_TEXT,
    st.sampled_from(["error", "warning", "note"]),
)
PLAIN = Problem("content/a.md", 3, 7, "date", "'2026' has no day", "write the day")


def test_a_problem_reads_as_path_line_column_key_message_and_hint():
    assert str(PLAIN) == "content/a.md:3:7: date: '2026' has no day (write the day)"


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("a.md", 0, 0, "", "empty file"), "a.md: empty file"),
        (Problem("a.md", 3, 0, "", "not UTF-8"), "a.md:3: not UTF-8"),
        (Problem("a.md", 3, 1, "title", "missing"), "a.md:3:1: title: missing"),
    ],
)
def test_what_a_problem_does_not_know_it_leaves_out(problem, text):
    assert str(problem) == text


def test_problems_sort_by_path_then_line_then_column():
    places = [("b.md", 1, 1), ("a.md", 10, 1), ("a.md", 9, 5), ("a.md", 9, 4), ("a.md", 0, 0)]
    problems = sorted(Problem(path, line, column, "", "x") for path, line, column in places)
    assert [(problem.path, problem.line, problem.column) for problem in problems] == sorted(places)


def test_only_errors_keep_something_out():
    warning = Problem("a.md", 1, 1, "", "x", severity="warning")
    note = Problem("a.md", 1, 1, "", "x", severity="note")
    assert not has_errors([warning, note])
    assert has_errors([warning, PLAIN])
    assert not has_errors([])


def test_a_command_fault_is_an_exception_with_its_sentence():
    assert str(BroadsheetError("no content directory")) == "no content directory"


def test_text_says_of_each_problem_that_is_no_error_what_it_is():
    problems = [PLAIN, Problem("b.md", 0, 0, "", "x", severity="warning"), Problem("c.md", 0, 0, "", "y", "", "note")]
    assert format_text(problems) == f"{PLAIN}\nb.md: x [warning]\nc.md: y [note]"
    assert format_text([]) == ""


def test_json_has_every_field_under_its_name():
    assert json.loads(format_json([PLAIN])) == [
        {
            "path": "content/a.md",
            "line": 3,
            "column": 7,
            "key": "date",
            "message": "'2026' has no day",
            "hint": "write the day",
            "severity": "error",
        }
    ]


def test_github_gets_one_annotation_a_problem():
    problems = [PLAIN, Problem("b.md", 0, 0, "", "x", severity="warning"), Problem("c.md", 2, 0, "", "y", "", "note")]
    assert format_github(problems).split("\n") == [
        "::error file=content/a.md,line=3,col=7,title=date::'2026' has no day (write the day)",
        "::warning file=b.md::x",
        "::notice file=c.md,line=2::y",
    ]


def test_github_properties_escape_what_would_end_them():
    problem = Problem("a,b:c%d.md", 1, 1, "k::v", "50 % off: a, b")
    assert format_github([problem]) == "::error file=a%2Cb%3Ac%25d.md,line=1,col=1,title=k%3A%3Av::50 %25 off: a, b"


def test_a_line_feed_in_a_key_cannot_begin_a_workflow_command():
    problem = Problem("a.md", 1, 1, "a\n::error::b", "unknown key")
    assert str(problem) == r"a.md:1:1: a\n::error::b: unknown key"
    assert "\n" not in format_github([problem])


def test_the_old_form_of_workflow_commands_is_broken_up_wherever_it_stands():
    problem = Problem("a.md", 1, 1, "", "unknown topic '##[stop-commands]x'")
    for text in (str(problem), format_text([problem]), format_json([problem]), format_github([problem])):
        assert "##[" not in text
    assert json.loads(format_json([problem]))[0]["message"] == problem.message


def test_what_cannot_be_seen_is_written_out():
    assert escape_unprintable("\x1b[2J \u202e \x00 \udcff \u2028") == r"\x1b[2J \u202e \x00 \udcff \u2028"
    assert escape_unprintable("Überblick «日本» 👩‍👧 می‌خواهم") == "Überblick «日本» 👩‍👧 می‌خواهم"


@given(st.lists(PROBLEMS, max_size=4))
def test_text_has_one_line_a_problem_whatever_is_in_it(problems):
    text = format_text(problems)
    assert len(text.splitlines()) == len(problems)
    assert "##[" not in text
    text.encode()


@given(st.lists(PROBLEMS, min_size=1, max_size=4))
def test_github_never_gets_a_raw_line_feed_or_a_command_that_is_not_ours(problems):
    lines = format_github(problems).splitlines()
    assert len(lines) == len(problems)
    for line, problem in zip(lines, problems, strict=True):
        level, properties, message = re.fullmatch(r"::(error|warning|notice) (.*?)::(.*)", line).groups()
        assert level == {"error": "error", "warning": "warning", "note": "notice"}[problem.severity]
        assert ":" not in properties
        assert {name.partition("=")[0] for name in properties.split(",") if name} <= {"file", "line", "col", "title"}
        assert "##[" not in message
        line.encode()


@given(st.lists(PROBLEMS, max_size=4))
def test_json_gives_back_what_it_got_and_can_be_printed(problems):
    text = format_json(problems)
    text.encode()
    loaded = [Problem(**fields) for fields in json.loads(text)]
    assert [str(problem) for problem in loaded] == [str(problem) for problem in problems]
    assert "\x1b" not in text
    assert "##[" not in text


@given(st.lists(PROBLEMS, max_size=6), st.randoms())
def test_sorting_gives_the_same_order_from_any_order(problems, random):
    shuffled = list(problems)
    random.shuffle(shuffled)
    assert sorted(shuffled) == sorted(problems)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("wrold", "did you mean 'world'?"),
        ("WORLD", "did you mean 'world'?"),
        ("World", "did you mean 'world'?"),
        ("xyz", ""),
        ("", ""),
        ("w" * 101, ""),
    ],
)
def test_a_near_word_is_suggested(wrong, hint):
    assert suggest(wrong, {"world", "europe", "economy"}) == hint


def test_a_suggestion_does_not_depend_on_the_order_of_what_is_known():
    assert suggest("bat", ["cat", "rat"]) == suggest("bat", ["rat", "cat"])


def test_in_a_long_list_words_that_begin_alike_are_compared():
    known = [f"article-{number}" for number in range(100_000)] + ["geneva-talks"]
    started = time.process_time()
    assert suggest("geneva-takls", known) == "did you mean 'geneva-talks'?"
    assert suggest("article-99999x", known) == "did you mean 'article-99999'?"
    assert time.process_time() - started < 2


def test_a_suggester_remembers_and_gives_up_after_so_many_words():
    look_up = make_suggester(["world", "europe"], max_answers=2)
    assert look_up("wrold") == "did you mean 'world'?"
    assert look_up("xyz") == ""
    assert look_up("eurpe") == ""
    assert look_up("wrold") == "did you mean 'world'?"
