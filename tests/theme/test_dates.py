"""Dates: moments as readers see them, in the newspaper's language and zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from broadsheet.core.datetimes import Moment, parse_moment
from broadsheet.theme.dates import (
    format_day,
    format_moment,
    format_month,
    format_month_name,
    format_period,
    format_weekday,
    list_weekday_names,
)
from hypothesis import given
from hypothesis import strategies as st

BRITISH = Locale.parse("en_GB")
PARIS = ZoneInfo("Europe/Paris")
MONTHS = "January February March April May June July August September October November December"


@pytest.mark.parametrize(
    ("locale", "day", "moment", "month"),
    [
        ("en_GB", "18 January 2026", "18 January 2026, 09:30 CET", "January 2026"),
        ("en_US", "January 18, 2026", "January 18, 2026, 9:30\u202fAM CET", "January 2026"),
        ("fr", "18 janvier 2026", "18 janvier 2026, 09:30 CET", "janvier 2026"),
        ("de", "18. Januar 2026", "18. Januar 2026, 09:30 CET", "Januar 2026"),
        ("ja", "2026年1月18日", "2026年1月18日, 9:30 CET", "2026年1月"),
        ("pl", "18 stycznia 2026", "18 stycznia 2026, 09:30 CET", "styczeń 2026"),
    ],
)
def test_dates_are_written_in_the_newspaper_s_language(locale: str, day: str, moment: str, month: str) -> None:
    stamp = parse_moment("2026-01-18T09:30", PARIS)
    language = Locale.parse(locale)
    assert format_day(stamp, language) == day
    assert format_moment(stamp, language) == moment
    assert format_month("2026/01", language) == month


def test_a_day_is_written_without_a_time() -> None:
    assert format_moment(parse_moment("2026-01-18", PARIS), BRITISH) == "18 January 2026"


@pytest.mark.parametrize(
    ("text", "zone", "written"),
    [
        ("2026-01-18T09:30", "UTC", "18 January 2026, 09:30 UTC"),
        ("2026-01-18T23:30Z", "Europe/Paris", "19 January 2026, 00:30 CET"),
        ("2026-07-18T09:30", "Europe/Paris", "18 July 2026, 09:30 CEST"),
        ("2026-10-25T00:30Z", "Europe/Paris", "25 October 2026, 02:30 CEST"),
        ("2026-10-25T01:30Z", "Europe/Paris", "25 October 2026, 02:30 CET"),
        ("2026-07-18T09:30", "Europe/London", "18 July 2026, 09:30 BST"),
        ("2026-01-18T09:30", "America/Sao_Paulo", "18 January 2026, 09:30 UTC-03:00"),
        ("2026-01-18T09:30", "Asia/Kathmandu", "18 January 2026, 09:30 UTC+05:45"),
        ("2026-01-18T09:30", "Etc/GMT-14", "18 January 2026, 09:30 UTC+14:00"),
        ("1890-01-18T09:30", "Europe/Paris", "18 January 1890, 09:30 LMT"),
    ],
)
def test_a_time_is_that_of_the_newspaper_s_clock_and_names_its_zone(text: str, zone: str, written: str) -> None:
    assert format_moment(parse_moment(text, ZoneInfo(zone)), BRITISH) == written


@pytest.mark.parametrize(
    ("offset", "written"), [(timedelta(hours=-3, minutes=-30), "09:30 UTC-03:30"), (timedelta(), "09:30 UTC")]
)
def test_a_zone_of_nothing_but_an_offset_is_named_by_it(offset: timedelta, written: str) -> None:
    moment = Moment(datetime(2026, 1, 18, 9, 30, tzinfo=timezone(offset)))
    assert format_moment(moment, BRITISH) == f"18 January 2026, {written}"


def test_a_zone_without_any_name_is_utc() -> None:

    moment = Moment(datetime(2026, 1, 18, 9, 30, tzinfo=timezone(timedelta(0), "")))
    assert format_moment(moment, BRITISH) == "18 January 2026, 09:30 UTC"


@pytest.mark.parametrize(
    ("key", "written"), [("2026/12", "December 2026"), ("1066/10", "October 1066"), ("2024/02", "February 2024")]
)
def test_a_month_is_written_with_its_year(key: str, written: str) -> None:
    assert format_month(key, BRITISH) == written


@given(day=st.dates(date(1000, 1, 1), date(9998, 12, 31)))
def test_a_day_that_is_written_is_that_day(day: date) -> None:
    moment = parse_moment(day.isoformat(), UTC)
    month = f"{MONTHS.split()[day.month - 1]} {day.year}"
    assert format_day(moment, BRITISH) == format_moment(moment, BRITISH) == f"{day.day} {month}"
    assert format_month(f"{day.year:04}/{day.month:02}", BRITISH) == month


@given(stamp=st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(PARIS)))
def test_a_time_that_is_written_begins_with_its_day_and_clock(stamp: datetime) -> None:
    moment = Moment(stamp)
    written = format_moment(moment, BRITISH)
    assert written.startswith(f"{format_day(moment, BRITISH)}, {stamp:%H:%M} ")
    assert written.endswith(f" {stamp.tzname()}")


def test_languages_are_not_mixed_up_by_what_was_written_before() -> None:
    moment = parse_moment("2026-01-18", UTC)
    days = [format_day(moment, Locale.parse(name)) for name in ("fr", "en_GB", "fr", "en_US", "en_GB")]
    assert days == ["18 janvier 2026", "18 January 2026", "18 janvier 2026", "January 18, 2026", "18 January 2026"]


def test_the_day_of_an_edition_has_the_name_of_its_weekday() -> None:
    at = datetime(2026, 1, 18, 9, 30, tzinfo=UTC)
    assert format_weekday(at, Locale("en", "GB")) == "Sunday, 18 January 2026"
    assert format_weekday(at, Locale("de")) == "Sonntag, 18. Januar 2026"


@pytest.mark.parametrize(
    ("unit", "text"),
    [("day", "1 April 2026"), ("month", "April 2026"), ("quarter", "Q2 2026"), ("year", "2026")],
)
def test_a_period_is_named_by_its_first_day(unit: str, text: str) -> None:
    assert format_period(date(2026, 4, 1), unit, Locale("en", "GB")) == text


def test_a_month_can_be_named_without_its_year() -> None:
    # Of languages with names of their own for it: Babel 2.18 lets others have those of the language that asked first.
    assert [format_month_name("2026/01", Locale(name)) for name in ("en", "cs")] == ["January", "leden"]


def test_the_days_of_a_week_begin_where_they_are_told_to() -> None:
    assert list_weekday_names(6, Locale("en"))[:2] == [("Sunday", "Sun"), ("Monday", "Mon")]
    assert len(list_weekday_names(0, Locale("de"))) == 7
