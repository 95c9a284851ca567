"""Which weeks of a task's traffic are held against which, and when enough is new to look again.

Where little comes in, the window goes back in time by whole weeks, in which every weekday counts alike, until
it holds enough, and so does its reference. Another look waits until enough came in since the last; what it
may spend of the year's false alarms grows with that time (`routing.measures.drift.drift`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")
CameIn = Callable[[datetime, datetime], Sequence[T]]
"""What came in from a moment to before another."""
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
REFERENCE = timedelta(days=28)
"""References follow each other without a gap: each is kept for as long as it lasted, and makes news once."""
# A Monday, for ever: references that moved with the moment of a look would make the same news each time.
ANCHOR = datetime(2024, 1, 1, tzinfo=UTC)
FEWEST = 200
"""Fewer cases on either side are not compared: `routing.measures.drift.drift.MIN_CASES`."""
ENOUGH = 2 * FEWEST
"""What a reference is stretched for: new words are looked for in half of it."""
FEWEST_NEW = 50
"""A look that sees less that is new would find what the last look did."""
MOST_WEEKS = 8
MOST_REFERENCES = 6


@dataclass(frozen=True, slots=True)
class Spans:
    """The window until `until`, and what it is held against."""

    reference_since: datetime
    reference_until: datetime
    since: datetime
    until: datetime

    @property
    def weeks(self) -> int:
        """How many the window has."""
        return (self.until - self.since) // WEEK

    @property
    def reference_weeks(self) -> int:
        """How many the reference has."""
        return (self.reference_until - self.reference_since) // WEEK


@dataclass(frozen=True, slots=True)
class Arrivals(Generic[T]):
    """What came in during the spans."""

    looked: Spans
    reference: Sequence[T]
    window: Sequence[T]


def spans(now: datetime, weeks: int = 1, references: int = 1) -> Spans:
    """The last weeks, and so many references of the calendar as had ended before them."""
    since = now - weeks * WEEK
    reference_until = ANCHOR + (since - ANCHOR) // REFERENCE * REFERENCE
    return Spans(reference_until - references * REFERENCE, reference_until, since, now)


def gather(came_in: CameIn[T], now: datetime) -> Arrivals[T] | None:
    """The shortest window, and the shortest reference, that hold enough; None where the longest do not."""
    for weeks in range(1, MOST_WEEKS + 1):
        window = came_in(now - weeks * WEEK, now)
        if len(window) >= FEWEST:
            break
    else:
        return None
    for references in range(1, MOST_REFERENCES + 1):
        looked = spans(now, weeks, references)
        reference = came_in(looked.reference_since, looked.reference_until)
        if len(reference) >= ENOUGH:
            break
    return Arrivals(looked, reference, window) if len(reference) >= FEWEST else None


def days_to_spend(looked_at: datetime | None, now: datetime) -> float:
    """Whose part of the year's false alarms a look may spend: those since the last look; at first a day."""
    return 1.0 if looked_at is None else min(now - looked_at, MOST_WEEKS * WEEK) / DAY
