"""Working time: when it is, when it begins again, and what so much of it later is; right over DST changes.

All moments are aware UTC. `None` for hours means day and night. Opening and closing are times on the wall: on
the day the clock changes a working day is longer or shorter. A time that the clock skips counts with the
offset before the change (PEP 495); a closing time that comes twice means the second time.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from routing.policy import WorkingHours

DAY = timedelta(days=1)


def is_working(hours: WorkingHours | None, moment: datetime) -> bool:
    """Whether people work at `moment`; the opening moment counts, the closing moment does not."""
    return hours is None or next_working(hours, moment) == moment


def next_working(hours: WorkingHours | None, moment: datetime) -> datetime:
    """`moment` itself if people work then, else the next opening."""
    if hours is None:
        return moment
    start, _ = next(_windows(hours, moment))
    return max(start, moment)


def add_working(hours: WorkingHours | None, moment: datetime, duration: timedelta) -> datetime:
    """When `duration` of working time has passed since `moment`: rather a closing than the next opening."""
    if hours is None:
        return moment + duration
    windows = _windows(hours, moment)
    start, end = next(windows)
    begun, left = max(start, moment), duration
    while left > end - begun:
        left -= end - begun
        begun, end = next(windows)
    return begun + left


def working_between(hours: WorkingHours | None, since: datetime, until: datetime) -> timedelta:
    """How much working time lies between two moments; none if `until` is not later."""
    if hours is None or until <= since:
        return max(until - since, timedelta(0))
    windows = takewhile(lambda window: window[0] < until, _windows(hours, since))
    return sum((min(end, until) - max(start, since) for start, end in windows), timedelta(0))


def _windows(hours: WorkingHours, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Opening and closing of every span of work that is not over at `moment`, for ever."""
    zone = ZoneInfo(hours.timezone)
    # From the day before: a night may last until now, and where midnight comes twice 24:00 is the second.
    day = moment.astimezone(zone).date() - DAY
    until = datetime.min.replace(tzinfo=UTC)
    while True:
        for span in hours.spans_of_day if hours.is_working_day(day) else ():
            # An end that comes twice lies after the start of the next span: no hour counts twice.
            start = max(until, _utc(day, span.begins_at, zone, is_end=False))
            end = _utc(day, span.ends_at, zone, is_end=True)
            # A clock that skips the hours of work leaves a window without length, or with less than none.
            if moment < end and start < end:
                yield start, end
                until = end
        day += DAY


def _utc(day: date, minute: int, zone: ZoneInfo, *, is_end: bool) -> datetime:
    days, rest = divmod(minute, 24 * 60)
    local = datetime.combine(day + days * DAY, time(rest // 60, rest % 60), zone)
    later = local.replace(fold=1)
    comes_twice = (later.utcoffset() or DAY) < (local.utcoffset() or DAY)
    return (later if is_end and comes_twice else local).astimezone(UTC)
