"""The only reader of time: the application's clock, and the wall clock for signatures."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the application's time and how long a wait in it really takes."""

    def now(self) -> datetime:
        """The application's moment, aware UTC."""

    def wall(self) -> datetime:
        """The real moment, aware UTC: what signatures are checked against."""

    def sleep(self, duration: timedelta) -> None:
        """Wait until `duration` of the application's time has passed."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The real moment."""
        return datetime.now(UTC)

    def wall(self) -> datetime:
        """The real moment."""
        return datetime.now(UTC)

    def sleep(self, duration: timedelta) -> None:
        """Block the calling thread."""
        time.sleep(duration.total_seconds())


class FastClock:
    """A clock that starts at `start` and runs `speed` times as fast as the machine's: for the demo."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start = start
        self._speed = speed
        # Not the wall: a machine whose clock is set back would make the demo's time run backwards.
        self._origin = time.monotonic()

    @property
    def speed(self) -> float:
        """The application's seconds in a real one."""
        return self._speed

    def now(self) -> datetime:
        """The accelerated moment."""
        return self._start + timedelta(seconds=(time.monotonic() - self._origin) * self._speed)

    def wall(self) -> datetime:
        """The real moment."""
        return datetime.now(UTC)

    def advance_to(self, moment: datetime) -> None:
        """Go on from `moment`, unless it is over already."""
        self._start += max(moment - self.now(), timedelta())

    def sleep(self, duration: timedelta) -> None:
        """Block the calling thread for `duration / speed`."""
        time.sleep(duration.total_seconds() / self._speed)


def speed_of(clock: Clock) -> float:
    """The application's seconds in a real one: 1 for any clock that is not accelerated."""
    return clock.speed if isinstance(clock, FastClock) else 1.0


def slack_now(clock: Clock) -> datetime:
    """The moment by Slack's clock, which an accelerated clock of ours runs away from."""
    return min(clock.now(), clock.wall())
