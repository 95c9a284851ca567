"""Moments that tests begin at, and clocks that stand still until a test moves them."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
BLINK_SECONDS = 0.002


@dataclass
class StillClock:
    """Stands at `moment`; whoever sleeps moves it on."""

    moment: datetime = FRIDAY

    def now(self) -> datetime:
        """Where the test put it."""
        return self.moment

    def wall(self) -> datetime:
        """Where the test put it."""
        return self.moment

    def sleep(self, duration: timedelta) -> None:
        """Move on by `duration`."""
        self.advance(duration)

    def advance(self, duration: timedelta) -> None:
        """Move on by `duration`."""
        self.moment += duration


class ServedClock(StillClock):
    """Its wall clock is the machine's: libraries that sign and verify requests know no other."""

    def wall(self) -> datetime:
        """The real moment."""
        return datetime.now(UTC)


class MovableClock(ServedClock):
    """For code that runs in many threads: whoever sleeps does not move the test's time."""

    def sleep(self, duration: timedelta) -> None:
        """Wait a blink."""
        time.sleep(min(duration.total_seconds(), BLINK_SECONDS))

    def move_to(self, moment: datetime) -> None:
        """Jump to `moment`, forward or back."""
        self.moment = moment


@dataclass
class MonotonicClock:
    """Seconds that only go on when a test moves `now`."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now
