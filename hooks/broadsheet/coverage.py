"""Coverage: how many articles of a list fell into each day, month, quarter or year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from broadsheet.article import Article

MOST_BARS = 36
"""More would be too thin to see on a phone. Years may be more: there is nothing coarser."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day, month, quarter or year."""

    start: date
    """Its first day."""
    count: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """The bars of a list, from its first article to its last, without gaps."""

    unit: str
    """'day', 'month', 'quarter' or 'year'."""
    bars: tuple[Bar, ...]

    @property
    def peak(self) -> Bar:
        """The highest bar; of several the newest."""
        return max(self.bars, key=lambda bar: (bar.count, bar.start))


def count_coverage(articles: Iterable[Article]) -> Coverage | None:
    """Count articles in the finest unit that makes no more than MOST_BARS bars; None where one bar would be all.

    Cost: one step an article, and one a bar.
    """
    days = [article.date.at.date() for article in articles]
    if not days:
        return None
    first, last = min(days), max(days)
    if (last - first).days < MOST_BARS:
        counts = Counter(day.toordinal() for day in days)
        unit, bars = "day", tuple(Bar(date.fromordinal(one), counts[one]) for one in _span(counts))
    else:
        unit, months = _choose_unit(first, last)
        # A period is known by how many of its kind have passed since the year 0.
        counts = Counter((day.year * 12 + day.month - 1) // months for day in days)
        bars = tuple(Bar(date(one * months // 12, one * months % 12 + 1, 1), counts[one]) for one in _span(counts))
    return Coverage(unit, bars) if len(bars) > 1 else None


def _choose_unit(first: date, last: date) -> tuple[str, int]:
    """The unit, and how many months it has."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months <= MOST_BARS:
        return "month", 1
    return ("quarter", 3) if months <= MOST_BARS * 3 - 2 else ("year", 12)


def _span(counts: Counter[int]) -> range:
    return range(min(counts), max(counts) + 1)
