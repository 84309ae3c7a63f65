"""Moments: dates and date-times as writers give them. What is refused and why is in golden/frontmatter/dates.yml."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from broadsheet.core.datetimes import FIRST_YEAR, LAST_YEAR, Moment, find_repeated_time, parse_moment
from hypothesis import assume, given
from hypothesis import strategies as st

PARIS = ZoneInfo("Europe/Paris")
ZONES = st.sampled_from([UTC, PARIS, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/St_Johns"), ZoneInfo("Etc/GMT-14")])
DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(FIRST_YEAR + 1, 1, 1), datetime(LAST_YEAR - 1, 12, 31), timezones=OFFSETS).map(
    lambda moment: moment.replace(microsecond=0)
)


def test_a_day_begins_at_midnight_in_the_site_s_zone_and_ends_at_the_next():
    moment = parse_moment("2026-03-29", PARIS)
    assert moment == Moment(datetime(2026, 3, 29, tzinfo=PARIS), day_only=True)
    assert moment.iso == "2026-03-29"
    assert moment.end == datetime(2026, 3, 30, tzinfo=PARIS)
    # The day on which summer time begins has 23 hours.
    assert moment.end.astimezone(UTC) - moment.at.astimezone(UTC) == timedelta(hours=23)


def test_a_time_ends_when_it_begins():
    moment = parse_moment("2026-01-18T09:30", PARIS)
    assert moment.end == moment.at == datetime(2026, 1, 18, 9, 30, tzinfo=PARIS)
    assert moment.iso == "2026-01-18T09:30:00+01:00"


def test_a_time_with_an_offset_moves_to_the_site_s_zone():
    moment = parse_moment("2026-07-18T23:30-05:00", PARIS)
    assert moment.at.tzinfo is PARIS
    assert moment.iso == "2026-07-19T06:30:00+02:00"


def test_an_offset_in_seconds_is_written_in_utc():
    assert parse_moment("1900-01-01T12:00", PARIS).iso == "1900-01-01T11:50:39+00:00"


def test_blanks_around_and_within_do_not_matter():
    assert parse_moment(" 2026-01-18 \t 09:30   +01:00\n", UTC).iso == "2026-01-18T08:30:00+00:00"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "'' is no date, expected one like 2026-01-18 or 2026-01-18T09:30+01:00"),
        ("2026-02", "'2026-02' has no day, expected a full date like 2026-01-18"),
        ("2026.2.1", "'2026.2.1' is no date, expected year-month-day as in 2026-02-01"),
        ("2026-02-29", "no such day or time '2026-02-29', expected one like 2026-01-18 or 2026-01-18T09:30"),
        ("2026-01-18 09:30 CET", "'CET' is no zone, expected Z or an offset like +01:00"),
        (
            "2026-01-18 09:30PM",
            "'2026-01-18 09:30PM' is no date-time, expected hours from 00 to 23 as in 2026-01-18T21:30",
        ),
        ("0999-12-31", "'0999-12-31' is out of range, expected a year from 1000 to 9998"),
        ("x" * 9_000, f"'{'x' * 60}' is no date, expected one like 2026-01-18 or 2026-01-18T09:30+01:00"),
    ],
)
def test_what_is_no_date_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(ValueError, match="expected") as caught:
        parse_moment(text, PARIS)
    assert str(caught.value) == sentence


# Days on which clocks are put forward or back.

NEW_YORK = ZoneInfo("America/New_York")
CHANGES = st.sampled_from(
    [
        (NEW_YORK, datetime(2026, 3, 8, 2)),
        (NEW_YORK, datetime(2026, 11, 1, 1)),
        (PARIS, datetime(2026, 3, 29, 2)),
        (PARIS, datetime(2026, 10, 25, 2)),
        (PARIS, datetime(1911, 3, 10, 23, 50)),
        (ZoneInfo("Australia/Lord_Howe"), datetime(2026, 10, 4, 2)),
        (ZoneInfo("America/Sao_Paulo"), datetime(2018, 11, 4)),
        # Samoa left out a whole day.
        (ZoneInfo("Pacific/Apia"), datetime(2011, 12, 30)),
    ]
)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-03-08T02:30", NEW_YORK, "2026-03-08T03:30, or one with an offset like 2026-03-08T03:30:00-04:00"),
        ("2026-03-29 02:00:00", PARIS, "2026-03-29T03:00, or one with an offset like 2026-03-29T03:00:00+02:00"),
        (
            "2018-11-04T00:15",
            ZoneInfo("America/Sao_Paulo"),
            "2018-11-04T01:15, or one with an offset like 2018-11-04T01:15:00-02:00",
        ),
    ],
)
def test_a_time_that_clocks_leave_out_is_refused(text, zone, expected):
    with pytest.raises(ValueError, match="no such time") as caught:
        parse_moment(text, zone)
    forward = f"no such time '{text}' in {zone}, where clocks go forward past it"
    assert str(caught.value) == f"{forward}, expected another time like {expected}"


def test_a_day_without_a_midnight_is_sound_and_begins_as_clocks_go_forward():
    zone = ZoneInfo("America/Sao_Paulo")
    begin = datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert parse_moment("2018-11-04", zone).at.astimezone(UTC) == begin
    assert parse_moment("2018-11-03", zone).end.astimezone(UTC) == begin


@given(CHANGES, st.integers(-24 * 60, 48 * 60))
def test_a_time_without_an_offset_is_refused_exactly_where_no_clock_shows_it(change, minutes):
    zone, start = change
    local = start + timedelta(minutes=minutes)
    text = local.isoformat()
    instants = {
        at.astimezone(UTC)
        for at in (local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1))
        if at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local
    }
    if not instants:
        with pytest.raises(ValueError, match="no such time"):
            parse_moment(text, zone)
        return
    moment = parse_moment(text, zone)
    assert moment.at.astimezone(UTC) == min(instants)
    repeated = find_repeated_time(text, moment)
    found = {one.at.astimezone(UTC) for one in repeated} if repeated else {moment.at.astimezone(UTC)}
    assert found == instants
    for one in repeated or ():
        assert find_repeated_time(one.iso, parse_moment(one.iso, zone)) is None
        assert parse_moment(one.iso, zone).at.astimezone(UTC) == one.at.astimezone(UTC)


@given(DAYS, ZONES)
def test_a_day_is_read_back_as_it_was_written(day, zone):
    moment = parse_moment(day.isoformat(), zone)
    assert moment.iso == day.isoformat()
    assert parse_moment(moment.iso, zone) == moment
    assert moment.at < moment.end


@given(TIMES, ZONES)
def test_a_time_is_read_back_as_the_same_instant(stamp, zone):
    moment = parse_moment(stamp.isoformat(), zone)
    assert moment.at.astimezone(UTC) == stamp.astimezone(UTC)
    assert parse_moment(moment.iso, zone).iso == moment.iso


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), ZONES)
def test_a_time_without_an_offset_keeps_its_clock(stamp, zone):
    at = stamp.replace(second=0, microsecond=0, tzinfo=zone)
    assume(at.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == at.replace(tzinfo=None))
    moment = parse_moment(stamp.strftime("%Y-%m-%d %H:%M"), zone)
    assert moment.at.replace(tzinfo=None) == stamp.replace(second=0, microsecond=0)


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,5}[-/.][0-9]{1,3}.{0,20}", fullmatch=True), ZONES)
def test_any_text_is_a_moment_in_range_or_refused(text, zone):
    try:
        moment = parse_moment(text, zone)
    except ValueError as error:
        assert "\n" not in str(error)
    else:
        assert FIRST_YEAR <= moment.at.year <= LAST_YEAR
        moment.at.astimezone(UTC), moment.end.astimezone(UTC)
