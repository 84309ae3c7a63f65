"""Dates on pages: in words, by Babel's rules; as the month calendar of the archive; as the histogram of a list."""

from __future__ import annotations

from calendar import Calendar
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time

from broadsheet.content import Article
from broadsheet.core import Moment
from broadsheet.edition import ListingPage, page_url

MAX_BARS = 36
"""More bars would be too thin to see on a phone. Only years may be more, as there is no coarser unit."""


@lru_cache(maxsize=65_536)
def _write_day(day: date, locale: Locale) -> str:
    return str(format_date(day, "long", locale))


def format_day(moment: Moment, locale: Locale) -> str:
    """The day without the time: `18 January 2026`."""
    return _write_day(moment.at.date(), locale)


def format_moment(moment: Moment, locale: Locale) -> str:
    """The day, and the time with its zone where the writer gave one: `18 January 2026, 09:30 UTC`."""
    if moment.day_only:
        return format_day(moment, locale)
    clock = format_time(moment.at, "short", locale=locale)
    return f"{format_day(moment, locale)}, {clock} {_name_zone(moment.at)}"


def _name_zone(at: datetime) -> str:
    """The zone's short name, as `CET`; the offset, as `UTC-03:00`, for a zone without a name."""
    name = at.tzname() or "UTC"
    return f"UTC{at.isoformat()[-6:]}" if name[0] in "+-" else name


def format_month_name(key: str, locale: Locale) -> str:
    """The name of a month, for the key `2026/01`: `January`."""
    return str(locale.months["stand-alone"]["wide"][int(key.split("/")[1])])


def format_month(key: str, locale: Locale) -> str:
    """The name of a month with its year, for the key `2026/01`: `January 2026`."""
    year, month = key.split("/")
    return format_period(date(int(year), int(month), 1), "month", locale)


def format_weekday(at: datetime, locale: Locale) -> str:
    """A day with the name of its weekday: `Sunday, 18 January 2026`."""
    return str(format_date(at.date(), "full", locale))


def format_period(start: date, unit: str, locale: Locale) -> str:
    """The day, month, quarter or year that begins on a day: `18 January 2026`, `January 2026`, `Q1 2026`, `2026`."""
    if unit == "day":
        return _write_day(start, locale)
    skeleton = {"month": "yMMMM", "quarter": "yQQQ"}.get(unit, "y")
    return str(format_skeleton(skeleton, start, locale=locale))


def list_weekday_names(first: int, locale: Locale) -> list[tuple[str, str]]:
    """The long and short names of the seven weekdays, from `first` on (0 is Monday)."""
    long, short = locale.days["stand-alone"]["wide"], locale.days["stand-alone"]["abbreviated"]
    return [(str(long[day % 7]), str(short[day % 7])) for day in range(first, first + 7)]


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the month."""

    number: int
    count: int = 0
    """The number of articles of that day."""
    url: str = ""
    """The list page with the first of them; '' for a day without articles."""


@dataclass(frozen=True, slots=True)
class Month:
    """One month, week by week."""

    first_weekday: int
    """0 is Monday."""
    weeks: tuple[tuple[Day | None, ...], ...]
    """Seven days each; None for a day of another month."""


def build_calendar(page: ListingPage, first_weekday: int = 0) -> Month:
    """The calendar for one page of a month's list. Cost: linear in the month's articles."""
    listing = page.listing
    # All pages but the last have the same size.
    size = (page.start - 1) // (page.number - 1) if page.number > 1 else max(1, len(page.articles))
    places: dict[int, list[int]] = {}
    for index, article in enumerate(listing.articles):
        places.setdefault(article.date.at.day, []).append(index)
    days = {
        number: Day(number, len(indexes), page_url(listing.url, indexes[0] // size + 1))
        for number, indexes in places.items()
    }
    year, month = (int(part) for part in listing.key.split("/"))
    weeks = Calendar(first_weekday).monthdayscalendar(year, month)
    return Month(
        first_weekday,
        tuple(tuple(days.get(number, Day(number)) if number else None for number in week) for week in weeks),
    )


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
