"""Reranking: tries that change the engine's scores by authors, neighbours, time or the archive's own links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cached_property

import numpy as np
import numpy.typing as npt
from broadsheet.related import closeness
from broadsheet.related.vectors import weigh_topics
from scoring import DEPTH, Mask
from variants import Settings, Square, Variants

POOL = 100
"""How many of an article's best lend it their links, or wait for a place in a varied list."""

_ADDRESS = re.compile(r"(?<=://)[^\s)\"'<>#\]]+")

Lean = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]


class Reranking:
    """The engine's scores and what the tries make of them."""

    def __init__(self, variants: Variants, seed: int) -> None:
        self.variants = variants
        self.evidence = variants.evidence
        self.scores = variants.score(Settings())
        self._seed = seed

    @cached_property
    def among_all(self) -> Square:
        """The scores of every document beside every other, none beside itself."""
        matrix = self.variants.weigh(Settings())
        days = self.evidence.days
        shared = np.minimum((self.variants.topics @ self.variants.topics.T).toarray(), 1)
        fading = (1 + np.abs(days[:, None] - days) / Settings().fade_days) ** -Settings().fade
        scores = (matrix @ matrix.T).toarray() * fading * (1 + Settings().topics * shared)
        scores[np.diag_indices_from(scores)] = 0
        return scores.astype(np.float32)

    @cached_property
    def _of_queries(self) -> Square:
        return self.among_all[self.evidence.queries]

    def lift_authors(self, lift: float) -> Square:
        """More for articles of the same, rare author."""
        shared = self.variants.compare_rows(weigh_topics(self.evidence.authors))
        return self.scores * (1 + lift * np.minimum(shared, 1))

    def lift_addresses(self, lift: float) -> Square:
        """More for articles that name the same, rare addresses outside."""
        named = [
            sorted({match.rstrip("/.,;") for match in _ADDRESS.findall(one.body)}) for one in self.evidence.documents
        ]
        counts = Counter(address for addresses in named for address in addresses)
        repeated = [[one for one in addresses if counts[one] > 1] for addresses in named]
        shared = self.variants.compare_rows(weigh_topics(repeated))
        return self.scores * (1 + lift * np.minimum(shared, 1))

    def lean(self, lean: Lean) -> Square:
        """A factor on the days by which the other is newer."""
        days = self.evidence.days
        return (self.scores * lean(days - days[self.evidence.queries, None])).astype(np.float32)

    def fade_by_place(self, places: float) -> Square:
        """Fading with how many articles lie between two, in place of days."""
        order = np.arange(len(self.evidence.documents))
        between = np.abs(order - self.evidence.queries[:, None])
        likeness = self.scores / (1 + self.variants.gaps / Settings().fade_days) ** -Settings().fade
        return (likeness * (1 + between / places) ** -Settings().fade).astype(np.float32)

    def favour_mutual(self, lift: float) -> Square:
        """More for those among whose best the article itself is."""
        least = np.partition(self.among_all, -DEPTH, axis=1)[:, -DEPTH]
        mutual = self._of_queries >= least
        return self.scores * (1 + np.float32(lift) * mutual)

    def spread_hubs(self, power: float) -> Square:
        """Less for those that are like many: divided by the mean of their ten best."""
        best = np.sort(self.among_all, axis=1)[:, -10:].mean(axis=1)
        return (self.scores / np.maximum(best, 1e-6) ** power).astype(np.float32)

    def vary_lists(self, weight: float) -> Square:
        """Lists whose members are less like one another (Carbonell, Goldstein: The use of MMR, 1998)."""
        varied = self.scores * 0
        for row, query in enumerate(self.evidence.queries):
            pool = np.argsort(-self._of_queries[row], kind="stable")[:POOL]
            left, crowd = self.among_all[query, pool].copy(), np.zeros(len(pool), dtype=np.float32)
            for place in range(DEPTH):
                best = int(np.argmax(weight * left - (1 - weight) * crowd))
                varied[row, pool[best]] = DEPTH - place
                crowd = np.maximum(crowd, self.among_all[pool[best], pool])
                left[best] = -np.inf
        return varied

    def feed_back(self, neighbours: int, weight: float) -> Square:
        """The query expanded by the vectors of its nearest, in proportion to their scores."""
        matrix = self.variants.weigh(Settings())
        likeness = (matrix @ matrix.T).toarray()
        likeness[np.diag_indices_from(likeness)] = 0
        expanded = self.variants.compare_texts(Settings()).copy()
        for row, scores in enumerate(self._of_queries):
            nearest = np.argsort(-scores, kind="stable")[:neighbours]
            shares = scores[nearest] / max(scores[nearest].sum(), 1e-6)
            expanded[row] += np.float32(weight) * (shares @ likeness[nearest])
        return expanded * self.variants.close(Settings())

    def follow_links(
        self, weight: float = closeness.LINKS, known: float = 1, *, past: bool = False, rewired: bool = False
    ) -> Square:
        """More for what articles like this one are linked with; every link of the article itself is left out.

        Args:
            weight: of the links against the engine's score.
            known: the share of the archive's links that there are.
            past: whether only links between articles no newer than this one count.
            rewired: whether each link leads elsewhere, each article keeping its number of them: the control.

        """
        links = self._rewire() if rewired else self._thin(known)
        followed = self.scores.copy()
        for row, query in enumerate(self.evidence.queries):
            near = np.argsort(-self._of_queries[row], kind="stable")[:POOL]
            lent = links[near].copy()
            lent[:, query] = 0
            if past:
                lent[:, query:] = 0
                lent[near > query] = 0
            shares = self._of_queries[row, near] / np.sqrt(np.maximum(lent.sum(axis=1), 1))
            reach = np.float32(weight) * (shares @ lent)
            followed[row] = (followed[row] + reach) / (1 + reach)
        return followed

    def _thin(self, known: float) -> Square:
        kept: Mask = np.triu(np.random.default_rng(self._seed).random(self.evidence.links.shape) < known)
        return self.evidence.links * (kept | kept.T)

    def _rewire(self) -> Square:
        ends = np.argwhere(np.triu(self.evidence.links) > 0)
        one, other = np.random.default_rng(self._seed).permutation(ends.ravel()).reshape(2, -1)
        links = np.zeros_like(self.evidence.links)
        links[one, other] = links[other, one] = 1
        return links
