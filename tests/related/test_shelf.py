"""Shelf: the documents of one language in a strict order, read and weighed."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from archives import documents, make_document
from broadsheet.related import Document
from broadsheet.related.shelf import fill_shelf, group_by_language, sort_by_time
from hypothesis import given, settings
from hypothesis import strategies as st


def ids(found: list[Document]) -> list[str]:
    return [document.id for document in found]


def test_the_oldest_comes_first_and_of_one_moment_the_url_decides_backwards() -> None:
    found = [
        make_document("x", day=2, url="a/"),
        make_document("y", day=1, url="a/"),
        make_document("z", day=1, url="b/"),
        make_document("w", day=1, url="a/"),
    ]
    assert ids(sort_by_time(found)) == ["z", "y", "w", "x"]


@settings(max_examples=30, deadline=None)
@given(found=documents(), seed=st.integers(0, 99))
def test_the_order_of_what_comes_makes_no_difference(found: list[Document], seed: int) -> None:
    shuffled = Random(seed).sample(found, len(found))  # noqa: S311 - any order will do
    assert sort_by_time(shuffled) == sort_by_time(found)
    groups, again = group_by_language(found), group_by_language(shuffled)
    assert [sort_by_time(group) for group in groups] == [sort_by_time(group) for group in again]
    for group in groups:
        shelf, other = fill_shelf(group), fill_shelf(sort_by_time(group))
        assert shelf.documents == other.documents
        assert shelf.words == other.words
        assert shelf.spellings == other.spellings
        assert np.array_equal(shelf.keys, other.keys)
        assert np.array_equal(shelf.vectors.toarray(), other.vectors.toarray())


def test_languages_are_kept_apart_and_their_countries_together() -> None:
    languages = ("pt-BR", "en", "PT", "zh-Hant-TW", "", "en-GB", "EN-us", "zh")
    found = [make_document(language or "none", language=language) for language in languages]
    assert [ids(group) for group in group_by_language(found)] == [
        ["none"],
        ["en", "en-GB", "EN-us"],
        ["pt-BR", "PT"],
        ["zh-Hant-TW", "zh"],
    ]
    assert group_by_language([]) == []


def test_a_text_is_the_headline_the_dek_and_the_prose_of_the_body() -> None:
    (text,) = fill_shelf([make_document("a", "Talks and deals", "`x` [Ferry](b.md)", dek="dek one")]).texts
    assert (text.headline, len(text.words)) == (4, 10)


def test_words_come_as_they_are_written() -> None:
    shelf = fill_shelf([make_document("a", "The NATO talks", "In the talks NATO met"), make_document("b", "the")])
    assert {"NATO", "talks", "the"} <= set(shelf.words)
    assert {"The", "the"} <= set(shelf.spellings)
    words = [shelf.words[key] for key, many in zip(shelf.keys, shelf.frequency, strict=True) if key < len(shelf.words)]
    assert words == ["the"]
    assert shelf.frequency.tolist() == [2]


@pytest.mark.parametrize(
    ("first", "second", "tied"),
    [
        ({}, {}, False),
        ({"links": ("b",)}, {}, True),
        ({}, {"links": ("a", "gone")}, True),
        ({"links": ("b",), "never": ("b",)}, {}, False),
        ({"links": ("b",)}, {"never": ("a",)}, False),
        ({"links": ("a", "gone")}, {}, False),
    ],
)
def test_links_tie_two_unless_an_editor_has_parted_them(
    first: dict[str, tuple[str, ...]], second: dict[str, tuple[str, ...]], tied: bool
) -> None:
    shelf = fill_shelf([make_document("a", "one", **first), make_document("b", "two", day=1, **second)])
    assert [scores.links.tolist() for scores in shelf.scorer.score(0, 2)] == [[float(tied)]] * 2


def test_stories_and_topics_of_the_same_name_are_two_things() -> None:
    shelf = fill_shelf([make_document("a", "x", topics=("talks",)), make_document("b", "x", story="talks")])
    assert next(shelf.scorer.score(0, 1)).topics.tolist() == [1]
    shelf = fill_shelf([make_document("a", "x", story="talks"), make_document("b", "x", story="talks")])
    assert next(shelf.scorer.score(0, 1)).topics[0] > 1
