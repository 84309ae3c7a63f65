"""Parameters: every number of the formula over a small grid, chosen on one half of the queries, tested on the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from benchmarks.relevance.formula import Formula, Settings
from benchmarks.relevance.linked_archive import LinkedArchive, Mask
from benchmarks.relevance.metrics import Difference, Floats, compare, cross_validate, split_at_random, split_by_time

ENGINE = Settings()

ABLATIONS: dict[str, Settings] = {
    f"headline counts once, not {ENGINE.headline:g} times": replace(ENGINE, headline=1),
    "pairs of adjacent words only": replace(ENGINE, window=1),
    "no pairs, words only": replace(ENGINE, window=0),
    "each pair counts 1, however far apart": replace(ENGINE, near=0),
    "boilerplate left in": replace(ENGINE, repeated=0),
    "features of only two articles left out": replace(ENGINE, documents=3),
    "rarity without its power": replace(ENGINE, rarity=1),
    "counts as they are": replace(ENGINE, power=1),
    "logarithm of counts": replace(ENGINE, saturation="log"),
    "BM25's saturation of counts": replace(ENGINE, saturation="bm25"),
    "no fading with time": replace(ENGINE, fade=0),
    "no lift for topics": replace(ENGINE, topics=0),
}
"""The engine's settings with one signal switched off or simplified."""

GRID: dict[str, tuple[float, ...]] = {
    "repeated": (0, 2, 3, 5, 10),
    "lasting": (0, 7, 30, 90),
    "least_words": (3, 5, 8, 12),
    "headline": (1, 3, 6, 10, 15, 25),
    "window": (0, 1, 3, 5, 7, 10),
    "near": (0, 0.5, 1, 2),
    "documents": (2, 3, 5),
    "power": (0.35, 0.5, 0.65, 1),
    "rarity": (0.5, 1, 1.25, 1.5, 1.75, 2, 2.5),
    "fade": (0, 0.1, 0.2, 0.3, 0.4, 0.5),
    "fade_days": (3, 7, 15, 30, 60, 120),
    "topics": (0, 0.3, 0.6, 1, 2),
}
"""Values of each setting, including the engine's."""

PLAIN = Settings(repeated=0, lasting=0, headline=1, window=1, near=1, power=1, rarity=1, fade=0, topics=0)
"""TF-IDF with bigrams and nothing else: the start of the search."""

SEARCHED = ("window", "headline", "repeated", "power", "rarity", "fade", "fade_days", "topics")
"""The settings that the search changes, in this order."""

SEARCH_ROUNDS = 2


@dataclass(frozen=True)
class Sensitivity:
    """How the score depends on one setting."""

    name: str
    values: tuple[float, ...]
    differences: tuple[Difference, ...]
    """From the engine's own value, for each value."""
    plateau: tuple[float, ...]
    """The values that are not significantly worse than the engine's."""
    best_on_older: float
    best_on_newer: float
    by_time: Difference
    """What the value chosen on either half in time gains on the other half."""
    at_random: Difference
    """What such a choice gains on random halves, on average."""


@dataclass(frozen=True)
class PartResult:
    """What a part of the archive says about the engine's settings."""

    name: str
    articles: int
    queries: int
    ndcg: float
    best: str
    """The single change with the highest gain in this part."""
    gain: Difference
    """Of that change: the best of some fifty, so above 0 by chance alone."""
    cross_validated: Difference
    """What the best change gains that is chosen on one random half and tested on the other, on average."""


def vary_setting(name: str) -> list[Settings]:
    """The engine's settings with each value of one setting."""
    values = sorted({*GRID[name], getattr(ENGINE, name)})
    return [_change(ENGINE, name, value) for value in values]


def measure_setting(formula: Formula, name: str, seed: int) -> Sensitivity:
    """Score the values of a setting, on all queries and across halves."""
    months, own = formula.archive.months, formula.measure_ndcg(ENGINE)
    options = vary_setting(name)
    values = tuple(getattr(option, name) for option in options)
    scores = [formula.measure_ndcg(option) for option in options]
    differences = tuple(compare(one, own, months, seed) for one in scores)
    by_time, older, newer = cross_validate(scores, split_by_time(formula.archive))
    return Sensitivity(
        name,
        values,
        differences,
        tuple(value for value, difference in zip(values, differences, strict=True) if difference.sign >= 0),
        values[older],
        values[newer],
        compare(by_time, own, months, seed),
        _cross_validate_at_random(formula.archive, scores, own, seed),
    )


def measure_part(name: str, archive: LinkedArchive, seed: int) -> PartResult:
    """Score every single change of a setting on a part of the archive."""
    formula = Formula(archive)
    options = [option for setting in GRID for option in vary_setting(setting)]
    scores = [formula.measure_ndcg(option) for option in options]
    own = formula.measure_ndcg(ENGINE)
    best = int(np.argmax([one.mean() for one in scores]))
    return PartResult(
        name,
        len(archive.documents),
        len(archive.queries),
        float(own.mean()),
        ", ".join(_describe(options[best])) or "none",
        compare(scores[best], own, archive.months, seed),
        _cross_validate_at_random(archive, scores, own, seed),
    )


def search_settings(formula: Formula, half: Mask) -> tuple[Floats, Settings, Settings]:
    """Search on either half from plain settings: the scores of each result on the other half, and both results."""
    on_half, on_rest = _climb(formula, half), _climb(formula, ~half)
    return np.where(half, formula.measure_ndcg(on_rest), formula.measure_ndcg(on_half)), on_half, on_rest


def _climb(formula: Formula, half: Mask) -> Settings:
    """Improve one setting after another by the scores of one half only."""
    chosen = PLAIN
    for _ in range(SEARCH_ROUNDS):
        for name in SEARCHED:
            options = [_change(chosen, name, value) for value in GRID[name]]
            chosen = max(options, key=lambda option: formula.measure_ndcg(option)[half].mean())
    return chosen


def _change(settings: Settings, name: str, value: Any) -> Settings:
    return replace(settings, **{name: value})


def _cross_validate_at_random(archive: LinkedArchive, scores: list[Floats], own: Floats, seed: int) -> Difference:
    turns = [cross_validate(scores, half)[0] for half in split_at_random(archive, seed)]
    return compare(np.mean(turns, axis=0), own, archive.months, seed)


def _describe(settings: Settings) -> Iterator[str]:
    """The settings that are not the engine's."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        if value != getattr(ENGINE, field.name):
            yield f"{field.name} {value:g}"
