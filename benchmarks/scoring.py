"""Scoring: ranked lists measured against the editors' links, and differences told from noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from evidence import Evidence

DEPTH = 8
"""How many headlines of a list count."""

DRAWS = 2000
"""How often the queries are drawn again to estimate an error."""

SPLITS = 20
"""How many random halves there are beside the older and the newer one."""

_DECIMALS = 6
_GAINS = 1 / np.log2(np.arange(DEPTH) + 2)

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Ranks = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Measures:
    """Of each query how good its list is, from 0 to 1."""

    ndcg: Floats
    recall: Floats
    hit: Floats
    mrr: Floats


@dataclass(frozen=True)
class Difference:
    """What a change gains, in nDCG."""

    mean: float
    error: float
    """Standard error."""

    @property
    def sign(self) -> int:
        """1 for a gain, -1 for a loss, 0 for what noise may have made."""
        return int(np.sign(self.mean)) if abs(self.mean) > 2 * self.error else 0

    def __str__(self) -> str:
        return f"{self.mean:+.4f} ± {self.error:.4f}"


def rank(scores: npt.NDArray[np.floating], queries: Ranks) -> Ranks:
    """The first `DEPTH` of each row: rounded as the engine rounds, of equals the later first; -1 for none."""
    rounded = np.round(scores.astype(np.float64), _DECIMALS)
    rounded[np.arange(len(queries)), queries] = -1
    best = scores.shape[1] - 1 - np.argsort(-rounded[:, ::-1], axis=1, kind="stable")[:, :DEPTH]
    return np.where(np.take_along_axis(rounded, best, axis=1) > 0, best, -1)


def measure(ranked: Ranks, evidence: Evidence) -> Measures:
    """Measure a list of each query."""
    wanted = [evidence.wanted[query] for query in evidence.queries]
    hits = np.array([[one in tied for one in row] for row, tied in zip(ranked.tolist(), wanted, strict=True)])
    possible = np.array([min(len(tied), DEPTH) for tied in wanted])
    first = np.where(hits.any(axis=1), hits.argmax(axis=1) + 1, np.inf)
    return Measures(
        (hits @ _GAINS[: hits.shape[1]]) / np.cumsum(_GAINS)[possible - 1],
        hits.sum(axis=1) / possible,
        hits.any(axis=1).astype(np.float64),
        1 / first,
    )


def compare(new: Floats, old: Floats, months: Ranks, seed: int, chosen: Mask | None = None) -> Difference:
    """The mean of a paired difference, and its error by a bootstrap that draws whole months of queries."""
    chosen = np.ones(len(new), dtype=bool) if chosen is None else chosen
    gains = (new - old)[chosen]
    groups = np.unique(months[chosen], return_inverse=True)[1]
    sums, sizes = np.bincount(groups, gains), np.bincount(groups)
    drawn = np.random.default_rng(seed).integers(len(sums), size=(DRAWS, len(sums)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return Difference(float(gains.mean()), float(means.std()))


def split_by_time(evidence: Evidence) -> Mask:
    """Which queries are of the older half."""
    return np.arange(len(evidence.queries)) < len(evidence.queries) // 2


def split_at_random(evidence: Evidence, seed: int) -> list[Mask]:
    """Random halves of the queries."""
    count = len(evidence.queries)
    return [np.random.default_rng([seed, turn]).permutation(count) < count // 2 for turn in range(SPLITS)]


def cross_validate(options: Sequence[Floats], half: Mask) -> tuple[Floats, int, int]:
    """Choose the best option on either half and take its scores on the other one.

    Returns:
        The scores, each by a choice that has not seen its query; what was chosen on the half and on the rest.

    """
    on_half = int(np.argmax([scores[half].mean() for scores in options]))
    on_rest = int(np.argmax([scores[~half].mean() for scores in options]))
    return np.where(half, options[on_rest], options[on_half]), on_half, on_rest
