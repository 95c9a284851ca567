"""A clock that a test moves, for code that runs in many threads."""

import threading
import time
from datetime import UTC, datetime, timedelta

BLINK_SECONDS = 0.002


class MovableClock:
    """Stands still at `moment` until the test moves it; the wall clock is the machine's, for signatures."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Where the test put it."""
        with self._lock:
            return self._moment

    def wall(self) -> datetime:
        """The real moment."""
        return datetime.now(UTC)

    def sleep(self, duration: timedelta) -> None:
        """Wait a blink: whoever sleeps does not move the test's time."""
        time.sleep(min(duration.total_seconds(), BLINK_SECONDS))

    def advance(self, duration: timedelta) -> None:
        """Move on by `duration`."""
        with self._lock:
            self._moment += duration

    def move_to(self, moment: datetime) -> None:
        """Jump to `moment`, forward or back."""
        with self._lock:
            self._moment = moment
