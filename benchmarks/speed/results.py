"""Results: the measurements at one size, their table, and the targets that Broadsheet is to reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median

from benchmarks.processes import Run
from benchmarks.speed.generators import (
    COLD,
    ONE_EDIT,
    SERVE,
    WARM,
    Blog,
    Broadsheet,
    Hugo,
    PlainMkDocs,
    Zensical,
)
from benchmarks.tools import format_table

Key = tuple[str, str]
"""The name of a generator, and the kind of build."""

MAX_GROWTH = 22
"""Of Broadsheet's seconds, from 1 × to 20 × the articles."""
MAX_KILOBYTES = 150
"""Of peak memory, per article."""

_BROADSHEET_COLD: Key = (Broadsheet.name, COLD)
_BROADSHEET_WARM: Key = (Broadsheet.name, WARM)
TARGETS: tuple[tuple[int, Key, Key, float], ...] = (
    (5, _BROADSHEET_COLD, (Hugo.name, COLD), 0.8),
    (5, _BROADSHEET_COLD, (PlainMkDocs.name, COLD), 0.75),
    (1, _BROADSHEET_COLD, (Blog.name, COLD), 0.12),
    (5, _BROADSHEET_WARM, (Zensical.name, WARM), 0.25),
    (5, (Broadsheet.name, ONE_EDIT), _BROADSHEET_WARM, 1.2),
    (5, (Broadsheet.name, SERVE), (PlainMkDocs.name, COLD), 1 / 60),
)
"""A size, two measurements, and the highest ratio of the seconds of the first to those of the second."""


@dataclass
class Measurement:
    """The runs of one kind of build, one per round."""

    runs: list[Run] = field(default_factory=list)
    pages: int = 0
    error: str = ""
    """Why there are no more runs."""

    @property
    def seconds(self) -> float:
        """The median of the runs."""
        return median(run.seconds for run in self.runs) if self.runs else 0.0

    @property
    def processor_seconds(self) -> float:
        """The median of the runs; 0 when they were not measured."""
        return median(run.processor_seconds for run in self.runs) if self.runs else 0.0

    @property
    def megabytes(self) -> float:
        """The highest peak of memory; 0 when it was not measured."""
        return max((run.megabytes for run in self.runs), default=0.0)

    def add(self, run: Run) -> None:
        """Record a run, or why it has no result."""
        self.error = run.error
        if run.error != "failed":
            self.runs.append(run)


@dataclass
class Size:
    """The measurements at one size."""

    factor: int
    articles: int
    rounds: int
    measurements: dict[Key, Measurement] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def at(self, key: Key) -> Measurement:
        """A measurement to add to."""
        return self.measurements.setdefault(key, Measurement())

    def find_complete(self, key: Key) -> Measurement | None:
        """A measurement that has runs and no error."""
        measurement = self.measurements.get(key)
        return measurement if measurement and measurement.runs and not measurement.error else None

    def format(self) -> str:
        """The measurements as a Markdown table, each time compared with plain MkDocs from cold."""
        plain = self.find_complete((PlainMkDocs.name, COLD))
        rounds = f"{self.rounds} round{'s' * (self.rounds > 1)}"
        head = ["tool", " what", "seconds (median)", "peak MB", "KB an article", "pages", f"against {PlainMkDocs.name}"]
        rows = [[*key, *self._format_row(one, plain)] for key, one in self.measurements.items()]
        title = f"### {self.articles:,} articles ({self.factor} × the archive; {rounds})"
        return "\n".join([title, "", format_table(head, rows), "", *(f"{note}\n" for note in self.notes)])

    def _format_row(self, measurement: Measurement, plain: Measurement | None) -> list[str]:
        peak = measurement.megabytes
        memory = [f"{peak:,.0f}", f"{peak * 1024 / self.articles:,.0f}"] if peak else ["–", "–"]
        if measurement.error:
            return [measurement.error, *memory, "–", "–"]
        ratio = f"{measurement.seconds / plain.seconds:.3f}" if plain else "–"
        pages = f"{measurement.pages:,}" if measurement.pages else "–"
        return [format_seconds(measurement.seconds), *memory, pages, ratio]


def format_seconds(seconds: float) -> str:
    """Seconds with three digits or so."""
    return f"{seconds:.{1 if seconds >= 10 else 2}f}"


def judge_targets(sizes: Mapping[int, Size]) -> Iterator[str]:
    """A line for every target that can be judged: the measured value, the highest allowed, and 'met' or 'missed'."""
    for factor, ours, other, most in TARGETS:
        size = sizes.get(factor)
        own, compared = (size.find_complete(key) if size else None for key in (ours, other))
        if own and compared:
            what = f"{factor} ×: {ours[1]} against {', '.join(other)}"
            yield _judge(what, own.seconds / compared.seconds, most)
    for build in Broadsheet.builds:
        small, large = (
            sizes[factor].find_complete((Broadsheet.name, build)) if factor in sizes else None for factor in (1, 20)
        )
        if small and large:
            yield _judge(f"1 × to 20 ×: growth of {build}", large.seconds / small.seconds, MAX_GROWTH)
    for factor, size in sizes.items():
        peak = max(size.at((Broadsheet.name, build)).megabytes for build in Broadsheet.builds)
        if peak:
            yield _judge(f"{factor} ×: peak KB an article", peak * 1024 / size.articles, MAX_KILOBYTES)


def _judge(what: str, value: float, most: float) -> str:
    return f"{what}: {value:.3g} (at most {most:.3g}): {'met' if value <= most else 'missed'}"
