"""Dates: moments written out for readers, in the newspaper's language."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time

from broadsheet.moments import Moment


@lru_cache(maxsize=65_536)
def _write_day(day: date, locale: Locale) -> str:
    return str(format_date(day, "long", locale))


def write_day(moment: Moment, locale: Locale) -> str:
    """The day alone: `18 January 2026`."""
    return _write_day(moment.at.date(), locale)


def write_moment(moment: Moment, locale: Locale) -> str:
    """The day, and the time with its zone where the writer gave one: `18 January 2026, 09:30 UTC`."""
    if moment.day_only:
        return write_day(moment, locale)
    clock = format_time(moment.at, "short", locale=locale)
    return f"{write_day(moment, locale)}, {clock} {_name_zone(moment.at)}"


def _name_zone(at: datetime) -> str:
    """The zone's short name: `CET`; of one that has none (`-03`) how far it is from UTC: `UTC-03:00`."""
    name = at.tzname() or "UTC"
    return f"UTC{at.isoformat()[-6:]}" if name[0] in "+-" else name


def write_month(key: str, locale: Locale) -> str:
    """A month's name with its year, for the key `2026/01`: `January 2026`."""
    year, month = key.split("/")
    return str(format_skeleton("yMMMM", date(int(year), int(month), 1), locale=locale))
