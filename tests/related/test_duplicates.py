"""Tests of `duplicates`: near-duplicates are told from similar texts."""

from __future__ import annotations

import numpy as np
import pytest
from broadsheet.related import Document
from broadsheet.related.corpus import build_corpus
from broadsheet.related.duplicates import (
    MAX_SHINGLES,
    MIN_CONTAINMENT,
    MIN_SIMILARITY,
    hash_shingles,
    measure_containment,
    measure_duplicates,
)
from broadsheet.related.tokens import SENTENCE_END, Vocabulary
from hypothesis import given, settings
from related_documents import documents, make_document


def contain(first_text: str, *others: str) -> list[float]:
    """Return the containment of a text and each of the others."""
    first, *rest = Vocabulary().tokenize([(text,) for text in (first_text, *others)])
    shares: list[float] = measure_containment(hash_shingles(first), [hash_shingles(text) for text in rest]).tolist()
    return shares


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [
        ("a b c d e", "a b c d e", 1),
        ("a b c d e", "a b. C, d e!", 1),
        ("a b c d e f g h", "c d e f", 1),
        ("c d e f", "a b c d e f g h", 1),
        ("a b c d e", "a b c x y", 1 / 3),
        ("a b c d e", "e d c b a", 0),
        ("a b c a b c a b c", "a b c", 1),
        ("a b c", "a b c a b c", 1),
        ("a b", "a b", 0),
        ("a b", "a b c", 0),
        ("a b c", "a b", 0),
        ("", "", 0),
    ],
)
def test_containment_is_the_share_of_the_shorter_text(first: str, second: str, share: float) -> None:
    assert contain(first, second) == pytest.approx([share])


def test_shingles_do_not_cross_from_one_text_into_the_next() -> None:
    assert contain("a b c d", "a b", "c d", "x a b c d x", "b c d") == pytest.approx([0, 0, 1, 1])
    assert contain("a b c d") == []


@settings(max_examples=50, deadline=None)
@given(documents(choices=False))
def test_containment_is_symmetric_and_agrees_with_a_slow_definition(archive: list[Document]) -> None:
    texts = Vocabulary().tokenize([(document.headline, document.dek, document.body) for document in archive])
    runs = []
    for text in texts:
        words = [word for word in text.words.tolist() if word != SENTENCE_END]
        runs.append(set(zip(words, words[1:], words[2:], strict=False)))
    numbers = [hash_shingles(text) for text in texts]
    for row in range(len(texts)):
        shares = measure_containment(numbers[row], numbers)
        for column, share in enumerate(shares.tolist()):
            shorter = min(len(runs[row]), len(runs[column]))
            assert share == pytest.approx(len(runs[row] & runs[column]) / shorter if shorter else 0)
            assert share == measure_containment(numbers[column], [numbers[row]])[0]


@pytest.mark.parametrize("kept", [0, 300, 1200, 2000])
def test_a_sample_of_long_texts_gives_nearly_the_same_containment(kept: int) -> None:
    words = [f"w{number * 7919 % 5003}" for number in range(2000)]
    changed_words = words[:kept] + [f"x{number}" for number in range(2000 - kept)]
    assert len(hash_shingles(Vocabulary().tokenize([(" ".join(words),)])[0])) > MAX_SHINGLES
    assert contain(" ".join(words), " ".join(changed_words))[0] == pytest.approx(kept / 2000, abs=0.08)


def test_texts_without_shingles_are_duplicates_when_they_are_equal() -> None:
    corpus = build_corpus(
        [make_document(name, headline) for name, headline in (("a", "Ferry"), ("b", "Ferry"), ("c", "Vote"))]
    )
    numbers = {document.id: number for number, document in enumerate(corpus.documents)}
    others = np.array([numbers["b"], numbers["c"]])
    assert measure_duplicates(corpus, numbers["a"], others, np.array([1.0, 1.0])).tolist() == [1, 0]


LINES = [f"{a} {b} {c} went {d} home by ferry {e}." for a, b, c, d, e in ("abcde", "fghij", "klmno", "pqrst", "uvwxy")]


def test_a_brief_and_the_longer_report_are_near_duplicates() -> None:
    corpus = build_corpus(
        [
            make_document("a-brief", "Ferry line seven", " ".join(LINES[:2]), day=0),
            make_document("b-report", "Ferry line seven is back", " ".join(LINES[:4]), day=1),
            make_document("c-other", "Budget passes", LINES[4], day=2),
            make_document("d-alike", "Ferry line seven", "ferry home by went seven line", day=3),
        ]
    )
    shares = measure_duplicates(corpus, 0, np.array([1, 2, 3]))
    assert shares[0] >= MIN_CONTAINMENT
    assert shares.tolist()[1:] == [0, 0]
    assert measure_duplicates(corpus, 1, np.array([0])).tolist() == [shares[0]]


def test_dissimilar_texts_are_not_compared_by_shingles() -> None:
    corpus = build_corpus([make_document(name, "Ferry line seven", LINES[0]) for name in "ab"])
    others = np.array([1])
    assert measure_duplicates(corpus, 0, others).tolist() == [1]
    assert measure_duplicates(corpus, 0, others, np.array([MIN_SIMILARITY])).tolist() == [1]
    assert measure_duplicates(corpus, 0, others, np.array([MIN_SIMILARITY - 0.01])).tolist() == [0]
    assert measure_duplicates(corpus, 0, others[:0]).tolist() == []
