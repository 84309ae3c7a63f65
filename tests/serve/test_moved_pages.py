"""Moved pages: where an article is after its file was renamed, or its slug or date changed."""

from __future__ import annotations

import pytest
from broadsheet.content.article import Article
from broadsheet.serve.moved_pages import MovedPages, follow_moves
from content_factory import make_article
from hypothesis import given
from hypothesis import strategies as st

TALKS = make_article("talks", body="Envoys met.")
URL = "2026/01/talks/"


def follow(*builds: list[Article]) -> MovedPages:
    moved, before = MovedPages(), list[Article]()
    for articles in builds:
        moved, before = (
            follow_moves(moved, before, articles, [article for article in articles if not article.draft]),
            (articles),
        )
    return moved


@pytest.mark.parametrize(
    "renamed",
    [
        make_article("summit", title="Talks", body="Envoys met."),
        make_article("talks", "2026-02-01", title="Summit", body="They met again."),
        make_article("summit", title="Talks", body="They met again."),
        make_article("summit", path=TALKS.path, title="Summit", body="They met again."),
    ],
    ids=["same text", "same slug", "same headline", "same file"],
)
def test_the_old_address_leads_to_the_renamed_article(renamed: Article) -> None:
    others = [make_article("harbour"), make_article("accord")]
    moved = follow([TALKS, *others], [renamed, *others])
    assert moved.find(URL) == renamed.url
    assert [moved.find(article.url) for article in (renamed, *others)] == ["", "", ""]


def test_an_article_that_is_renamed_twice_is_found_from_both_addresses() -> None:
    second, third = (make_article(slug, title="Talks", body="Envoys met.") for slug in ("summit", "end"))
    moved = follow([TALKS], [second], [third])
    assert (moved.find(URL), moved.find(second.url)) == (third.url, third.url)
    moved = follow([TALKS], [second], [TALKS])
    assert (moved.find(URL), moved.find(second.url)) == ("", URL)


def test_a_deleted_article_and_another_new_one_are_no_move() -> None:
    assert follow([TALKS], [make_article("harbour")]).find(URL) == ""


def test_two_articles_that_could_be_the_renamed_one_are_no_move() -> None:
    copies = [make_article(slug, title="Talks", body="Envoys met.") for slug in ("a", "b")]
    assert follow([TALKS], copies).find(URL) == ""


def test_a_move_to_an_article_that_is_not_public_is_told_to_nobody() -> None:
    draft = make_article("summit", title="Talks", body="Envoys met.", draft=True)
    assert follow([TALKS], [draft]).find(URL) == ""
    published = make_article("summit", title="Talks", body="Envoys met.")
    assert follow([TALKS], [draft], [published]).find(URL) == published.url


def test_a_deleted_article_is_forgotten() -> None:
    assert follow([TALKS], [make_article("summit", body="Envoys met.", title="Talks")], []).paths == {}


SLUGS = st.sampled_from(["talks", "summit", "accord", "harbour"])


@given(builds=st.lists(st.lists(st.tuples(SLUGS, SLUGS), unique_by=(lambda pair: pair[0], lambda pair: pair[1]))))
def test_an_old_address_leads_to_a_public_article_of_another_address(builds: list[list[tuple[str, str]]]) -> None:
    articles = [[make_article(slug, path=f"articles/{name}.md") for name, slug in build] for build in builds]
    moved = follow(*articles)
    for url in moved.paths:
        target = moved.find(url)
        assert not target or (target != url and target in {article.url for article in articles[-1]})
