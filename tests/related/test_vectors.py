"""Vectors: how much features, topics and links weigh."""

from __future__ import annotations

import math

import numpy as np
import pytest
from broadsheet.related.features import RARITY, count_features
from broadsheet.related.lexicon import Lexicon
from broadsheet.related.vectors import LEAST_TIED, keep_columns, weigh_features, weigh_links, weigh_topics
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse


def weigh(*documents: str) -> tuple[sparse.csr_array, list[str]]:
    """The vectors of bodies, and the words of their columns."""
    lexicon = Lexicon()
    features = count_features(lexicon.read([("", body) for body in documents]), lexicon.size)
    words = lexicon.choose_spellings()
    return weigh_features(features), [words[key] if key < features.size else "" for key in features.keys.tolist()]


def test_rows_have_unit_length_and_rare_words_weigh_more() -> None:
    vectors, words = weigh("a. b", "a. b", "a. c", "a. c. c. c. c", "d")
    rows = vectors.toarray()
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1, 1, 1, 1, 0])
    rarity = {"a": math.log(6 / 4) ** RARITY, "c": math.log(6 / 2) ** RARITY}
    a, c = words.index("a"), words.index("c")
    assert rows[2, c] / rows[2, a] == pytest.approx(rarity["c"] / rarity["a"])
    assert rows[3, c] / rows[3, a] == pytest.approx(2 * rarity["c"] / rarity["a"])


def test_a_word_that_all_have_still_says_something() -> None:
    vectors, _ = weigh("a", "a")
    assert (vectors @ vectors.T).toarray().tolist() == pytest.approx(np.ones((2, 2)))


def share(topics: list[tuple[str, ...]]) -> np.ndarray:
    rows = weigh_topics(topics)
    shared: np.ndarray = (rows @ rows.T).toarray()
    return shared


def test_a_shared_topic_counts_by_its_rarity() -> None:
    topics = [("rare", "common"), ("rare",), *[("common",)] * 6, (), ("common", "common")]
    shared, count = share(topics), len(topics)
    rare, common = (math.log((count + 1) / many) / math.log(count + 1) for many in (2, 8))
    assert shared[0, 1] == pytest.approx(rare)
    assert shared[0, 2] == shared[0, 9] == pytest.approx(common)
    assert shared[1, 2] == shared[8, 0] == 0
    assert shared[0, 0] == pytest.approx(rare + common)


@pytest.mark.parametrize("topics", [[()], [("a",)], [(), ()]])
def test_few_or_no_topics_are_no_trouble(topics: list[tuple[str, ...]]) -> None:
    shared = share(topics)
    assert shared.shape == (len(topics), len(topics))
    assert np.isfinite(shared).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=4), min_size=1, max_size=8))
def test_topics_are_between_none_and_wholly_shared_each_and_in_no_order(topics: list[list[str]]) -> None:
    shared = share([tuple(named) for named in topics])
    for one, first in enumerate(topics):
        for two, second in enumerate(topics):
            both = len(set(first) & set(second))
            assert 0 <= shared[one, two] <= both + 1e-6
            assert (shared[one, two] > 0) == bool(both)
    assert np.array_equal(shared, share([tuple(reversed(named)) for named in topics]))


def test_a_link_ties_both_and_less_where_there_are_many() -> None:
    links = weigh_links([(1,), (), (1, 2, 1), (0, 1)])
    assert links.toarray() == pytest.approx(
        np.array(
            [
                [0, 2**-0.5, 0, 2**-0.5],
                [3**-0.5, 0, 3**-0.5, 3**-0.5],
                [0, 1, 0, 0],
                [2**-0.5, 2**-0.5, 0, 0],
            ]
        )
    )


@pytest.mark.parametrize("links", [[()], [(0,)], [(), ()]])
def test_no_links_and_links_to_oneself_are_none(links: list[tuple[int, ...]]) -> None:
    assert weigh_links(links).nnz == 0


@pytest.mark.parametrize(("size", "least"), [(100, LEAST_TIED), (1000, 100)])
def test_what_is_tied_to_too_much_of_the_archive_ties_nothing(size: int, least: int) -> None:
    for count in (least, least + 1):
        links = [tuple(range(1, count + 1)), *[()] * (size - 3), (size - 1,), ()]
        tied = weigh_links(links)
        assert tied[[0]].nnz == (count if count == least else 0)
        assert tied[[size - 2]].nnz == 1


@given(st.lists(st.lists(st.integers(0, 5), max_size=6, unique=True), min_size=1, max_size=5))
def test_columns_are_kept_whole_or_emptied(rows: list[list[int]]) -> None:
    dense = np.array([[float(column + 1) if column in row else 0.0 for column in range(6)] for row in rows])
    kept = np.array([True, False, True, True, False, False])
    assert np.array_equal(keep_columns(sparse.csr_array(dense), kept).toarray(), dense * kept)
