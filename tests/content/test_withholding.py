"""Withholding: when a faulty file hides its article, whatever is broken in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from broadsheet.content.withholding import Withholding, read_withholding
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PATH = "articles/2026/01/talks.md"
GOOD = "title: Talks\ndate: 2026-01-18\ntopics: [world]\n"
FAULTS = {
    "a colon in the headline": f"---\ntitle: A: b\n{GOOD}%s\n---\nWords.\n",
    "an open bracket": f"---\n{GOOD}authors: [ada\n%s\n---\nWords.\n",
    "no end": f"---\n{GOOD}%s\n\nWords.\n",
    "no beginning": f"{GOOD}%s\n---\nWords.\n",
    "a text before": f"Words.\n---\n{GOOD}%s\n---\nWords.\n",
    "TOML": "+++\ntitle = 'Talks'\n%s\n+++\nWords.\n",
    "a NUL": f"---\n\0{GOOD}%s\n---\nWords.\n",
    "a wrong key": f"---\n{GOOD}tilte: x\n%s\n---\nWords.\n",
    "a wrong date": f"---\n{GOOD}updated: soon\n%s\n---\nWords.\n",
    "a fence too early": f"---\ntitle: A: b\n---\n{GOOD}%s\n---\nWords.\n",
    "braces": "---\n{title: A: b, %s}\n---\nWords.\n",
}


def is_hidden(withholding: Withholding) -> bool:
    """Whether the article is hidden now."""
    begins, ends = withholding.embargo, withholding.expires
    return withholding.draft or (begins is not None and begins > NOW) or (ends is not None and ends <= NOW)


def read(text: str) -> Withholding:
    return read_withholding(text.encode(errors="surrogatepass"), PATH, f"content/{PATH}", UTC)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "line",
    ["draft: true", "draft: yes", "embargo: 2999-01-01", "expires: 2026-05-01T00:00", "draft: ture", "expires: soon"],
)
def test_a_key_that_hides_the_article_counts_beside_any_fault(fault: str, line: str) -> None:
    if fault == "TOML":
        line = line.replace(": ", " = ")
    if fault == "a fence too early" and line in {"draft: ture", "expires: soon"}:
        pytest.skip("prose looks like this as well")
    assert is_hidden(read(FAULTS[fault] % line))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("line", ["kicker: Draft", "draft: false", "embargo: 2026-01-18", "expires: 2999-01-01"])
def test_a_fault_alone_hides_no_article(fault: str, line: str) -> None:
    if fault == "TOML":
        line = line.replace(": ", " = ")
    if fault == "a fence too early" and line.startswith(("embargo", "expires")):
        pytest.skip("a key below the front matter is in doubt")
    assert not is_hidden(read(FAULTS[fault] % line))


@pytest.mark.parametrize(
    "front",
    [
        "drafft: true",
        "Draft: true",
        "x-draft: true",
        "draft:",
        "embargo: tomorrow",
        "expires: 2026-01-01",
        "date: 2999-01-01\ntopics: []",
        'summary: "Words\ndraft: true',
        "x-map: {a: b}\n  draft: true",
    ],
)
def test_a_key_that_is_faulty_itself_hides_the_article_in_doubt(front: str) -> None:
    good = "".join(f"{line}\n" for line in GOOD.splitlines() if line.split(":")[0] not in front)
    assert is_hidden(read(f"---\n{good}{front}\n---\nWords.\n"))


@pytest.mark.parametrize("text", ["", "Words.", "---\n", "---\n---\n", "---\ntitle: Trade draft: what it says\n---\n"])
def test_a_file_without_such_keys_hides_no_article(text: str) -> None:
    assert not is_hidden(read(text))


def test_the_moments_are_those_of_the_file() -> None:
    text = "---\ntitle: A: b\ndate: 2026-01-18\nembargo: 2026-07-01T09:00\nexpires: 2026-08-01\n---\n"
    end = datetime(2026, 8, 2, tzinfo=UTC)
    assert read(text) == Withholding(embargo=datetime(2026, 7, 1, 9, tzinfo=UTC), expires=end)


@given(before=st.text("a:[]{}'\"#\n -", max_size=40), after=st.text("a:[]{}'\"#\n ", max_size=40))
def test_a_draft_stays_hidden_whatever_stands_around_the_line(before: str, after: str) -> None:
    assert is_hidden(read(f"---\ntitle: A: b\n{before}\ndraft: true\n{after}\n---\nWords.\n"))
