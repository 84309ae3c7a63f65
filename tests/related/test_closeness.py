"""Closeness: what time, topics and links make of a score."""

from __future__ import annotations

import numpy as np
import pytest
from broadsheet.related.closeness import FADE, FADE_DAYS, LINKS, TOPICS, fade, join, lift
from hypothesis import given
from hypothesis import strategies as st

UNIT = st.floats(0, 1)


def test_nearness_in_time_fades_as_is_promised() -> None:
    faded = fade(np.array([0.0, FADE_DAYS, 3 * FADE_DAYS]))
    assert faded.tolist() == pytest.approx([1, 2**-FADE, 4**-FADE])


@given(one=st.floats(-40_000, 40_000), other=st.floats(-40_000, 40_000))
def test_the_nearer_in_time_the_better_on_either_side(one: float, other: float) -> None:
    first, second, mirrored = fade(np.array([one, other, -one])).tolist()
    assert 0 < first <= 1
    assert first == mirrored
    assert (first >= second) or abs(one) >= abs(other)


def test_shared_topics_lift_up_to_a_limit() -> None:
    lifted = lift(np.array([0, 0.5, 1, 7], dtype=np.float32))
    assert lifted.tolist() == pytest.approx([1, 1 + TOPICS / 2, 1 + TOPICS, 1 + TOPICS])


@given(likeness=UNIT, more=UNIT, links=st.floats(0, 30))
def test_links_raise_a_score_and_never_above_one(likeness: float, more: float, links: float) -> None:
    none, some, many = join(np.array([likeness] * 3), np.array([0, links, links + more])).tolist()
    assert none == likeness
    assert none <= some + 1e-12
    assert some <= many + 1e-12 <= 1 + 1e-11


def test_links_alone_make_a_score() -> None:
    assert join(np.zeros(1), np.ones(1)).tolist() == pytest.approx([LINKS / (1 + LINKS)])
