"""Article files: golden cases of front matter, and properties of any bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from broadsheet.content.article import Article
from broadsheet.content.article_file import MAX_ARTICLE_BYTES, NewArticle, format_new_article, parse_article
from broadsheet.core.datetimes import Moment
from broadsheet.core.problems import Problem, format_text, has_errors
from broadsheet.core.urls import slugify
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

GOLDEN = Path(__file__).parents[1] / "golden" / "frontmatter"
PATH = "articles/2026/01/x.md"
LABEL = f"content/{PATH}"
ZONE = ZoneInfo("Europe/Paris")
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(GOLDEN.glob("*.yml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def read(data: bytes, path: str = PATH) -> tuple[Article | None, list[Problem]]:
    return parse_article(data, path, f"content/{path}", ZONE)


def plain(value: Any) -> Any:
    """Return a field's value as the golden files write it."""
    if isinstance(value, Moment):
        return value.iso
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return dict(value) if hasattr(value, "items") else value


@pytest.mark.parametrize("case", CASES)
def test_front_matter_reads_as_the_golden_files_say(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["bytes"]) if "bytes" in case else case["text"].encode()
    article, problems = read(data, case.get("path", PATH))
    assert format_text(problems).split("\n") == case.get("problems", [""])
    if not has_errors(problems):
        assert article is not None
        assert {name: plain(getattr(article, name)) for name in case["article"]} == case["article"]


def test_every_kind_of_error_in_the_handbook_has_a_case() -> None:
    messages = "\n".join(str(case.values[0].get("problems")) for case in CASES)
    for words in (
        "a colon followed by a space",
        "for a comment and drops it",
        "unknown key",
        "empty file",
        "no front matter",
        "not UTF-8",
        "has no day",
        "is before the date",
        "alt",
    ):
        assert words in messages, words


HEAD = b"---\ntitle: Talks\ndate: 2026-01-18\ntopics: [world]\n"
MARKS = "--- : - [ ] { } # ' \" & * ! | > % @ ` , ? title date topics 2026-01-18 true ~ null \n \r\n \t é 字"
PIECES = st.sampled_from(MARKS.split(" "))
PROSE = st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="&"), max_size=80)


@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf---\n---\n")
@settings(max_examples=200)
def test_any_bytes_give_an_article_or_an_error(data: bytes) -> None:
    for text in (data, HEAD + data, HEAD + data + b"\n---\nWords."):
        article, problems = read(text)
        assert article is not None or has_errors(problems)


@given(st.lists(PIECES, max_size=30).map(" ".join))
@settings(max_examples=300)
def test_a_problem_has_a_position_in_the_file(front: str) -> None:
    text = f"---\n{front}\n---\nWords.\n"
    article, problems = read(text.encode())
    assert article is not None or has_errors(problems)
    lines = text.splitlines()
    for problem in problems:
        assert 0 <= problem.line <= len(lines) + 1
        assert problem.path == LABEL
        assert "\n" not in str(problem)


@given(PROSE, PROSE, st.booleans())
@settings(max_examples=200)
def test_a_new_article_is_parsed_as_it_was_meant(headline: str, dek: str, draft: bool) -> None:
    headline = " ".join(headline.split())
    assume(slugify(headline))
    date = Moment(datetime(2026, 1, 20, 9, 5, tzinfo=ZONE))
    new = NewArticle(headline, date, ["trade", "no"], dek, authors=["desk"], draft=draft)
    article, problems = read(format_new_article(new).encode(), new.path)
    assert problems == []
    assert article is not None
    assert (article.title, article.date, article.topics) == (headline, date, ("trade", "no"))
    assert (article.summary, article.draft, article.authors) == (" ".join(dek.split()), draft, ("desk",))


@pytest.mark.parametrize("offset", [2, 1])
def test_a_new_article_of_the_hour_that_autumn_repeats_keeps_its_instant(offset: int) -> None:
    at = datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=offset)))
    new = NewArticle("Clocks go back", Moment(at.astimezone(ZONE)), ["world"])
    article, problems = read(format_new_article(new).encode(), new.path)
    assert problems == []
    assert article is not None
    assert article.date.at.astimezone(UTC) == at


def test_html_entities_are_resolved_in_prose_only() -> None:
    text = HEAD.replace(b"Talks", b"NOAA&#8217;s R&amp;D &copy &bogus;") + b"slug: a\nx-code: '&amp;'\n---\n"
    article, problems = read(text)
    assert problems == []
    assert article is not None
    assert article.title == "NOAA’s R&D &copy &bogus;"
    assert article.extra == {"code": "&amp;"}


def test_an_article_with_an_error_can_be_checked_further() -> None:
    article, problems = read(b"---\ntitle: Talks\ndate: soon\ntopics: [world]\nauthors: [me]\n---\n")
    assert has_errors(problems)
    assert article is not None
    assert (article.topics, article.authors) == (("world",), ("me",))


def test_a_too_large_file_is_an_error() -> None:
    article, problems = read(HEAD + b"---\n" + b"x" * MAX_ARTICLE_BYTES)
    assert article is None
    assert "expected at most" in str(problems[0]) or "more than" in str(problems[0])


def test_aliases_deep_nesting_and_too_many_keys_are_errors() -> None:
    laughs = b"---\na: &a [x]\nb: &b [*a, *a]\ntitle: *b\n---\n"
    deep = b"---\ntitle: " + b"[" * 10_000 + b"\n---\n"
    many = b"---\n" + b"".join(b"k%d: 1\n" % number for number in range(20_000)) + b"---\n"
    for data in (laughs, deep, many):
        _, problems = read(data)
        assert has_errors(problems)


def test_an_article_is_public_only_in_its_time() -> None:
    article, _ = read(HEAD + b"embargo: 2026-01-20T10:00Z\nexpires: 2026-02-01T00:00Z\n---\n")
    assert article is not None
    instants = [datetime(2026, 1, 20, 9, 59, tzinfo=UTC), datetime(2026, 1, 20, 10, tzinfo=UTC)]
    instants += [datetime(2026, 1, 31, 23, 59, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)]
    assert [article.is_public(now) for now in instants] == [False, True, True, False]


def test_a_first_line_of_code_keeps_its_indentation() -> None:
    for blank in (b"", b"\n", b"  \n\t\n"):
        article, problems = read(HEAD + b"---\n" + blank + b"    code\n\n    more\n")
        assert problems == []
        assert article is not None
        assert (article.body, article.body_line) == ("    code\n\n    more", 6 + blank.count(b"\n"))


def test_a_key_named_as_a_parameter_of_python_is_only_unknown() -> None:
    for key in (b"content", b"handler", b"self", b"text"):
        _, [problem] = read(HEAD + key + b": 1\n---\n")
        assert (problem.line, problem.key, problem.message) == (5, key.decode(), "unknown key")
