"""Scoring: candidates' scores are the exact ones, in whatever pieces, and few that count are missed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
from archives import documents, make_archive, make_document
from broadsheet.related import Document
from broadsheet.related import scoring as room
from broadsheet.related.closeness import LINKS, TOPICS, fade
from broadsheet.related.scores import DECIMALS, Scores
from broadsheet.related.scoring import Scorer
from broadsheet.related.shelf import Shelf, fill_shelf
from broadsheet.related.vectors import weigh_links, weigh_topics
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

LEAST = 10.0**-DECIMALS


def assert_same(one: Iterable[Scores], other: Iterable[Scores]) -> None:
    for first, second in zip(one, other, strict=True):
        for field in fields(Scores):
            assert np.array_equal(getattr(first, field.name), getattr(second, field.name)), field.name


def make_scorer(rows: list[list[float]], days: list[float], links: list[list[int]] | None = None) -> Scorer:
    """A scorer of documents with those weights, which have no topics."""
    vectors = sparse.csr_array(np.array(rows, dtype=np.float32))
    topics = weigh_topics([()] * len(rows))
    return Scorer(vectors, topics, weigh_links(links or [[]] * len(rows)), np.array(days, dtype=np.float64))


# In pieces.


@settings(max_examples=8, deadline=None)
@given(cuts=st.sets(st.integers(1, 79), max_size=5))
def test_scores_are_the_same_whichever_piece_computes_them(cuts: set[int]) -> None:
    shelf = fill_shelf(make_archive(80))
    whole = list(shelf.scorer.score(0, 80))
    ends = [0, *sorted(cuts), 80]
    pieces = [one for start, stop in pairwise(ends) for one in shelf.scorer.score(start, stop)]
    assert_same(pieces, whole)


@settings(max_examples=8, deadline=None)
@given(block=st.integers(1, 40), places=st.sampled_from([1, 100_000, 4_000_000]), rows=st.sampled_from([1, 99, 4096]))
def test_scores_are_the_same_however_many_are_scored_together(block: int, places: int, rows: int) -> None:
    found = [
        replace(one, links=(f"articles/{7 * number % 40:04}.md",) * (number % 3))
        for number, one in enumerate(make_archive(40))
    ]
    shelf = fill_shelf(found)
    whole = list(shelf.scorer.score(0, 40))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "BLOCK", block)
        patch.setattr(room, "_MOST_PLACES", places)
        patch.setattr(room, "_MOST_ROWS", rows)
        assert_same(shelf.scorer.score(0, 40), whole)


@settings(max_examples=30, deadline=None)
@given(documents(), st.integers(1, 5))
def test_blocks_make_no_difference_to_any_archive(found: list[Document], block: int) -> None:
    shelf = fill_shelf(found) if found else None
    if shelf is None:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "NEAREST", 1)
        patch.setattr(room, "CANDIDATES", 2)
        patch.setattr(room, "RARE", 2)
        alone = [next(shelf.scorer.score(row, row + 1)) for row in range(len(found))]
        patch.setattr(room, "BLOCK", block)
        assert_same(shelf.scorer.score(0, len(found)), alone)


def test_scores_are_the_same_when_asked_again() -> None:
    scorer = fill_shelf(make_archive(40)).scorer
    first = list(scorer.score(3, 9))
    scorer.score_all(5)
    scorer.liken(7, np.arange(5))
    assert_same(scorer.score(3, 9), first)
    assert list(scorer.score(4, 4)) == []


# What a score is.


def score_slowly(shelf: Shelf) -> np.ndarray:
    """All scores by their definition, where everything is a candidate; the parts first."""
    found = shelf.documents
    vectors = shelf.vectors.toarray().astype(np.float64)
    shared = weigh_topics([(*one.topics, *([f"story {one.story}"] if one.story else [])) for one in found]).toarray()
    days = np.array([one.published.timestamp() / 86_400 for one in found])
    text, time = vectors @ vectors.T, fade(days[:, None] - days)
    topics = 1 + TOPICS * np.minimum(shared @ shared.T, 1)
    numbers = {one.id: number for number, one in enumerate(found)}
    pairs = {(numbers[one.id], numbers[link]) for one in found for link in one.links if link in numbers}
    tied = np.zeros(text.shape)
    for one, other in pairs:
        if one != other and found[other].id not in found[one].never and found[one].id not in found[other].never:
            tied[one, other] = tied[other, one] = 1
    tied /= np.sqrt(np.maximum(tied.sum(axis=1, keepdims=True), 1))
    alone = text * time * topics
    np.fill_diagonal(alone, 1)
    links = alone @ tied
    total: np.ndarray = (alone + LINKS * links) / (1 + LINKS * links)
    return np.array([text, np.broadcast_to(time, text.shape), topics, links, total])


@settings(max_examples=30, deadline=None)
@given(documents())
def test_a_score_is_likeness_times_nearness_times_topics_joined_with_links(found: list[Document]) -> None:
    shelf = fill_shelf(found) if found else None
    if shelf is None:
        return
    expected = score_slowly(shelf)
    for row, scores in enumerate(shelf.scorer.score(0, len(found))):
        assert scores.others.tolist() == [number for number in range(len(found)) if number != row]
        parts = np.array([scores.text, scores.time, scores.topics, scores.links, scores.total])
        assert parts == pytest.approx(expected[:, row, scores.others], abs=10 * LEAST)
        full = shelf.scorer.score_all(row)
        assert full.others.tolist() == scores.others.tolist()
        assert full.total == pytest.approx(scores.total, abs=10 * LEAST)
        assert shelf.scorer.liken(row, scores.others) == pytest.approx(scores.text, abs=10 * LEAST)


@settings(max_examples=30, deadline=None)
@given(documents())
def test_the_part_that_links_make_is_what_would_be_missing_without_them(found: list[Document]) -> None:
    for scores in fill_shelf(found).scorer.score(0, len(found)) if found else ():
        alone = scores.text * scores.time * scores.topics
        both = alone + LINKS * scores.links
        for part, one, whole in zip(scores.linked_part, alone, both, strict=True):
            assert part == pytest.approx(1 - one / whole if whole else 0, abs=1e-9)
            assert 0 <= part <= 1


def test_scores_have_no_more_digits_than_are_sure() -> None:
    for scores in fill_shelf(make_archive(40)).scorer.score(0, 40):
        for values in (scores.text, scores.total):
            assert np.array_equal(values, np.round(values, DECIMALS))


# Candidates.


def measure_loss(shelf: Shelf) -> float:
    """The share of the exact scores of the best eight that candidates lose."""
    found = exact = 0.0
    for row in range(0, len(shelf.documents), 6):
        scores = next(shelf.scorer.score(row, row + 1))
        full = shelf.scorer.score_all(row)
        assert scores.total == pytest.approx(full.total[np.searchsorted(full.others, scores.others)], abs=10 * LEAST)
        found += float(np.sort(scores.total)[-8:].sum())
        exact += float(np.sort(full.total)[-8:].sum())
    return 1 - found / exact


def test_candidates_have_the_exact_scores_and_lose_no_more_than_a_hundredth(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = fill_shelf(make_archive(500))
    compared = sum(len(scores.others) for scores in shelf.scorer.score(0, 500))
    assert compared < 500 * 250, "at least half of the others are no candidates"
    assert measure_loss(shelf) <= 0.01
    monkeypatch.setattr(room, "CANDIDATES", 5)
    assert measure_loss(shelf) > 0.01, "with very few it would be more"


def test_those_with_most_rare_features_in_common_are_candidates_the_nearer_in_time_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "CANDIDATES", 2)
    rows = [[1.0, 0], [0.6, 0.8], [0.8, 0.6], [0.6, 0.8], [0, 1.0]]
    assert next(make_scorer(rows, [0, 0, 0, 0, 0]).score(0, 1)).others.tolist() == [2, 3], "of equals the later"
    assert next(make_scorer(rows, [0, 0, 0, 900, 900]).score(0, 1)).others.tolist() == [1, 2]


def test_who_has_too_little_rare_is_compared_with_those_next_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "NEAREST", 2)
    monkeypatch.setattr(room, "RARE", 3)
    # The first feature is common, the second is rare.
    rows = [[0.6, 0.8], *[[1.0, 0]] * 6, [0.6, 0.8]]
    scores = list(make_scorer(rows, list(range(8))).score(0, 8))
    assert [one.others.tolist() for one in scores] == [
        [1, 2, 7],
        [0, 2, 3],
        [0, 1, 3, 4],
        [1, 2, 4, 5],
        [2, 3, 5, 6],
        [3, 4, 6, 7],
        [4, 5, 7],
        [0, 5, 6],
    ]
    assert scores[0].text == pytest.approx([0.6, 0.6, 1])


def test_exactly_as_many_as_there_may_be_are_all_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "CANDIDATES", 2)
    rows = [[1.0, 0], [1.0, 0], [1.0, 0], [0, 1.0]]
    assert next(make_scorer(rows, [0, 1, 2, 3]).score(0, 1)).others.tolist() == [1, 2]


def test_what_candidates_are_linked_with_becomes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "NEAREST", 0)
    rows = [[1.0, 0, 0], [0.8, 0.6, 0], [0, 0, 1.0], [0, 0, 1.0]]
    first, *_ = make_scorer(rows, [0, 0, 0, 0], [[], [2], [], []]).score(0, 4)
    assert first.others.tolist() == [1, 2]
    assert first.text == pytest.approx([0.8, 0])
    assert first.links == pytest.approx([0, 0.8])
    assert first.linked_part == pytest.approx([0, 1])
    assert first.total == pytest.approx([0.8, LINKS * 0.8 / (1 + LINKS * 0.8)], abs=LEAST)


def test_one_document_alone_meets_nobody() -> None:
    scorer = fill_shelf([make_document("a", "Ferry", "Ferry line seven", topics=("world",), links=("a",))]).scorer
    for scores in (next(scorer.score(0, 1)), scorer.score_all(0)):
        assert scores.others.tolist() == scores.total.tolist() == []
