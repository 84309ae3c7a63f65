"""Metrics: ranked lists scored against the editors' links, and differences distinguished from noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.relevance.linked_archive import LinkedArchive, Mask
from benchmarks.tools import RELATED_COUNT

DRAWS = 2000
"""How many bootstrap samples of the queries estimate an error."""

SPLITS = 20
"""The number of random halves, besides the older and the newer half."""

_DECIMALS = 6
_GAINS = 1 / np.log2(np.arange(RELATED_COUNT) + 2)

Floats = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Measures:
    """The quality of each query's list, from 0 to 1."""

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
        """1 for a gain, -1 for a loss, 0 within the noise."""
        return int(np.sign(self.mean)) if abs(self.mean) > 2 * self.error else 0

    def __str__(self) -> str:
        return f"{self.mean:+.4f} ± {self.error:.4f}"


def rank_scores(scores: npt.NDArray[np.floating], queries: Ranks) -> Ranks:
    """The best documents of each row, rounded as the engine rounds; of equal scores the later first; -1 for none."""
    rounded = np.round(scores.astype(np.float64), _DECIMALS)
    rounded[np.arange(len(queries)), queries] = -1
    best = scores.shape[1] - 1 - np.argsort(-rounded[:, ::-1], axis=1, kind="stable")[:, :RELATED_COUNT]
    return np.where(np.take_along_axis(rounded, best, axis=1) > 0, best, -1)


def measure(ranked: Ranks, archive: LinkedArchive) -> Measures:
    """Score the list of each query."""
    linked = [archive.linked[query] for query in archive.queries]
    hits = np.array([[one in wanted for one in row] for row, wanted in zip(ranked.tolist(), linked, strict=True)])
    possible = np.array([min(len(wanted), RELATED_COUNT) for wanted in linked])
    reciprocal: Floats = np.where(hits.any(axis=1), 1 / (hits.argmax(axis=1) + 1), 0)
    return Measures(
        (hits @ _GAINS[: hits.shape[1]]) / np.cumsum(_GAINS)[possible - 1],
        hits.sum(axis=1) / possible,
        (reciprocal > 0).astype(np.float64),
        reciprocal,
    )


def compare(new: Floats, old: Floats, months: Ranks, seed: int, chosen: Mask | None = None) -> Difference:
    """The mean paired difference, and its error by a bootstrap that draws whole months of queries."""
    chosen = np.ones(len(new), dtype=bool) if chosen is None else chosen
    gains = (new - old)[chosen]
    groups = np.unique(months[chosen], return_inverse=True)[1]
    sums, sizes = np.bincount(groups, gains), np.bincount(groups)
    drawn = np.random.default_rng(seed).integers(len(sums), size=(DRAWS, len(sums)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return Difference(float(gains.mean()), float(means.std()))


def split_by_time(archive: LinkedArchive) -> Mask:
    """A mask of the older half of the queries."""
    return np.arange(len(archive.queries)) < len(archive.queries) // 2


def split_at_random(archive: LinkedArchive, seed: int) -> list[Mask]:
    """Masks of random halves of the queries."""
    count = len(archive.queries)
    return [np.random.default_rng([seed, turn]).permutation(count) < count // 2 for turn in range(SPLITS)]


def cross_validate(options: Sequence[Floats], half: Mask) -> tuple[Floats, int, int]:
    """Choose the best option on either half and take its scores on the other half.

    Returns:
        The scores, each by a choice that did not see its query; the choice on the half; the choice on the rest.

    """
    on_half = int(np.argmax([scores[half].mean() for scores in options]))
    on_rest = int(np.argmax([scores[~half].mean() for scores in options]))
    return np.where(half, options[on_rest], options[on_half]), on_half, on_rest
