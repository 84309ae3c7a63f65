"""Scores: what was found for documents beside others, part by part."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from broadsheet.related.closeness import LINKS, join

DECIMALS = 6
"""Likenesses and scores are rounded, so that no machine's last digit decides."""

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scores:
    """What was found for one document: others, each with the parts of its score, in the order of time."""

    others: Rows
    text: Floats
    """How alike the texts are, from 0 to 1."""
    time: Floats
    """The fading with the days between them, at most 1."""
    topics: Floats
    """The lift for topics that both have, at least 1."""
    links: Floats
    """How much documents like this one are linked with the other, from 0."""

    @property
    def total(self) -> Floats:
        """The scores."""
        return np.round(join(self.text * self.time * self.topics, self.links), DECIMALS)

    @property
    def linked_part(self) -> Floats:
        """The part of each score that links make, from 0 to 1."""
        alone = self.text * self.time * self.topics
        return 1 - np.divide(alone, LINKS * self.links + alone, out=np.ones(len(alone)), where=self.links > 0)

    def take(self, places: slice | Rows) -> Scores:
        """Those at some places."""
        parts = (self.text[places], self.time[places], self.topics[places], self.links[places])
        return Scores(self.others[places], *parts)

    def join(self, more: Scores) -> Scores:
        """These, and others behind them."""
        return Scores(
            np.concatenate((self.others, more.others)),
            np.concatenate((self.text, more.text)),
            np.concatenate((self.time, more.time)),
            np.concatenate((self.topics, more.topics)),
            np.concatenate((self.links, more.links)),
        )

    def tie(self, places: Rows, weights: Floats) -> Scores:
        """The same with links to those at some places, and to no others."""
        links = np.zeros(len(self.others))
        links[places] = weights
        return replace(self, links=links)
