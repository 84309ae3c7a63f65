"""Moments: the dates and date-times of front matter, each with its zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ]+(\d{1,2}:\d{2}(?::\d{2})?)(?:\.\d+)?\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A point in time as a writer gave it: to the day, or to the minute or second."""

    at: datetime
    """Aware, in the site's zone; midnight where only the day was given."""
    day_only: bool = False
    """True when the writer gave a day without a time."""

    @property
    def iso(self) -> str:
        """For `<time datetime>` and structured data: `2026-01-18`, or `2026-01-18T09:30:00+01:00`."""
        return self.at.date().isoformat() if self.day_only else self.at.isoformat()

    @property
    def end(self) -> datetime:
        """The first instant after it: the next midnight when it is a day, else itself."""
        if not self.day_only:
            return self.at
        following = self.at.date() + timedelta(days=1)
        return datetime.combine(following, time(), self.at.tzinfo)


def parse_moment(text: str, zone: tzinfo) -> Moment:
    """Read a date (`2026-01-18`) or an ISO 8601 date-time; without a zone it is in the given one.

    Raises:
        ValueError: with a sentence that says what was found and expected.

    """
    text = text.strip()
    try:
        if _DAY.fullmatch(text):
            return Moment(datetime.combine(date.fromisoformat(text), time(), zone), day_only=True)
        if match := _CLOCK.fullmatch(text):
            day, clock, offset = match.groups()
            stamp = datetime.fromisoformat(f"{day}T{clock.zfill(5) if clock.count(':') == 1 else clock.zfill(8)}")
            if offset is None:
                return Moment(stamp.replace(tzinfo=zone))
            tail = "+00:00" if offset in "Zz" else offset
            return Moment(datetime.fromisoformat(stamp.isoformat() + tail).astimezone(zone))
    except (ValueError, OverflowError):
        raise ValueError(f"no such day or time '{text}', expected one like 2026-01-18 or 2026-01-18T09:30") from None
    if re.fullmatch(r"\d{4}(-\d{1,2})?", text):
        raise ValueError(f"'{text}' has no day, expected a full date like 2026-01-18")
    raise ValueError(f"'{text}' is no date, expected one like 2026-01-18 or 2026-01-18T09:30+01:00")
