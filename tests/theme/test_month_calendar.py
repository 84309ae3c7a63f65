"""Calendars: a month of the archive, day by day."""

from __future__ import annotations

from broadsheet.edition.listings import Listing, paginate
from broadsheet.theme.dates import Day, Month, build_calendar
from content_factory import make_article


def make_months(*days: int, per_page: int = 20, first_weekday: int = 0, key: str = "2026/02") -> list[Month]:
    """The calendars of all pages of a month with articles on these days, the newest first."""
    dates = [f"{key.replace('/', '-')}-{day:02}" for day in days]
    articles = tuple(make_article(f"note-{number}", date) for number, date in enumerate(dates))
    listing = Listing("month", key, f"archive/{key}/", key, articles)
    return [build_calendar(page, first_weekday) for page in paginate(listing, per_page)]


def days_of(month: Month) -> list[Day]:
    return [day for week in month.weeks for day in week if day]


def test_a_month_has_all_its_days_in_weeks_of_seven_places() -> None:
    (month,) = make_months(20, key="2024/02")
    assert {len(week) for week in month.weeks} == {7}
    assert [day.number for day in days_of(month)] == list(range(1, 30))
    # The first of February 2024 was a Thursday.
    assert month.weeks[0][:4] == (None, None, None, Day(1))


def test_a_week_begins_as_the_newspapers_language_has_it() -> None:
    (month,) = make_months(20, first_weekday=6, key="2024/02")
    assert month.first_weekday == 6
    assert month.weeks[0][:5] == (None, None, None, None, Day(1))


def test_a_day_leads_to_the_list_and_says_how_many_it_has() -> None:
    (month,) = make_months(20, 20, 3)
    assert [day for day in days_of(month) if day.count] == [
        Day(3, 1, "archive/2026/02/"),
        Day(20, 2, "archive/2026/02/"),
    ]


def test_a_day_leads_to_the_page_on_which_its_first_article_stands() -> None:
    months = make_months(9, 8, 8, 8, 7, per_page=2)
    # The same on every page of the list.
    assert len(months) == 3
    assert len(set(months)) == 1
    assert [(day.number, day.url) for day in days_of(months[0]) if day.count] == [
        (7, "archive/2026/02/page/3/"),
        (8, "archive/2026/02/"),
        (9, "archive/2026/02/"),
    ]


def test_a_month_without_articles_has_a_calendar_without_links() -> None:
    (month,) = make_months()
    assert not [day for day in days_of(month) if day.url]
