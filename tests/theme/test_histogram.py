"""Coverage: how a list's articles lie in time."""

from __future__ import annotations

from datetime import date

import pytest
from broadsheet.theme.dates import MAX_BARS, Bar, Histogram, count_by_period
from content_factory import make_article


def cover(*days: str) -> Histogram:
    histogram = count_by_period(make_article(f"note-{number}", day) for number, day in enumerate(days))
    assert histogram is not None
    return histogram


@pytest.mark.parametrize("days", [[], ["2026-01-18"], ["2026-01-18", "2026-01-18"]])
def test_what_would_be_a_single_bar_is_no_picture(days: list[str]) -> None:
    assert count_by_period(make_article(f"note-{number}", day) for number, day in enumerate(days)) is None


def test_a_list_of_some_days_has_a_bar_for_each_day_those_without_articles_too() -> None:
    histogram = cover("2026-01-31", "2026-02-02", "2026-01-31")
    assert histogram.unit == "day"
    assert histogram.bars == (Bar(date(2026, 1, 31), 2), Bar(date(2026, 2, 1), 0), Bar(date(2026, 2, 2), 1))


def test_the_order_of_the_articles_does_not_matter() -> None:
    assert cover("2026-01-31", "2025-02-02") == cover("2025-02-02", "2026-01-31")


@pytest.mark.parametrize(
    ("first", "last", "unit", "bars"),
    [
        ("2026-01-01", "2026-02-05", "day", 36),
        ("2026-01-01", "2026-02-06", "month", 2),
        ("2023-02-28", "2026-01-01", "month", 36),
        ("2023-01-31", "2026-01-01", "quarter", 13),
        ("2017-03-01", "2025-12-31", "quarter", 36),
        ("2017-03-31", "2026-01-01", "year", 10),
        ("1000-01-01", "9998-12-31", "year", 8999),
    ],
)
def test_the_finest_unit_that_does_not_make_too_many_bars_is_taken(first: str, last: str, unit: str, bars: int) -> None:
    histogram = cover(first, last)
    assert (histogram.unit, len(histogram.bars)) == (unit, bars)
    assert unit == "year" or bars <= MAX_BARS


def test_every_article_is_counted_once_in_the_period_it_fell_into() -> None:
    histogram = cover("2024-01-01", "2024-03-31", "2024-04-01", "2026-12-31", "2027-02-01")
    assert histogram.unit == "quarter"
    assert [(bar.start.isoformat(), bar.count) for bar in histogram.bars if bar.count] == [
        ("2024-01-01", 2),
        ("2024-04-01", 1),
        ("2026-10-01", 1),
        ("2027-01-01", 1),
    ]


def test_of_several_highest_bars_the_newest_is_the_peak() -> None:
    assert cover("2026-01-01", "2026-01-02", "2026-01-03").peak == Bar(date(2026, 1, 3), 1)
    assert cover("2026-01-01", "2026-01-01", "2026-01-03").peak == Bar(date(2026, 1, 1), 2)
