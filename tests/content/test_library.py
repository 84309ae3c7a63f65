"""Library: articles and taxonomies checked against each other."""

from __future__ import annotations

import random
import unicodedata
from datetime import UTC
from pathlib import Path
from typing import Literal

import pytest
from broadsheet.content.content_dir import ContentFiles
from broadsheet.content.library import Library, SiteConfig, build_library, find_article, index_references
from broadsheet.core.problems import format_text
from hypothesis import given, settings
from hypothesis import strategies as st

CLOSED = SiteConfig(UTC)
OPEN = SiteConfig(UTC, open_topics=True, open_authors=True)
TAXONOMY_FILES = {
    "topics.yml": b"world: {aliases: [abroad]}\nnato:\n",
    "authors.yml": b"desk: {name: Desk}\n",
    "stories.yml": b"war: {title: War}\n",
}


def write(slug: str = "talks", *lines: str, date: str = "2026-01-18", topics: str = "world") -> tuple[str, bytes]:
    text = "\n".join(
        ["---", f"title: About {slug}", f"date: {date}", f"topics: [{topics}]", *lines, "---", "Words.", ""]
    )
    return f"articles/{date[:4]}/{date[5:7]}/{slug}.md", text.encode()


def build(
    *files: tuple[str, bytes], settings: SiteConfig = CLOSED, taxonomy_files: dict[str, bytes] = TAXONOMY_FILES
) -> Library:
    return build_library(ContentFiles(Path(), "content", dict(files), taxonomy_files), settings)


def list_problems(library: Library) -> list[str]:
    return format_text(library.problems).split("\n") if library.problems else []


def test_a_valid_archive_has_no_problems() -> None:
    library = build(write("a", "authors: [desk]", "story: war"), write("b"))
    assert list_problems(library) == []
    assert [article.slug for article in library.articles] == ["a", "b"]
    assert library.name("x.md") == "content/x.md"


def test_all_unknown_ids_are_reported_with_their_positions() -> None:
    library = build(write("x", "authors: [desk, dsek]", "story: wra", topics="world, natoo"))
    assert list_problems(library) == [
        "content/articles/2026/01/x.md:4:17: topics: unknown topic 'natoo' (did you mean 'nato'?)",
        "content/articles/2026/01/x.md:5:17: authors: unknown author 'dsek' (did you mean 'desk'?)",
        "content/articles/2026/01/x.md:6:8: story: unknown story 'wra' (did you mean 'war'?)",
    ]
    assert library.faulty == {"articles/2026/01/x.md"}
    assert library.articles == ()


def test_the_hint_for_an_id_that_resembles_no_other_names_the_file() -> None:
    assert list_problems(build(write("x", topics="gardening")))[0].endswith(
        "unknown topic 'gardening' (add it to topics.yml)"
    )


def test_all_errors_of_all_articles_are_reported_at_once() -> None:
    broken = ("articles/2026/01/b.md", b"---\ntitle: A: b\n---\n")
    library = build(broken, ("articles/2026/01/c.md", b""), write("d", topics="natoo"), write("ok"))
    assert len({line.partition(":")[0] for line in list_problems(library)}) == 3
    assert [article.slug for article in library.articles] == ["ok"]


def test_an_alias_of_a_topic_means_the_topic() -> None:
    assert build(write("x", topics="abroad, world, nato")).articles[0].topics == ("world", "nato")


def test_ids_without_a_taxonomy_file_are_open() -> None:
    library = build(write("x", "authors: [anyone]", "story: any-story", topics="anything"), taxonomy_files={})
    assert list_problems(library) == []


def test_open_ids_must_still_be_slugs() -> None:
    library = build(write("x", "authors: ['Jane Doe']", topics="new-topic, New Topic"), settings=OPEN)
    assert list_problems(library) == [
        "content/articles/2026/01/x.md:4:21: topics: 'New Topic' is no topic, expected lower-case words joined by "
        "hyphens (try 'new-topic')",
        "content/articles/2026/01/x.md:5:11: authors: 'Jane Doe' is no author, expected lower-case words joined by "
        "hyphens (try 'jane-doe')",
    ]


def test_two_articles_with_one_url_are_both_reported_and_left_out() -> None:
    library = build(write("a", "slug: talks"), write("b", "slug: talks"), write("talks", date="2026-02-01"))
    assert list_problems(library) == [
        "content/articles/2026/01/a.md:5:7: slug: the address /2026/01/talks/ is also that of "
        "content/articles/2026/01/b.md (delete one of the two, or give one another slug)",
        "content/articles/2026/01/b.md:5:7: slug: the address /2026/01/talks/ is also that of "
        "content/articles/2026/01/a.md (delete one of the two, or give one another slug)",
    ]
    assert [article.path for article in library.articles] == ["articles/2026/02/talks.md"]


def test_a_file_and_a_directory_of_one_article_s_name_are_both_reported() -> None:
    library = build(write("ferry"), write("ferry/index"), write("bus/index"))
    assert [article.url for article in library.articles] == ["2026/01/bus/"]
    hint = "delete one of the two, or give one another slug"
    assert list_problems(library) == [
        f"content/articles/2026/01/{file}:1:1: slug: the address /2026/01/ferry/ is also that of "
        f"content/articles/2026/01/{other} ({hint})"
        for file, other in (("ferry.md", "ferry/index.md"), ("ferry/index.md", "ferry.md"))
    ]


@pytest.mark.parametrize(
    "pin", ["ferry", "../ferry/", "../ferry", "../ferry/index.md", "2026/01/ferry", "2026/01/ferry/index.md"]
)
def test_a_pin_finds_an_article_in_a_directory_of_its_own(pin: str) -> None:
    library = build(write("ferry/index"), write("bus/index", f"related: ['{pin}']"), write("harbour"))
    assert list_problems(library) == []
    index = index_references(library.articles)
    assert find_article(pin, "articles/2026/01/bus/index.md", index) == "articles/2026/01/ferry/index.md"
    assert find_article("ferry/", "articles/2026/01/harbour.md", index) == "articles/2026/01/ferry/index.md"


def test_a_pin_to_an_article_in_its_own_directory_that_has_an_error_is_no_problem() -> None:
    library = build(write("a", "related: [ferry]"), write("ferry/index", topics="natoo"))
    assert [line.partition(":")[0] for line in list_problems(library)] == ["content/articles/2026/01/ferry/index.md"]


@pytest.mark.parametrize(("on_disk", "in_pin"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_a_pin_meets_a_file_whose_name_is_composed_in_another_way(
    on_disk: Literal["NFC", "NFD"], in_pin: Literal["NFC", "NFD"]
) -> None:
    name, pin = (unicodedata.normalize(form, text) for form, text in ((on_disk, "fête"), (in_pin, "fête.md")))
    library = build(write(name), write("a", f"related: [{pin}]"))
    assert list_problems(library) == []
    index = index_references(library.articles)
    assert find_article(pin, "articles/2026/01/a.md", index) == f"articles/2026/01/{name}.md"


def test_an_alias_that_is_the_url_of_an_article_is_an_error() -> None:
    library = build(write("a", "aliases: [/2026/01/b/]"), write("b"))
    assert [article.slug for article in library.articles] == ["b"]
    assert "aliases: the address /2026/01/b/ is also that of content/articles/2026/01/b.md" in list_problems(library)[0]


@pytest.mark.parametrize(
    "pin", ["b", "b.md", "./b.md", "../01/b.md", "articles/2026/01/b.md", "2026/01/b.md", "/2026/01/b/"]
)
def test_a_pin_may_be_a_slug_a_path_or_an_address(pin: str) -> None:
    library = build(write("a", f"related: ['{pin}']"), write("b"))
    assert list_problems(library) == []
    index = index_references(library.articles)
    assert find_article(pin, "articles/2026/01/a.md", index) == "articles/2026/01/b.md"


def test_a_pin_or_never_without_an_article_is_a_warning_with_position() -> None:
    library = build(write("a", "related:", "  pin: [b, bb]", "  never: [c]"), write("b"))
    assert list_problems(library) == [
        "content/articles/2026/01/a.md:6:12: related.pin: no article 'bb' (did you mean 'b'?) [warning]",
        "content/articles/2026/01/a.md:7:11: related.never: no article 'c' (give its slug or its path) [warning]",
    ]
    assert len(library.articles) == 2


def test_a_slug_of_two_articles_refers_to_neither() -> None:
    library = build(write("a", "related: [b]"), write("b"), write("b", date="2026-02-01"))
    assert list_problems(library)[0].endswith("more than one article has the slug 'b' (give its path) [warning]")


def test_a_pin_to_an_article_with_an_error_is_no_problem() -> None:
    library = build(write("a", "related: [b]"), write("b", topics="natoo"))
    assert [line.partition(":")[0] for line in list_problems(library)] == ["content/articles/2026/01/b.md"]


@given(st.integers(0, 1000))
@settings(max_examples=25)
def test_the_order_of_files_makes_no_difference(seed: int) -> None:
    files = [write("a", "slug: same"), write("b", "slug: same"), write("c", "related: [d]"), write("d", topics="x")]
    shuffled = list(files)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - no secret
    assert build(*shuffled) == build(*files)
