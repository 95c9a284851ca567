"""Working time, over nights, weekends, leap days and both changes of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from routing.case.hours import add_working, is_working, next_working, working_between
from routing.policy import WorkingHours

BERLIN = WorkingHours(timezone="Europe/Berlin")
NEW_YORK = WorkingHours(timezone="America/New_York")
LORD_HOWE = WorkingHours(timezone="Australia/Lord_Howe")
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def around_the_clock(zone: str) -> WorkingHours:
    return WorkingHours(timezone=zone, days=EVERY_DAY, start="00:00", end="24:00")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(zone: str, text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def test_without_hours_people_work_day_and_night() -> None:
    moment = utc("2026-11-15T03:00")
    assert is_working(None, moment)
    assert next_working(None, moment) == moment
    assert add_working(None, moment, timedelta(hours=30)) == moment + timedelta(hours=30)


@pytest.mark.parametrize(
    ("moment", "working"),
    [
        ("2026-11-16T08:59:59", False),
        ("2026-11-16T09:00", True),
        ("2026-11-16T17:59:59", True),
        ("2026-11-16T18:00", False),
        ("2026-11-15T12:00", False),
    ],
)
def test_the_opening_counts_and_the_closing_does_not(moment: str, working: bool) -> None:
    assert is_working(BERLIN, local("Europe/Berlin", moment)) is working


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-16T07:00", "2026-11-16T09:00"),
        ("2026-11-16T11:00", "2026-11-16T11:00"),
        ("2026-11-16T18:00", "2026-11-17T09:00"),
        ("2026-11-20T18:30", "2026-11-23T09:00"),
        ("2026-11-21T12:00", "2026-11-23T09:00"),
    ],
)
def test_the_next_working_moment_is_now_or_the_next_opening(moment: str, opening: str) -> None:
    zone = "Europe/Berlin"
    assert next_working(BERLIN, local(zone, moment)) == local(zone, opening)


@pytest.mark.parametrize(
    ("moment", "hours", "then"),
    [
        ("2026-11-16T10:00", 4, "2026-11-16T14:00"),
        ("2026-11-16T17:00", 4, "2026-11-17T12:00"),
        ("2026-11-20T17:00", 2, "2026-11-23T10:00"),
        ("2026-11-21T12:00", 1, "2026-11-23T10:00"),
        ("2026-11-16T09:00", 9, "2026-11-16T18:00"),
        ("2026-11-16T10:00", 45, "2026-11-23T10:00"),
    ],
)
def test_quiet_hours_do_not_count(moment: str, hours: int, then: str) -> None:
    zone = "Europe/Berlin"
    assert add_working(BERLIN, local(zone, moment), timedelta(hours=hours)) == local(zone, then)


@pytest.mark.parametrize(
    ("hours", "zone", "friday", "monday"),
    [
        (BERLIN, "Europe/Berlin", "2026-03-27", "2026-03-30"),
        (BERLIN, "Europe/Berlin", "2026-10-23", "2026-10-26"),
        (NEW_YORK, "America/New_York", "2026-03-06", "2026-03-09"),
        (NEW_YORK, "America/New_York", "2026-10-30", "2026-11-02"),
        (LORD_HOWE, "Australia/Lord_Howe", "2026-04-03", "2026-04-06"),
        (LORD_HOWE, "Australia/Lord_Howe", "2026-10-02", "2026-10-05"),
    ],
)
def test_over_a_weekend_with_a_change_of_the_clock_the_wall_counts(
    hours: WorkingHours, zone: str, friday: str, monday: str
) -> None:
    late = local(zone, f"{friday}T17:00")
    assert add_working(hours, late, timedelta(hours=2)) == local(zone, f"{monday}T10:00")
    offsets = {moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in (late, late + timedelta(days=3))}
    assert len(offsets) == 2


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/Berlin", "2026-03-29", timedelta(hours=23)),
        ("Europe/Berlin", "2026-10-25", timedelta(hours=25)),
        ("America/New_York", "2026-03-08", timedelta(hours=23)),
        ("America/New_York", "2026-11-01", timedelta(hours=25)),
        ("Australia/Lord_Howe", "2026-10-04", timedelta(hours=23, minutes=30)),
        ("Australia/Lord_Howe", "2026-04-05", timedelta(hours=24, minutes=30)),
    ],
)
def test_a_day_of_change_is_as_long_as_it_is(zone: str, day: str, length: timedelta) -> None:
    midnight = local(zone, f"{day}T00:00")
    assert add_working(around_the_clock(zone), midnight, length) == midnight + length
    only_that_day = WorkingHours(timezone=zone, days=("sun",), start="00:00", end="24:00")
    assert add_working(only_that_day, midnight, length) == midnight + length
    next_sunday = midnight + length + timedelta(days=6)
    assert add_working(only_that_day, midnight, length + timedelta(minutes=1)) == next_sunday + timedelta(
        minutes=1
    )


def test_an_opening_that_the_clock_skips_counts_with_the_offset_before() -> None:
    hours = WorkingHours(timezone="Europe/Berlin", days=("sun",), start="02:30", end="12:00")
    assert next_working(hours, utc("2026-03-29T00:00")) == utc("2026-03-29T01:30")


def test_a_closing_that_comes_twice_is_the_second() -> None:
    hours = WorkingHours(timezone="Europe/Berlin", days=("sun",), start="00:00", end="02:30")
    assert is_working(hours, local("Europe/Berlin", "2026-10-25T02:15", fold=1))
    assert not is_working(hours, local("Europe/Berlin", "2026-10-25T02:30", fold=1))


def test_a_day_that_the_clock_swallows_is_no_working_day() -> None:
    # Samoa had no 30 December 2011: the day it would have been has no length of its own.
    hours = WorkingHours(timezone="Pacific/Apia", days=("thu", "fri", "sat"))
    before = local("Pacific/Apia", "2011-12-29T18:00")
    opening = next_working(hours, before)
    assert before < opening <= local("Pacific/Apia", "2011-12-31T09:00")


def test_the_leap_day_counts() -> None:
    hours = WorkingHours(timezone="UTC", days=EVERY_DAY)
    assert add_working(hours, utc("2028-02-28T17:00"), timedelta(hours=2)) == utc("2028-02-29T10:00")
    assert add_working(hours, utc("2028-02-29T17:00"), timedelta(hours=2)) == utc("2028-03-01T10:00")
    assert add_working(hours, utc("2027-02-28T17:00"), timedelta(hours=2)) == utc("2027-03-01T10:00")


@pytest.mark.parametrize(
    ("since", "until", "worked"),
    [
        ("2026-11-16T10:00", "2026-11-16T12:30", 2.5),
        ("2026-11-16T07:00", "2026-11-16T10:00", 1),
        ("2026-11-16T17:00", "2026-11-17T10:00", 2),
        ("2026-11-20T17:00", "2026-11-23T10:00", 2),
        ("2026-11-21T08:00", "2026-11-22T20:00", 0),
        ("2026-11-16T12:00", "2026-11-16T12:00", 0),
        ("2026-11-17T12:00", "2026-11-16T12:00", 0),
    ],
)
def test_only_working_time_lies_between_two_moments(since: str, until: str, worked: float) -> None:
    moments = local("Europe/Berlin", since), local("Europe/Berlin", until)
    assert working_between(BERLIN, *moments) == timedelta(hours=worked)


def test_without_hours_all_time_between_two_moments_counts() -> None:
    assert working_between(None, utc("2026-11-21T08:00"), utc("2026-11-22T20:00")) == timedelta(hours=36)
    assert working_between(None, utc("2026-11-22T20:00"), utc("2026-11-21T08:00")) == timedelta(0)


@pytest.mark.parametrize("hours", [1, 9, 30, 100])
def test_what_is_added_lies_between(hours: int) -> None:
    moment = local("Europe/Berlin", "2026-10-23T11:20")
    later = add_working(BERLIN, moment, timedelta(hours=hours))
    assert working_between(BERLIN, moment, later) == timedelta(hours=hours)


NIGHT = WorkingHours(timezone="Europe/Berlin", start="22:00", end="06:00")
SPLIT = WorkingHours(
    timezone="Europe/Berlin",
    spans=({"start": "09:00", "end": "12:30"}, {"start": "13:30", "end": "18:00"}),
    days_off=("2026-11-18", "2026-11-19"),
)
BAVARIA = WorkingHours(timezone="Europe/Berlin", holidays={"country": "DE", "region": "BY"})


@pytest.mark.parametrize(
    ("moment", "working"),
    [
        ("2026-11-16T21:59", False),
        ("2026-11-16T22:00", True),
        ("2026-11-17T05:59", True),
        ("2026-11-17T06:00", False),
        ("2026-11-21T05:00", True),  # Saturday morning belongs to Friday's night
        ("2026-11-21T22:30", False),
        ("2026-11-23T05:00", False),  # and Monday morning to Sunday's
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(moment: str, working: bool) -> None:
    assert is_working(NIGHT, local("Europe/Berlin", moment)) is working


@pytest.mark.parametrize(
    ("hours", "moment", "added", "then"),
    [
        (NIGHT, "2026-11-16T12:00", 2, "2026-11-17T00:00"),
        (NIGHT, "2026-11-17T05:00", 2, "2026-11-17T23:00"),
        (NIGHT, "2026-11-16T22:00", 8, "2026-11-17T06:00"),
        (NIGHT, "2026-11-21T05:30", 1, "2026-11-23T22:30"),
        (NIGHT, "2026-10-24T05:00", 1, "2026-10-24T06:00"),
        (SPLIT, "2026-11-16T12:00", 1, "2026-11-16T14:00"),
        (SPLIT, "2026-11-16T13:00", 1, "2026-11-16T14:30"),
        (SPLIT, "2026-11-17T17:00", 2, "2026-11-20T10:00"),
        (BAVARIA, "2026-01-05T17:00", 2, "2026-01-07T10:00"),
        (BERLIN, "2026-01-05T17:00", 2, "2026-01-06T10:00"),
    ],
)
def test_nights_breaks_days_off_and_holidays_do_not_count(
    hours: WorkingHours, moment: str, added: int, then: str
) -> None:
    zone = "Europe/Berlin"
    start = local(zone, moment)
    assert add_working(hours, start, timedelta(hours=added)) == local(zone, then)
    assert working_between(hours, start, local(zone, then)) == timedelta(hours=added)


@pytest.mark.parametrize(("day", "length"), [("2026-03-28", 7), ("2026-10-24", 9), ("2026-11-16", 8)])
def test_a_night_in_which_the_clock_changes_is_as_long_as_it_is(day: str, length: int) -> None:
    every_night = WorkingHours(timezone="Europe/Berlin", days=EVERY_DAY, start="22:00", end="06:00")
    evening = local("Europe/Berlin", f"{day}T22:00")
    morning = add_working(every_night, evening, timedelta(hours=length))
    assert morning.astimezone(ZoneInfo("Europe/Berlin")).hour == 6


@pytest.mark.parametrize("end", ["00:00", "24:00"])
def test_midnight_ends_a_day_by_either_name(end: str) -> None:
    late = WorkingHours(start="18:00", end=end)
    assert late.length == timedelta(hours=6)
    assert add_working(late, utc("2026-11-16T23:00"), timedelta(hours=2)) == utc("2026-11-17T19:00")


def test_no_hour_counts_twice_where_midnight_does() -> None:
    hours = around_the_clock("America/Havana")  # 1 November 2026: 01:00 is 00:00 again
    since = local("America/Havana", "2026-10-31T12:00")
    assert working_between(hours, since, since + timedelta(hours=48)) == timedelta(hours=48)
    assert add_working(hours, since, timedelta(hours=48)) == since + timedelta(hours=48)
