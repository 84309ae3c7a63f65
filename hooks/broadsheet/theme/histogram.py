"""Histogram: the number of articles of a list by day, month, quarter or year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from broadsheet.content import Article

MAX_BARS = 36
"""More bars would be too thin to see on a phone. Only years may be more, as there is no coarser unit."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day, month, quarter or year, with its number of articles."""

    start: date
    """The first day of the period."""
    count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """The bars of a list from its first article to its last, without gaps."""

    unit: str
    """'day', 'month', 'quarter' or 'year'."""
    bars: tuple[Bar, ...]

    @property
    def peak(self) -> Bar:
        """The highest bar; of several equal ones the newest."""
        return max(self.bars, key=lambda bar: (bar.count, bar.start))


def count_by_period(articles: Iterable[Article]) -> Histogram | None:
    """The histogram in the finest unit that gives at most `MAX_BARS` bars; None where it would have one bar.

    Cost: linear in articles and bars.
    """
    days = [article.date.at.date() for article in articles]
    if not days:
        return None
    first, last = min(days), max(days)
    if (last - first).days < MAX_BARS:
        counts = Counter(day.toordinal() for day in days)
        unit, bars = "day", tuple(Bar(date.fromordinal(day), counts[day]) for day in _span(counts))
    else:
        unit, months = _choose_unit(first, last)
        # The number of a period counts the periods since the year 0.
        counts = Counter((day.year * 12 + day.month - 1) // months for day in days)
        bars = tuple(Bar(date(n * months // 12, n * months % 12 + 1, 1), counts[n]) for n in _span(counts))
    return Histogram(unit, bars) if len(bars) > 1 else None


def _choose_unit(first: date, last: date) -> tuple[str, int]:
    """The unit, and its length in months."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months <= MAX_BARS:
        return "month", 1
    return ("quarter", 3) if months <= MAX_BARS * 3 - 2 else ("year", 12)


def _span(counts: Counter[int]) -> range:
    return range(min(counts), max(counts) + 1)
