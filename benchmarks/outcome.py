"""Outcome: what was measured of one kind of build of one tool, and the table of all at one size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from measure import Run

Key = tuple[str, str]
"""The name of a tool, and what was measured of it."""


@dataclass
class Outcome:
    """The runs of one kind of build, one a round."""

    runs: list[Run] = field(default_factory=list)
    pages: int = 0
    note: str = ""
    """Why there are no runs, or none to the end."""

    @property
    def seconds(self) -> float:
        """The median."""
        return median(run.seconds for run in self.runs) if self.runs else 0.0

    @property
    def megabytes(self) -> float:
        """The highest peak; 0 where memory was not measured."""
        return max((run.megabytes for run in self.runs), default=0.0)


@dataclass
class Size:
    """What was measured at one size."""

    factor: int
    articles: int
    rounds: int
    outcomes: dict[Key, Outcome] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def at(self, key: Key) -> Outcome:
        """An outcome to add to."""
        return self.outcomes.setdefault(key, Outcome())


def write_table(size: Size, base: Key) -> str:
    """A Markdown table; every time is compared with that of `base`."""
    lines = [
        f"### {size.articles:,} articles ({size.factor} × the archive; {size.rounds} round{'s' * (size.rounds > 1)})\n",
        f"| tool | what | seconds (median) | peak MB | KB an article | pages | against {base[0]} |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    compared = _find_seconds(size.outcomes, base)
    for (name, what), outcome in size.outcomes.items():
        lines.append(f"| {' | '.join([name, what, *_fill_row(outcome, size.articles, compared)])} |")
    return "\n".join([*lines, "", *(f"{note}\n" for note in size.notes)])


def _find_seconds(outcomes: Mapping[Key, Outcome], key: Key) -> float:
    outcome = outcomes.get(key)
    return 0.0 if outcome is None or outcome.note else outcome.seconds


def _fill_row(outcome: Outcome, articles: int, compared: float) -> list[str]:
    peak = outcome.megabytes
    memory = [f"{peak:,.0f}", f"{peak * 1024 / articles:,.0f}"] if peak else ["–", "–"]
    if outcome.note:
        return [outcome.note, *memory, "–", "–"]
    digits = 1 if outcome.seconds >= 10 else 2
    ratio = f"{outcome.seconds / compared:.3f}" if compared else "–"
    return [f"{outcome.seconds:.{digits}f}", *memory, f"{outcome.pages:,}" if outcome.pages else "–", ratio]
