"""Closeness: what nearness in time, shared topics and links make of the likeness of two texts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FADE_DAYS = 30
"""Articles nearer in time than this are about as good as of one day."""

FADE = 0.3
"""The power of the fading with time after that."""

TOPICS = 0.6
"""How much wholly shared, rare topics raise a score."""

LINKS = 0.3
"""How much it counts that articles like this one are linked with another."""

Floats = npt.NDArray[np.float32]


def fade(days: npt.NDArray[np.float64]) -> Floats:
    """(1 + |days| / FADE_DAYS) ** -FADE: 1 on the same day, 0.66 after a quarter, 0.46 after a year."""
    faded: Floats = ((1 + np.abs(days) / FADE_DAYS) ** -FADE).astype(np.float32)
    return faded


def lift(shared: Floats) -> Floats:
    """1 + TOPICS · min(shared, 1), where `shared` is the rarity of the topics that both have."""
    return 1 + np.float32(TOPICS) * np.minimum(shared, np.float32(1))


def join(likeness: npt.NDArray[np.float64], links: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(likeness + LINKS · links) / (1 + LINKS · links): what it was without links, and nearer to 1 with every one."""
    joined: npt.NDArray[np.float64] = (likeness + LINKS * links) / (1 + LINKS * links)
    return joined
