"""Sensitivity: every number of the engine over a small grid, chosen on one half and tested on the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from evidence import Evidence
from scoring import Difference, Floats, Mask, compare, cross_validate, split_at_random, split_by_time
from variants import Settings, Variants

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
"""Values of each setting, the engine's among them; `repeated` 0 keeps boilerplate."""

PLAIN = Settings(repeated=0, lasting=0, headline=1, window=1, near=1, power=1, rarity=1, fade=0, topics=0)
"""TF-IDF with bigrams and nothing else: where a search begins that knows nothing of the engine's values."""

CLIMBED = ("window", "headline", "repeated", "power", "rarity", "fade", "fade_days", "topics")
"""What such a search may change, in this order."""

ROUNDS = 2


@dataclass(frozen=True)
class Sensitivity:
    """What one setting does."""

    name: str
    values: tuple[float, ...]
    scores: tuple[Difference, ...]
    """The difference that each value makes from the engine's own."""
    plateau: tuple[float, ...]
    """Values of which noise does not tell that they are worse than the engine's."""
    by_time: tuple[float, float, Difference]
    """The values chosen on the older and on the newer half, and what the choice gains on the other one."""
    at_random: Difference
    """What such a choice gains on random halves, on average."""


def vary(name: str) -> list[Settings]:
    """The engine's settings with each value of one of them."""
    values = sorted({*GRID[name], getattr(Settings(), name)})
    return [replace(Settings(), **{name: value}) for value in values]


def test_setting(variants: Variants, name: str, seed: int) -> Sensitivity:
    """Score a setting's values on everything and across halves."""
    evidence, own = variants.evidence, variants.test(Settings())
    options = vary(name)
    values = tuple(getattr(option, name) for option in options)
    scores = [variants.test(option) for option in options]
    differences = tuple(compare(one, own, evidence.months, seed) for one in scores)
    half = split_by_time(evidence)
    blind, older, newer = cross_validate(scores, half)
    turns = [cross_validate(scores, split)[0] for split in split_at_random(evidence, seed)]
    return Sensitivity(
        name,
        values,
        differences,
        tuple(value for value, difference in zip(values, differences, strict=True) if difference.sign >= 0),
        (values[older], values[newer], compare(blind, own, evidence.months, seed)),
        compare(np.mean(turns, axis=0), own, evidence.months, seed),
    )


def climb(variants: Variants, half: Mask) -> Settings:
    """Choose settings one after another on one half only, twice over, from the plain ones on."""
    chosen = PLAIN
    for _ in range(ROUNDS):
        for name in CLIMBED:
            options = [replace(chosen, **{name: value}) for value in GRID[name]]
            chosen = max(options, key=lambda option: variants.test(option)[half].mean())
    return chosen


def climb_across(variants: Variants, half: Mask) -> tuple[Floats, Settings, Settings]:
    """Settings chosen on either half, and the scores of each on the other."""
    on_half, on_rest = climb(variants, half), climb(variants, ~half)
    return np.where(half, variants.test(on_rest), variants.test(on_half)), on_half, on_rest


@dataclass(frozen=True)
class Part:
    """What a part of the archive says of the engine's settings."""

    name: str
    articles: int
    queries: int
    score: float
    best: str
    """The single change that gains most there."""
    gain: Difference
    """Of that change, chosen with knowledge of the queries: the best of some fifty is above 0 by chance alone."""
    blind: Difference
    """What the best change gains that is chosen on one random half and tested on the other, on average."""


def test_part(name: str, evidence: Evidence, seed: int) -> Part:
    """Try every single change on a part of the archive."""
    variants = Variants(evidence)
    options = [option for setting in GRID for option in vary(setting)]
    scores = [variants.test(option) for option in options]
    own = variants.test(Settings())
    best = int(np.argmax([one.mean() for one in scores]))
    turns = [cross_validate(scores, half)[0] for half in split_at_random(evidence, seed)]
    return Part(
        name,
        len(evidence.documents),
        len(evidence.queries),
        float(own.mean()),
        ", ".join(describe(options[best])) or "none",
        compare(scores[best], own, evidence.months, seed),
        compare(np.mean(turns, axis=0), own, evidence.months, seed),
    )


def describe(settings: Settings) -> Iterator[str]:
    """What differs from the engine's settings."""
    for name in Settings.__dataclass_fields__:
        value = getattr(settings, name)
        if value != getattr(Settings(), name):
            yield f"{name} {value:g}" if isinstance(value, int | float) else f"{name} {value}"
