"""Tests of `weights`: weights of features, topics and links, and the factors of a score."""

from __future__ import annotations

import math

import numpy as np
import pytest
from broadsheet.related.features import IDF_POWER, count_features, keep_columns
from broadsheet.related.tokens import Vocabulary
from broadsheet.related.weights import (
    DECAY_DAYS,
    DECAY_POWER,
    LINK_WEIGHT,
    MIN_LINK_LIMIT,
    TOPIC_BOOST,
    add_links,
    boost_topics,
    decay_with_time,
    weigh_features,
    weigh_links,
    weigh_topics,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse


def weigh(*documents: str) -> tuple[sparse.csr_array, list[str]]:
    """Return the weights of bodies, and the word of each column, '' for pairs."""
    vocabulary = Vocabulary()
    features = count_features(vocabulary.tokenize([("", body) for body in documents]), vocabulary.size)
    words = vocabulary.choose_spellings()
    return weigh_features(features), [
        words[key] if key < features.vocabulary_size else "" for key in features.keys.tolist()
    ]


def test_rows_have_unit_length_and_rare_words_weigh_more() -> None:
    vectors, words = weigh("a. b", "a. b", "a. c", "a. c. c. c. c", "d")
    rows = vectors.toarray()
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1, 1, 1, 1, 0])
    rarity = {"a": math.log(6 / 4) ** IDF_POWER, "c": math.log(6 / 2) ** IDF_POWER}
    a, c = words.index("a"), words.index("c")
    assert rows[2, c] / rows[2, a] == pytest.approx(rarity["c"] / rarity["a"])
    assert rows[3, c] / rows[3, a] == pytest.approx(2 * rarity["c"] / rarity["a"])


def test_a_word_of_all_documents_still_has_a_weight() -> None:
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
def test_few_or_no_topics_are_accepted(topics: list[tuple[str, ...]]) -> None:
    shared = share(topics)
    assert shared.shape == (len(topics), len(topics))
    assert np.isfinite(shared).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=4), min_size=1, max_size=8))
def test_each_shared_topic_adds_at_most_one_in_any_order(topics: list[list[str]]) -> None:
    shared = share([tuple(named) for named in topics])
    for row, first in enumerate(topics):
        for two, second in enumerate(topics):
            both = len(set(first) & set(second))
            assert 0 <= shared[row, two] <= both + 1e-6
            assert (shared[row, two] > 0) == bool(both)
    assert np.array_equal(shared, share([tuple(reversed(named)) for named in topics]))


def test_a_link_counts_for_both_and_less_among_many() -> None:
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
def test_links_to_oneself_do_not_count(links: list[tuple[int, ...]]) -> None:
    assert weigh_links(links).nnz == 0


@pytest.mark.parametrize(("size", "least"), [(100, MIN_LINK_LIMIT), (1000, 100)])
def test_a_document_with_too_many_links_is_ignored(size: int, least: int) -> None:
    for count in (least, least + 1):
        links = [tuple(range(1, count + 1)), *[()] * (size - 3), (size - 1,), ()]
        tied = weigh_links(links)
        assert tied[[0]].nnz == (count if count == least else 0)
        assert tied[[size - 2]].nnz == 1


@given(st.lists(st.lists(st.integers(0, 5), max_size=6, unique=True), min_size=1, max_size=5))
def test_columns_are_kept_or_emptied(rows: list[list[int]]) -> None:
    dense = np.array([[float(column + 1) if column in row else 0.0 for column in range(6)] for row in rows])
    kept = np.array([True, False, True, True, False, False])
    assert np.array_equal(keep_columns(sparse.csr_array(dense), kept).toarray(), dense * kept)


UNIT = st.floats(0, 1)


def test_the_decay_with_time_follows_its_formula() -> None:
    faded = decay_with_time(np.array([0.0, DECAY_DAYS, 3 * DECAY_DAYS]))
    assert faded.tolist() == pytest.approx([1, 2**-DECAY_POWER, 4**-DECAY_POWER])


@given(distance=st.floats(-40_000, 40_000), other_distance=st.floats(-40_000, 40_000))
def test_the_decay_is_symmetric_and_grows_with_distance(distance: float, other_distance: float) -> None:
    first, second, mirrored = decay_with_time(np.array([distance, other_distance, -distance])).tolist()
    assert 0 < first <= 1
    assert first == mirrored
    assert (first >= second) or abs(distance) >= abs(other_distance)


def test_the_boost_for_topics_has_a_maximum() -> None:
    lifted = boost_topics(np.array([0, 0.5, 1, 7], dtype=np.float32))
    assert lifted.tolist() == pytest.approx([1, 1 + TOPIC_BOOST / 2, 1 + TOPIC_BOOST, 1 + TOPIC_BOOST])


@given(likeness=UNIT, more=UNIT, links=st.floats(0, 30))
def test_links_raise_a_score_and_never_above_one(likeness: float, more: float, links: float) -> None:
    none, some, many = add_links(np.array([likeness] * 3), np.array([0, links, links + more])).tolist()
    assert none == likeness
    assert none <= some + 1e-12
    assert some <= many + 1e-12 <= 1 + 1e-11


def test_links_alone_make_a_score() -> None:
    assert add_links(np.zeros(1), np.ones(1)).tolist() == pytest.approx([LINK_WEIGHT / (1 + LINK_WEIGHT)])
