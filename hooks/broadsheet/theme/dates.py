"""Dates as readers see them, in the newspaper's language, by Babel's rules."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time

from broadsheet.core import Moment


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
    return str(format_skeleton("yMMMM", date(int(year), int(month), 1), locale=locale))


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
