"""Targets: the ratios that Broadsheet is to reach, and whether it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from newspaper import Newspaper
from outcome import Key, Outcome, Size
from rivals import Blog, Hugo, PlainMkDocs, Zensical

SERVE = "serve, save to reload"
_COLD: Key = (Newspaper.name, "cold")
_WARM: Key = (Newspaper.name, "warm")
_GROWTH = 22
_KILOBYTES = 150


@dataclass(frozen=True, slots=True)
class _Target:
    """A time that is to be at most so many times another."""

    factor: int
    ours: Key
    other: Key
    most: float


_TARGETS = (
    _Target(5, _COLD, (Hugo.name, "cold"), 0.8),
    _Target(5, _COLD, (PlainMkDocs.name, "cold"), 0.75),
    _Target(1, _COLD, (Blog.name, "cold"), 0.12),
    _Target(5, _WARM, (Zensical.name, "warm"), 0.25),
    _Target(5, (Newspaper.name, "one edit"), _WARM, 1.2),
    _Target(5, (Newspaper.name, SERVE), (PlainMkDocs.name, "cold"), 1 / 60),
)


def judge(sizes: Mapping[int, Size]) -> list[str]:
    """A line for every target of which enough was measured: the ratio, and 'met' or 'missed'."""
    compared = chain.from_iterable(
        _compare(target, sizes[target.factor]) for target in _TARGETS if target.factor in sizes
    )
    return [*compared, *_judge_growth(sizes), *_judge_memory(sizes.values())]


def _compare(target: _Target, size: Size) -> Iterator[str]:
    ours, other = size.outcomes.get(target.ours), size.outcomes.get(target.other)
    if ours is None or other is None or not ours.runs or not other.runs or ours.note:
        return
    ratio = ours.seconds / other.seconds
    what = f"{target.factor} ×: {target.ours[1]} against {', '.join(target.other)}"
    told = f"{what}: {ratio:.3f} (at most {target.most:.3g})"
    if not other.note:
        yield f"{told}: {_verdict(ratio, target.most)}"
    elif ratio <= target.most:
        yield f"{told}, or less, as the other was stopped: met"


def _judge_growth(sizes: Mapping[int, Size]) -> Iterator[str]:
    if not {1, 20} <= sizes.keys():
        return
    for what in Newspaper.builds:
        small, large = (sizes[factor].outcomes.get((Newspaper.name, what), Outcome()) for factor in (1, 20))
        if small.runs and large.runs and not small.note and not large.note:
            growth = large.seconds / small.seconds
            told = f"1 × to 20 ×: {what} takes {growth:.1f} times as long (at most {_GROWTH})"
            yield f"{told}: {_verdict(growth, _GROWTH)}"


def _judge_memory(sizes: Iterable[Size]) -> Iterator[str]:
    for size in sizes:
        builds = [size.outcomes.get((Newspaper.name, what), Outcome()) for what in Newspaper.builds]
        held = max(outcome.megabytes for outcome in builds) * 1024 / size.articles
        if held:
            told = f"{size.factor} ×: peak memory {held:.0f} KB an article (under {_KILOBYTES})"
            yield f"{told}: {_verdict(held, _KILOBYTES)}"


def _verdict(found: float, most: float) -> str:
    return "met" if found <= most else "missed"
