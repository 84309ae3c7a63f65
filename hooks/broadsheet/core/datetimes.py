"""Datetimes: parse the dates and date-times of front matter, with their time zones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

FIRST_YEAR, LAST_YEAR = 1000, 9998
"""The years that are allowed: beyond them, conversion to another zone can fail."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt]| +)(\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)? *(Z|z|[+-]\d{2}(?::?[0-5]\d)?)?",
    re.ASCII,
)
_LOOSE_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_NAMED_ZONE = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ][\d:. ]+?([A-Za-z][\w/+-]*)", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A date or a date-time, as a writer gave it."""

    at: datetime
    """The instant, in the zone of the site; midnight when only the day was given."""
    day_only: bool = False
    """Whether the writer gave a day without a time."""

    @property
    def iso(self) -> str:
        """The text for `<time datetime>` and structured data: `2026-01-18`, or `2026-01-18T09:30:00+01:00`."""
        if self.day_only:
            return self.at.date().isoformat()
        # Before there were time zones, local times had offsets with seconds, which HTML does not allow.
        seconds = (self.at.utcoffset() or timedelta()) % timedelta(minutes=1)
        return (self.at.astimezone(UTC) if seconds else self.at).isoformat()

    @property
    def end(self) -> datetime:
        """The end: the next midnight for a day, else the instant itself."""
        if not self.day_only:
            return self.at
        next_day = self.at.date() + timedelta(days=1)
        return datetime.combine(next_day, time(), self.at.tzinfo)


def parse_moment(text: str, zone: tzinfo) -> Moment:
    """Parse a date (`2026-01-18`) or an ISO 8601 date-time; `zone` is its zone when it has none.

    Raises:
        ValueError: for other texts; the message says what was found and expected.

    """
    text = " ".join(text.split())
    try:
        moment = _match_moment(text, zone)
    except (ValueError, OverflowError):
        raise ValueError(
            f"no such day or time '{text[:60]}', expected one like 2026-01-18 or 2026-01-18T09:30"
        ) from None
    if moment is None:
        raise ValueError(_explain_error(text))
    if not FIRST_YEAR <= moment.at.year <= LAST_YEAR:
        raise ValueError(f"'{text[:60]}' is out of range, expected a year from {FIRST_YEAR} to {LAST_YEAR}")
    if not moment.day_only and _measure_fold(moment.at) < timedelta():
        following = Moment(moment.at.astimezone(UTC).astimezone(zone))
        raise ValueError(
            f"no such time '{text[:60]}' in {zone}, where clocks go forward past it, "
            f"expected another time like {following.at:%Y-%m-%dT%H:%M}, or one with an offset like {following.iso}"
        )
    return moment


def find_repeated_time(text: str, moment: Moment) -> tuple[Moment, Moment] | None:
    """Return both instants of a time that clocks show twice, as they go back; None for any other time.

    A time with an offset is one of the two, and no repeated time.

    Args:
        text: as a writer gave it.
        moment: what `parse_moment` made of it: the first of the two instants.

    """
    if moment.day_only or _measure_fold(moment.at) <= timedelta():
        return None
    match = _DATETIME.fullmatch(" ".join(text.split()))
    if match is None or match[3] is not None:
        return None
    return Moment(moment.at.replace(fold=0)), Moment(moment.at.replace(fold=1))


def _measure_fold(at: datetime) -> timedelta:
    """Return by how much clocks go back after this time; less than 0 for a time that they leave out (PEP 495)."""
    first, second = (at.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return first - second


def _match_moment(text: str, zone: tzinfo) -> Moment | None:
    if _DATE.fullmatch(text):
        return Moment(datetime.combine(date.fromisoformat(text), time(), zone), day_only=True)
    if not (match := _DATETIME.fullmatch(text)):
        return None
    day, clock, offset = match.groups()
    local = datetime.fromisoformat(f"{day}T{clock if clock[1] != ':' else f'0{clock}'}")
    if offset is None:
        return Moment(local.replace(tzinfo=zone))
    suffix = "+00:00" if offset in "Zz" else offset
    return Moment(datetime.fromisoformat(local.isoformat() + suffix).astimezone(zone))


def _explain_error(text: str) -> str:
    """Return the error message for a text that does not look like a date."""
    quoted = f"'{text[:60]}'"
    if re.fullmatch(r"\d{4}(-\d{1,2})?", text, re.ASCII):
        return f"{quoted} has no day, expected a full date like 2026-01-18"
    if match := _LOOSE_DATE.fullmatch(text):
        year, month, day = match.groups()
        return f"{quoted} is no date, expected year-month-day as in {year}-{month:0>2}-{day:0>2}"
    if match := _NAMED_ZONE.fullmatch(text):
        if match[1].lower() in {"am", "pm"}:
            return f"{quoted} is no date-time, expected hours from 00 to 23 as in 2026-01-18T21:30"
        return f"'{match[1][:20]}' is no zone, expected Z or an offset like +01:00"
    return f"{quoted} is no date, expected one like 2026-01-18 or 2026-01-18T09:30+01:00"
