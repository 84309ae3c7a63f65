"""Copies: what is one piece published twice is told from what is merely alike."""

from __future__ import annotations

import numpy as np
import pytest
from archives import documents, make_document
from broadsheet.related import Document
from broadsheet.related.copies import ALIKE, CONTAINED, measure_copies
from broadsheet.related.lexicon import END, Lexicon
from broadsheet.related.runs import MANY, list_runs, share_runs
from broadsheet.related.shelf import fill_shelf
from hypothesis import given, settings


def contain(one: str, *others: str) -> list[float]:
    """How much of a text is in others and they in it."""
    first, *rest = Lexicon().read([(text,) for text in (one, *others)])
    found: list[float] = share_runs(list_runs(first), [list_runs(text) for text in rest]).tolist()
    return found


@pytest.mark.parametrize(
    ("one", "other", "share"),
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
def test_the_share_is_of_the_shorter_text_s_runs_of_words(one: str, other: str, share: float) -> None:
    assert contain(one, other) == pytest.approx([share])


def test_runs_do_not_reach_from_one_text_into_the_next() -> None:
    assert contain("a b c d", "a b", "c d", "x a b c d x", "b c d") == pytest.approx([0, 0, 1, 1])
    assert contain("a b c d") == []


@settings(max_examples=50, deadline=None)
@given(documents(choices=False))
def test_the_share_is_what_the_slow_way_gives_and_the_same_both_ways(found: list[Document]) -> None:
    texts = Lexicon().read([(one.headline, one.dek, one.body) for one in found])
    runs = []
    for text in texts:
        words = [word for word in text.words.tolist() if word != END]
        runs.append(set(zip(words, words[1:], words[2:], strict=False)))
    numbers = [list_runs(text) for text in texts]
    for one in range(len(texts)):
        shares = share_runs(numbers[one], numbers)
        for other, share in enumerate(shares.tolist()):
            shorter = min(len(runs[one]), len(runs[other]))
            assert share == pytest.approx(len(runs[one] & runs[other]) / shorter if shorter else 0)
            assert share == share_runs(numbers[other], [numbers[one]])[0]


@pytest.mark.parametrize("kept", [0, 300, 1200, 2000])
def test_of_long_texts_a_sample_tells_about_as_much(kept: int) -> None:
    words = [f"w{number * 7919 % 5003}" for number in range(2000)]
    other = words[:kept] + [f"x{number}" for number in range(2000 - kept)]
    assert len(list_runs(Lexicon().read([(" ".join(words),)])[0])) > MANY
    assert contain(" ".join(words), " ".join(other))[0] == pytest.approx(kept / 2000, abs=0.08)


def test_texts_without_a_run_are_copies_where_they_are_the_same() -> None:
    shelf = fill_shelf(
        [make_document(name, headline) for name, headline in (("a", "Ferry"), ("b", "Ferry"), ("c", "Vote"))]
    )
    numbers = {document.id: number for number, document in enumerate(shelf.documents)}
    others = np.array([numbers["b"], numbers["c"]])
    assert measure_copies(shelf, numbers["a"], others, np.array([1.0, 1.0])).tolist() == [1, 0]


LINES = [f"{a} {b} {c} went {d} home by ferry {e}." for a, b, c, d, e in ("abcde", "fghij", "klmno", "pqrst", "uvwxy")]


def test_a_brief_and_the_report_that_grew_out_of_it_are_copies() -> None:
    shelf = fill_shelf(
        [
            make_document("a-brief", "Ferry line seven", " ".join(LINES[:2]), day=0),
            make_document("b-report", "Ferry line seven is back", " ".join(LINES[:4]), day=1),
            make_document("c-other", "Budget passes", LINES[4], day=2),
            make_document("d-alike", "Ferry line seven", "ferry home by went seven line", day=3),
        ]
    )
    shares = measure_copies(shelf, 0, np.array([1, 2, 3]))
    assert shares[0] >= CONTAINED
    assert shares.tolist()[1:] == [0, 0]
    assert measure_copies(shelf, 1, np.array([0])).tolist() == [shares[0]]


def test_only_texts_that_are_alike_are_looked_at() -> None:
    shelf = fill_shelf([make_document(name, "Ferry line seven", LINES[0]) for name in "ab"])
    others = np.array([1])
    assert measure_copies(shelf, 0, others).tolist() == [1]
    assert measure_copies(shelf, 0, others, np.array([ALIKE])).tolist() == [1]
    assert measure_copies(shelf, 0, others, np.array([ALIKE - 0.01])).tolist() == [0]
    assert measure_copies(shelf, 0, others[:0]).tolist() == []
