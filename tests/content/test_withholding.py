"""Withholding: a slip in one line of front matter never publishes a draft or embargoed article silently."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from broadsheet.content.article_file import parse_article
from hypothesis import assume, given, settings
from hypothesis import strategies as st

ZONE = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 30, tzinfo=UTC)
DRAFT = ["draft: true", "draft: yes", "draft: 'true'", '"draft": True', "draft : on", "draft: true # not yet"]
EMBARGO = ["embargo: 2099-01-01", "embargo: 2099-01-01T06:00", 'embargo: "2099-01-01 06:00Z"', "'embargo': 2099-01-01"]
REQUIRED = [
    "title: Talks",
    "title: 'Talks: the end'",
    'title: "Talks\n  in two lines"',
    "date: 2026-01-05",
    "date: 2026-01-05T09:30",
    "topics: [world]",
    "topics: world",
    "topics:\n- world\n- trade",
    "topics: [\n  world,\n  trade\n]",
]
OPTIONAL = [
    "summary: for the boys'",
    'summary: five 5"',
    "summary: >-\n  One line\n  and another",
    "kicker: |\n  One\n\n  two",
    "dateline: ''",
    "authors:\n  - jane",
    "image:\n  src: a.jpg\n  alt: A ship",
    "sources:\n- title: Law\n  url: https://example.org/",
    "related: {pin: [a]}",
    "corrections:\n  - date: 2026-01-06\n    text: A name.",
    "x-none:",
    "x-map:\n  k: v",
    "x-list:\n- a\n- b: c",
    "x-list: [a,\nb]",
    'x-list:\n- "a\nb"\n- c',
    "x-og:title: foo",
    "x-og.title: foo",
    "x-my note: foo",
    '"x-a b": 1',
    "'x-a: b': 1",
    'x-note: "One\nand two"',
    'x-note: "One\n\nand: two"',
    "# a note",
    "",
]
INSERTED = [
    *(
        "---",
        "----",
        "--- ",
        "---\t",
        "---\xa0",
        " ---",
        "  ---",
        "--- # end",
        "--- |",
        "...",
        "+++",
        "***",
        "–––",
        "===",
    ),
    *("", "# a note", "Words.", "Words: more", "<!--", "-->", "```", "- a", ": a", "%YAML 1.1", "x-none:", "x-none: |"),
    *(
        "x-none: >",
        "x-none: '",
        'x-none: "',
        "x-none: {",
        "x-none: [",
        "? x-none",
        "summary: |",
        "summary: >",
        "summary: '",
    ),
    *("x-draft: true", "draft: false", "draft:", "embargo:", "embargo: 2020-01-01"),
]
BODIES = ["Words.\n", "\n# Heading\n\n---\n\nWords.\n", "", "\n- one\n- two\n\n---\n", "\n    code\n"]
SIGNS = list("-:#'\"|>&*!%@`[]{}?,.~ \t\n=+_x0Aé–\xa0\u2028\ufeff\\<")

Lines = list[str]


def is_public_silently(lines: Lines, body: str = "Words.\n") -> bool:
    """Return whether the article of these lines is public and has no error or warning."""
    data = "\n".join([*lines, body]).encode()
    article, problems = parse_article(data, "articles/2026/01/x.md", "x.md", ZONE)
    is_reported = any(problem.severity in {"error", "warning"} for problem in problems)
    return article is not None and not is_reported and article.is_public(NOW)


def is_sound(lines: Lines, body: str) -> bool:
    return parse_article("\n".join([*lines, body]).encode(), "articles/2026/01/x.md", "x.md", ZONE)[1] == []


def change_structure(lines: Lines, index: int) -> Iterator[Lines]:
    """Yield the lines with the given line deleted, doubled, indented, swapped or moved, or with a line before it."""
    line, rest = lines[index], lines[:index] + lines[index + 1 :]
    yield rest
    for row in range(len(lines)):
        yield [*lines[:row], line, *lines[row:]]
        yield [*rest[:row], line, *rest[row:]]
        swapped = lines.copy()
        swapped[index], swapped[row] = lines[row], line
        yield swapped
    for inserted in INSERTED:
        yield [*lines[:index], inserted, *lines[index:]]
    for lead in (" ", "  ", "    ", "\t", "- ", "> ", "x-", "'", '"', "? "):
        yield [*lines[:index], lead + line, *lines[index + 1 :]]
    yield [*lines[:index], line.lstrip(), *lines[index + 1 :]]


def change_letters(lines: Lines, index: int) -> Iterator[Lines]:
    """Yield the lines with a character of the given line deleted, replaced or inserted."""
    line = lines[index]
    for column in range(len(line) + 1):
        for sign in SIGNS:
            yield [*lines[:index], line[:column] + sign + line[column:], *lines[index + 1 :]]
            yield [*lines[:index], line[:column] + sign + line[column + 1 :], *lines[index + 1 :]]
        yield [*lines[:index], line[:column] + line[column + 1 :], *lines[index + 1 :]]


def choose_fields(withholding: list[list[str]]) -> st.SearchStrategy[Lines]:
    """Return lines of front matter with the required keys, some others, and one of each given group."""
    choices = [REQUIRED[:3], REQUIRED[3:5], REQUIRED[5:], *withholding]
    fields = st.tuples(*map(st.sampled_from, choices), st.lists(st.sampled_from(OPTIONAL), max_size=4, unique=True))
    shuffled = fields.flatmap(lambda drawn: st.permutations([*drawn[:-1], *drawn[-1]]))
    return shuffled.map(lambda drawn: ["---", *"\n".join(drawn).split("\n"), "---"])


@st.composite
def change_one_line(draw: st.DrawFn, lines: Lines, index: int) -> Lines:
    line = draw(st.sampled_from([lines[index], *INSERTED]) | st.text(st.sampled_from(SIGNS), max_size=5))
    column = draw(st.integers(0, len(line)))
    sign = draw(st.sampled_from(["", *SIGNS]) | st.characters(categories=("L", "P", "S", "Z", "Cf")))
    changed = line[:column] + sign + line[column + draw(st.integers(0, 1)) :]
    kind = draw(st.sampled_from(["replace", "insert", "structure"]))
    if kind == "structure":
        return draw(st.sampled_from(list(change_structure(lines, index))))
    return [*lines[:index], changed, *lines[index + (kind == "replace") :]]


@given(st.data(), choose_fields([DRAFT, EMBARGO]), st.sampled_from(BODIES))
@settings(max_examples=150)
def test_one_changed_line_never_publishes_a_draft_under_embargo_silently(
    data: st.DataObject, lines: Lines, body: str
) -> None:
    """Any line is changed, also the line of one of the two keys: the other key still withholds the article."""
    assume(is_sound(lines, body))
    changed = data.draw(change_one_line(lines, data.draw(st.integers(0, len(lines) - 1))))
    assert not is_public_silently(changed, body)


@given(st.data(), choose_fields([DRAFT]) | choose_fields([EMBARGO]), st.sampled_from(BODIES))
@settings(max_examples=150)
def test_a_change_of_another_line_never_publishes_a_draft_silently(
    data: st.DataObject, lines: Lines, body: str
) -> None:
    """Any line is changed but the one that withholds the article: a writer changes that line on purpose."""
    assume(is_sound(lines, body))
    own = next(index for index, line in enumerate(lines) if line.strip("\"'").startswith(("draft", "embargo")))
    changed = data.draw(change_one_line(lines, data.draw(st.sampled_from([i for i in range(len(lines)) if i != own]))))
    assume(any(line.strip() == lines[own] for line in changed))
    assert not is_public_silently(changed, body)


@pytest.mark.parametrize("withholding", [[DRAFT[0], EMBARGO[1]], [DRAFT[0]], [EMBARGO[1]]], ids=" and ".join)
def test_no_change_of_any_other_line_publishes_a_draft_silently(withholding: Lines) -> None:
    fields = [REQUIRED[0], REQUIRED[3], REQUIRED[5], "x-map:\n  k: v", "summary: for the boys'", *withholding]
    lines = ["---", *"\n".join(fields).split("\n"), "---"]
    assert is_sound(lines, "Words.\n")
    for index in range(len(lines)):
        for changed in change_structure(lines, index):
            kept = len(withholding) == 2 or withholding[0] in map(str.strip, changed)
            assert not (kept and is_public_silently(changed)), changed


OWN = [field for field in OPTIONAL if field.lstrip("\"'").startswith("x-")]


@pytest.mark.parametrize("own", OWN)
@pytest.mark.parametrize("withholding", [DRAFT[0], EMBARGO[1]])
def test_a_second_fence_above_keys_of_its_own_publishes_nothing_silently(withholding: str, own: str) -> None:
    lines = ["---", REQUIRED[0], REQUIRED[3], REQUIRED[5], *f"{own}\n{withholding}".split("\n"), "---"]
    assert is_sound(lines, "Words.\n")
    for fence in ("---", "----", "--- "):
        for index in range(1, len(lines) - 1):
            assert not is_public_silently([*lines[:index], fence, *lines[index:]]), index


HONEST_BODIES = [
    "Draft: on Thursday night the Knicks pick first.\n",
    "Draft: yes or no? Readers decide.\n",
    "Embargo: On Friday, Brussels bans the oil.\n",
    "Expires: 2026-06-30. Tenders to the town hall.\n",
    "draft: true is what one writes into an article.\n",
    "- Write this:\n\n  ```yaml\n  draft: true\n  ```\n\n---\n",
    "1. Write this:\n\n   ~~~\n   title: T\n   draft: true\n   ~~~\n",
    "- ```\n  draft: true\n  ```\n",
    "```\ndraft: true\n```\n\n---\n",
    "    draft: true\n",
    "story: the whole thing\n---\n\nWords.\n",
    "type: a history\n---\n",
    "sources: AP, Reuters\n\n---\n",
    "summary: the case so far\n\n---\n\nWords.\n",
    "Summary: the case\nSources: AP, Reuters\n\n---\n",
    "The tender in short:\nOpens: 2026-05-01\nExpires: 2026-06-30\n\nWords.\n",
    "Words.\n\nExpires: 2026-06-30\n\n---\n",
    "# Draft\n\nWords: many.\n\n---\n\nExpires: on Friday.\n",
]


@pytest.mark.parametrize("body", HONEST_BODIES)
def test_prose_that_only_resembles_a_key_is_no_error(body: str) -> None:
    assert is_sound(["---", REQUIRED[0], REQUIRED[3], REQUIRED[5], "---"], body)


@pytest.mark.parametrize(
    "own",
    [
        "x-poll:\n  expires: 2026-05-01\n  question: Why?",
        "x-poll: {expires: 2026-05-01}",
        "summary: |\n  Embargo: on Russian oil",
        "x-rounds:\n- draft: true\n  number: 1",
        "x-polls:\n- expires: 2026-05-01\n  question: Why?",
        "expires: 2027-01-01\nx-poll:\n  expires: 2026-05-01",
    ],
)
def test_values_of_its_own_that_cannot_be_a_slip_are_no_error(own: str) -> None:
    lines = ["---", REQUIRED[0], REQUIRED[3], REQUIRED[5], *own.split("\n"), "---"]
    assert is_sound(lines, "Words.\n")


@pytest.mark.parametrize(
    ("front", "body"),
    [
        ("x-a: 1", "embargo: 2026-1" + " " * 2_000_000 + "x\n"),
        ("x-a: 1", "draft: true" + " " * 2_000_000 + "x\n---\n"),
        ("x-a: 1", "x-" + " :" * 1_000_000 + "\nsummary: a\n---\n"),
        ("x-a: 1", "summary: a\n" + "- " * 1_000_000 + "x\n---\n"),
        ("x-a: 1", "summary: a\n" + "-" * 2_000_000 + "x\n---\n"),
        ("x-a: 1", "summary: a\n---\n" * 200_000),
        ("summary: |\n" + "  draft: true\n" * 60_000 + "  end", "Words.\n"),
        ("summary: |\n  draft: true\n" + "\n" * 500_000 + "  end", "Words.\n"),
    ],
)
def test_a_long_text_is_searched_in_little_time(front: str, body: str) -> None:
    data = "\n".join(["---", REQUIRED[0], REQUIRED[3], REQUIRED[5], front, "---", body]).encode()
    started = time.process_time()
    parse_article(data, "articles/2026/01/x.md", "x.md", ZONE)
    assert time.process_time() - started < 5


def test_one_changed_character_publishes_a_draft_only_as_a_comment() -> None:
    lines = ["---", REQUIRED[0], REQUIRED[3], REQUIRED[5], DRAFT[0], "---"]
    public = {changed[4] for changed in change_letters(lines, 4) if is_public_silently(changed)}
    assert public == {"#draft: true", "#raft: true"}
