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
from broadsheet.core.cache import Cache
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


ASCII = SiteConfig(UTC, slug_language="de")


def test_with_slugs_in_ascii_a_file_name_gives_an_address_in_ascii() -> None:
    files = [write("Brücken-für-Köln"), write("x", "slug: für"), write("ånge", "language: sv"), write("für/index")]
    addresses = {article.path: article.url for article in build(*files, settings=ASCII).articles}
    assert addresses == {
        "articles/2026/01/Brücken-für-Köln.md": "2026/01/bruecken-fuer-koeln/",
        # What a writer gives stays as it is.
        "articles/2026/01/x.md": "2026/01/für/",
        "articles/2026/01/ånge.md": "2026/01/ange/",
        "articles/2026/01/für/index.md": "2026/01/fuer/",
    }
    assert {article.url for article in build(*files[:1]).articles} == {"2026/01/brücken-für-köln/"}


def test_a_cached_article_does_not_keep_the_slug_of_another_setting() -> None:
    cache, source = Cache(None, ""), ContentFiles(Path(), "content", dict([write("für")]), TAXONOMY_FILES)
    for settings_, slug in ((CLOSED, "für"), (ASCII, "fuer"), (CLOSED, "für")):
        assert build_library(source, settings_, cache).articles[0].slug == slug


def test_with_slugs_in_ascii_a_pin_to_an_article_with_an_error_is_no_problem() -> None:
    library = build(write("für", topics="natoo"), write("x", "related: [fuer]"), settings=ASCII)
    assert [problem.key for problem in library.problems] == ["topics"]


@pytest.mark.parametrize(
    ("first", "second", "config"),
    [
        (write("ferry"), write("boat", "slug: ferry"), CLOSED),
        (write("boat", "slug: ferry"), write("ship", "slug: ferry"), CLOSED),
        (write("ferry"), ("articles/other/ferry.md", write("ferry")[1]), CLOSED),
        (write("ferry"), write("Ferry"), CLOSED),
        (write("ferry"), write("ferry/index"), CLOSED),
        (write("ferry/index"), ("articles/other/ferry/index.md", write("ferry")[1]), CLOSED),
        (write("boat/index", "slug: ferry"), write("ferry"), CLOSED),
        (write("caf\u00e9"), write("cafe\u0301"), CLOSED),
        (write("für"), write("fuer"), ASCII),
    ],
)
def test_two_articles_of_one_address_are_told_both_files_and_a_way_out(
    first: tuple[str, bytes], second: tuple[str, bytes], config: SiteConfig
) -> None:
    library = build(first, second, settings=config)
    assert library.articles == ()
    for (path, _), (other, _) in ((first, second), (second, first)):
        (problem,) = [problem for problem in library.problems if problem.path == f"content/{path}"]
        assert problem.message == f"the address /{library_address(first, config)} is also that of content/{other}"
        assert problem.hint == "delete one of the two, or give one another slug"
        assert (problem.severity, problem.key) == ("error", "slug")


def library_address(file: tuple[str, bytes], config: SiteConfig) -> str:
    return build(file, settings=config).articles[0].url


@pytest.mark.parametrize("alias", ["/2026/01/ferry/", "2026/01/ferry", "/2026/01/ferry/index.html"])
@pytest.mark.parametrize("owner", [write("ferry"), write("ferry/index"), write("boat", "slug: ferry")])
def test_an_alias_that_is_another_article_s_address_names_that_file(owner: tuple[str, bytes], alias: str) -> None:
    library = build(owner, write("x", f"aliases: [{alias}]"))
    assert [article.path for article in library.articles] == [owner[0]]
    assert list_problems(library) == [
        f"content/articles/2026/01/x.md:5:11: aliases: the address /2026/01/ferry/ is also that of content/{owner[0]}"
        " (take the alias out)"
    ]


def test_of_two_articles_with_one_alias_each_names_the_other() -> None:
    library = build(write("a", "aliases: [/old/]"), write("b", "aliases: [/older/, /old]"))
    assert list_problems(library) == [
        "content/articles/2026/01/a.md:5:11: aliases: the address /old/ is also that of content/articles/2026/01/b.md"
        " (take the alias out)",
        "content/articles/2026/01/b.md:5:20: aliases: the address /old/ is also that of content/articles/2026/01/a.md"
        " (take the alias out)",
    ]


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
