"""Tests of `scoring`: scores by their definition, in blocks of any size, and the choice of candidates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
from broadsheet.related import Document, scoring
from broadsheet.related.corpus import Corpus, build_corpus
from broadsheet.related.scoring import DECIMALS, Scorer, Scores
from broadsheet.related.weights import LINK_WEIGHT, TOPIC_BOOST, decay_with_time, weigh_links, weigh_topics
from hypothesis import given, settings
from hypothesis import strategies as st
from related_documents import documents, make_archive, make_document
from scipy import sparse

LEAST = 10.0**-DECIMALS


def assert_same(actual: Iterable[Scores], expected: Iterable[Scores]) -> None:
    for first, second in zip(actual, expected, strict=True):
        for field in fields(Scores):
            assert np.array_equal(getattr(first, field.name), getattr(second, field.name)), field.name


def make_scorer(rows: list[list[float]], days: list[float], links: list[list[int]] | None = None) -> Scorer:
    """Return a scorer of documents with these weights, days and links, and without topics."""
    weights = sparse.csr_array(np.array(rows, dtype=np.float32))
    topics = weigh_topics([()] * len(rows))
    return Scorer(weights, topics, weigh_links(links or [[]] * len(rows)), np.array(days, dtype=np.float64))


# Blocks and ranges.


@settings(max_examples=8, deadline=None)
@given(cuts=st.sets(st.integers(1, 79), max_size=5))
def test_scores_are_the_same_in_whatever_ranges(cuts: set[int]) -> None:
    corpus = build_corpus(make_archive(80))
    whole = list(corpus.scorer.score(0, 80))
    ends = [0, *sorted(cuts), 80]
    pieces = [scores for start, stop in pairwise(ends) for scores in corpus.scorer.score(start, stop)]
    assert_same(pieces, whole)


@settings(max_examples=8, deadline=None)
@given(block=st.integers(1, 40), places=st.sampled_from([1, 100_000, 4_000_000]), rows=st.sampled_from([1, 99, 4096]))
def test_the_block_size_makes_no_difference_to_scores(block: int, places: int, rows: int) -> None:
    archive = [
        replace(document, links=(f"articles/{7 * number % 40:04}.md",) * (number % 3))
        for number, document in enumerate(make_archive(40))
    ]
    corpus = build_corpus(archive)
    whole = list(corpus.scorer.score(0, 40))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "BLOCK_SIZE", block)
        patch.setattr(scoring, "_MAX_BLOCK_VALUES", places)
        patch.setattr(scoring, "_MAX_FETCHED_ROWS", rows)
        assert_same(corpus.scorer.score(0, 40), whole)


@settings(max_examples=30, deadline=None)
@given(documents(), st.integers(1, 5))
def test_blocks_make_no_difference_with_few_candidates(archive: list[Document], block: int) -> None:
    corpus = build_corpus(archive) if archive else None
    if corpus is None:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "TIME_NEIGHBOURS", 1)
        patch.setattr(scoring, "MAX_TEXT_CANDIDATES", 2)
        patch.setattr(scoring, "MAX_RARE_FREQUENCY", 2)
        alone = [next(corpus.scorer.score(row, row + 1)) for row in range(len(archive))]
        patch.setattr(scoring, "BLOCK_SIZE", block)
        assert_same(corpus.scorer.score(0, len(archive)), alone)


def test_scores_are_the_same_a_second_time() -> None:
    scorer = build_corpus(make_archive(40)).scorer
    first = list(scorer.score(3, 9))
    scorer.score_all(5)
    scorer.compare_texts(7, np.arange(5))
    assert_same(scorer.score(3, 9), first)
    assert list(scorer.score(4, 4)) == []


# The definition of a score.


def score_slowly(corpus: Corpus) -> np.ndarray:
    """Return parts and totals of all scores by their definition. Shape (5, documents, documents)."""
    archive = corpus.documents
    weights = corpus.weights.toarray().astype(np.float64)
    shared = weigh_topics(
        [(*document.topics, *([f"story {document.story}"] if document.story else [])) for document in archive]
    ).toarray()
    days = np.array([document.published.timestamp() / 86_400 for document in archive])
    text, time = weights @ weights.T, decay_with_time(days[:, None] - days)
    topics = 1 + TOPIC_BOOST * np.minimum(shared @ shared.T, 1)
    numbers = {document.id: number for number, document in enumerate(archive)}
    pairs = {
        (numbers[document.id], numbers[link]) for document in archive for link in document.links if link in numbers
    }
    tied = np.zeros(text.shape)
    for first, second in pairs:
        if (
            first != second
            and archive[second].id not in archive[first].never
            and archive[first].id not in archive[second].never
        ):
            tied[first, second] = tied[second, first] = 1
    tied /= np.sqrt(np.maximum(tied.sum(axis=1, keepdims=True), 1))
    alone = text * time * topics
    np.fill_diagonal(alone, 1)
    links = alone @ tied
    total: np.ndarray = (alone + LINK_WEIGHT * links) / (1 + LINK_WEIGHT * links)
    return np.array([text, np.broadcast_to(time, text.shape), topics, links, total])


@settings(max_examples=30, deadline=None)
@given(documents())
def test_scores_agree_with_a_slow_definition(archive: list[Document]) -> None:
    corpus = build_corpus(archive) if archive else None
    if corpus is None:
        return
    expected = score_slowly(corpus)
    for row, scores in enumerate(corpus.scorer.score(0, len(archive))):
        assert scores.others.tolist() == [number for number in range(len(archive)) if number != row]
        parts = np.array([scores.text, scores.time, scores.topics, scores.links, scores.total])
        assert parts == pytest.approx(expected[:, row, scores.others], abs=10 * LEAST)
        full = corpus.scorer.score_all(row)
        assert full.others.tolist() == scores.others.tolist()
        assert full.total == pytest.approx(scores.total, abs=10 * LEAST)
        assert corpus.scorer.compare_texts(row, scores.others) == pytest.approx(scores.text, abs=10 * LEAST)


@settings(max_examples=30, deadline=None)
@given(documents())
def test_the_link_share_is_what_would_be_missing_without_links(archive: list[Document]) -> None:
    for scores in build_corpus(archive).scorer.score(0, len(archive)) if archive else ():
        alone = scores.text * scores.time * scores.topics
        both = alone + LINK_WEIGHT * scores.links
        for share, without_links, whole in zip(scores.link_share, alone, both, strict=True):
            assert share == pytest.approx(1 - without_links / whole if whole else 0, abs=1e-9)
            assert 0 <= share <= 1


def test_scores_are_rounded() -> None:
    for scores in build_corpus(make_archive(40)).scorer.score(0, 40):
        for values in (scores.text, scores.total):
            assert np.array_equal(values, np.round(values, DECIMALS))


# Candidates.


def measure_loss(corpus: Corpus) -> float:
    """Return the share of the sum of the best eight exact scores that the choice of candidates loses."""
    kept_share = exact = 0.0
    for row in range(0, len(corpus.documents), 6):
        scores = next(corpus.scorer.score(row, row + 1))
        full = corpus.scorer.score_all(row)
        assert scores.total == pytest.approx(full.total[np.searchsorted(full.others, scores.others)], abs=10 * LEAST)
        kept_share += float(np.sort(scores.total)[-8:].sum())
        exact += float(np.sort(full.total)[-8:].sum())
    return 1 - kept_share / exact


def test_candidates_lose_at_most_a_hundredth_of_the_exact_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = build_corpus(make_archive(500))
    compared = sum(len(scores.others) for scores in corpus.scorer.score(0, 500))
    assert compared < 500 * 250, "at least half of the others are no candidates"
    assert measure_loss(corpus) <= 0.01
    monkeypatch.setattr(scoring, "MAX_TEXT_CANDIDATES", 5)
    assert measure_loss(corpus) > 0.01, "with very few it would be more"


def test_documents_with_most_rare_features_in_common_are_candidates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scoring, "MAX_TEXT_CANDIDATES", 2)
    rows = [[1.0, 0], [0.6, 0.8], [0.8, 0.6], [0.6, 0.8], [0, 1.0]]
    assert next(make_scorer(rows, [0, 0, 0, 0, 0]).score(0, 1)).others.tolist() == [2, 3], "of equals the later"
    assert next(make_scorer(rows, [0, 0, 0, 900, 900]).score(0, 1)).others.tolist() == [1, 2]


def test_few_rare_features_make_neighbours_in_time_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "TIME_NEIGHBOURS", 2)
    monkeypatch.setattr(scoring, "MAX_RARE_FREQUENCY", 3)
    # The first feature is common, the second is rare.
    rows = [[0.6, 0.8], *[[1.0, 0]] * 6, [0.6, 0.8]]
    scores = list(make_scorer(rows, list(range(8))).score(0, 8))
    assert [part_scores.others.tolist() for part_scores in scores] == [
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


def test_exactly_the_maximum_of_candidates_is_taken_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "MAX_TEXT_CANDIDATES", 2)
    rows = [[1.0, 0], [1.0, 0], [1.0, 0], [0, 1.0]]
    assert next(make_scorer(rows, [0, 1, 2, 3]).score(0, 1)).others.tolist() == [1, 2]


def test_documents_linked_with_candidates_become_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "TIME_NEIGHBOURS", 0)
    rows = [[1.0, 0, 0], [0.8, 0.6, 0], [0, 0, 1.0], [0, 0, 1.0]]
    first, *_ = make_scorer(rows, [0, 0, 0, 0], [[], [2], [], []]).score(0, 4)
    assert first.others.tolist() == [1, 2]
    assert first.text == pytest.approx([0.8, 0])
    assert first.links == pytest.approx([0, 0.8])
    assert first.link_share == pytest.approx([0, 1])
    assert first.total == pytest.approx([0.8, LINK_WEIGHT * 0.8 / (1 + LINK_WEIGHT * 0.8)], abs=LEAST)


def test_a_single_document_has_no_candidates() -> None:
    scorer = build_corpus([make_document("a", "Ferry", "Ferry line seven", topics=("world",), links=("a",))]).scorer
    for scores in (next(scorer.score(0, 1)), scorer.score_all(0)):
        assert scores.others.tolist() == scores.total.tolist() == []
