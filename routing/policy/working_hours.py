"""When people work: spans of the day on days of the week, but for days off and public holidays."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from routing.fields import ClockTime, ClosingTime, TimeZone, minutes
from routing.public_holidays import PublicHolidays
from routing.section import Section

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAYS: tuple[Day, ...] = DAYS[:5]
MIDNIGHT = 24 * 60
PROBED_YEARS = range(2024, 2034)
"""In these somebody has to work at some time; which years they are does not matter."""


def _day(value: object) -> date:
    try:
        return value if type(value) is date else date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is no day; write it as year, month and day: 2026-12-24") from None


class WorkingSpan(Section):
    """From `start` to `end`; an end that is not later than the start is on the next day."""

    start: ClockTime
    end: ClosingTime

    @model_validator(mode="after")
    def _has_a_length(self) -> "WorkingSpan":
        if self.start == self.end != "00:00":
            raise ValueError('it ends when it begins; for day and night write "00:00" and "24:00"')
        return self

    @property
    def begins_at(self) -> int:
        """In minutes after midnight."""
        return minutes(self.start)

    @property
    def ends_at(self) -> int:
        """In minutes after the midnight before it begins."""
        end = minutes(self.end)
        return end if end > self.begins_at else end + MIDNIGHT


class WorkingHours(Section):
    """When people work; outside of it are quiet hours.

    From `start` to `end`, or in several `spans`. An end that is not later than its start is on the next day:
    the night belongs to the day on which it begins. Of the `days` of the week `days_off` are left out and,
    with `holidays`, the public holidays of a country.
    """

    timezone: TimeZone = "UTC"
    days: tuple[Day, ...] = Field(default=WORKDAYS, min_length=1)
    start: ClockTime = "09:00"
    end: ClosingTime = "18:00"
    spans: tuple[WorkingSpan, ...] = Field(default=(), max_length=10)
    days_off: tuple[Annotated[date, BeforeValidator(_day)], ...] = Field(default=(), max_length=1_000)
    holidays: PublicHolidays | None = None

    @model_validator(mode="after")
    def _spans_fit(self) -> "WorkingHours":
        if self.spans and {"start", "end"} & self.model_fields_set:
            raise ValueError("`spans` takes the place of `start` and `end`; keep one of the two")
        if not self.spans and self.start == self.end != "00:00":
            raise ValueError('it ends when it begins; for day and night write "00:00" and "24:00"')
        if self.length < timedelta(hours=1):
            raise ValueError("the day has to last at least an hour; give it more time")
        bounds = [(span.begins_at, span.ends_at) for span in self.spans_of_day]
        # The last span beside the first of the next day: a night runs into it.
        around = [*bounds, (bounds[0][0] + MIDNIGHT, MIDNIGHT)]
        if any(end > start for (_, end), (start, _) in pairwise(around)):
            raise ValueError("two spans are at the same time; put them in order, each after the one before")
        return self

    @model_validator(mode="after")
    def _somebody_works(self) -> "WorkingHours":
        if len(set(self.days)) != len(self.days):
            raise ValueError("a day is named twice; name each once")
        days = (date(year, 1, 1) + timedelta(number) for year in PROBED_YEARS for number in range(365))
        if not any(map(self.is_working_day, days)):
            raise ValueError("no working day is left; add one to `days`")
        return self

    @property
    def spans_of_day(self) -> tuple[WorkingSpan, ...]:
        """The spans of a working day, in order."""
        return self.spans or (WorkingSpan.model_construct(start=self.start, end=self.end),)

    @property
    def length(self) -> timedelta:
        """How long a working day is by the clock on the wall."""
        return timedelta(minutes=sum(span.ends_at - span.begins_at for span in self.spans_of_day))

    def is_working_day(self, day: date) -> bool:
        """Whether people begin work on this day."""
        if DAYS[day.weekday()] not in self.days or day in self.days_off:
            return False
        return self.holidays is None or not self.holidays.holds(day)
