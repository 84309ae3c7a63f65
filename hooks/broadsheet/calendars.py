"""Calendars: the weeks of a month, and for each day where its articles stand in the archive's list."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass

from broadsheet.listings import ListingPage, page_url


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the month."""

    number: int
    count: int = 0
    """How many articles it has."""
    url: str = ""
    """The page of the list on which the first of them stands; '' for a day without any."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a calendar shows it."""

    first_weekday: int
    """0 for Monday."""
    weeks: tuple[tuple[Day | None, ...], ...]
    """Seven places each; None for one that belongs to another month."""


def build_month(page: ListingPage, first_weekday: int = 0) -> Month:
    """The calendar that stands on one page of a month's list. Cost: one step an article."""
    listing = page.listing
    # All pages but the last are full, and where a page starts tells how full.
    size = (page.start - 1) // (page.number - 1) if page.number > 1 else max(1, len(page.articles))
    places: dict[int, list[int]] = {}
    for place, article in enumerate(listing.articles):
        places.setdefault(article.date.at.day, []).append(place)
    days = {
        number: Day(number, len(found), page_url(listing.url, found[0] // size + 1)) for number, found in places.items()
    }
    year, month = (int(part) for part in listing.key.split("/"))
    weeks = Calendar(first_weekday).monthdayscalendar(year, month)
    return Month(
        first_weekday,
        tuple(tuple(days.get(number, Day(number)) if number else None for number in week) for week in weeks),
    )
