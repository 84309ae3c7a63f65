"""Scores: parts that go together stay together."""

from __future__ import annotations

import numpy as np
from broadsheet.related.scores import Scores


def make_scores(*others: int) -> Scores:
    """Scores whose parts follow from the number of the other."""
    numbers = np.array(others, dtype=np.int64)
    text, ones = numbers / 10, np.ones(len(others))
    return Scores(numbers, text, ones, ones, np.zeros(len(others)))


def test_what_is_taken_and_joined_keeps_its_parts() -> None:
    joined = make_scores(1, 4).join(make_scores(2))
    assert joined.others.tolist() == [1, 4, 2]
    ordered = joined.take(np.argsort(joined.others))
    assert ordered.others.tolist() == [1, 2, 4]
    assert ordered.text.tolist() == [0.1, 0.2, 0.4]
    assert ordered.take(slice(1, 2)).total.tolist() == [0.2]


def test_links_are_those_of_the_last_time_only() -> None:
    tied = make_scores(1, 2, 4).tie(np.array([0]), np.array([0.5])).tie(np.array([2]), np.array([0.7]))
    assert tied.links.tolist() == [0, 0, 0.7]
    assert tied.linked_part[:2].tolist() == [0, 0]
