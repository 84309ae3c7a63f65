"""Month calendar of the archive: each day links to the list page with its first article."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass

from broadsheet.edition import ListingPage, page_url


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
