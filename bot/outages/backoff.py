"""How long to wait before the next try."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from secrets import SystemRandom

Jitter = Callable[[], float]
"""Gives a number in [0, 1): decides where in its half a wait falls."""

JITTER: Jitter = SystemRandom().random


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double from `first` up to `longest`; after `most_tries` failures it is no use any more."""

    first: timedelta
    longest: timedelta
    most_tries: int

    def wait(self, failures: int, jitter: Jitter) -> timedelta:
        """The wait after the failure number `failures` (from 1): half of it certain, half by `jitter`."""
        half = self.longest_wait(failures) / 2
        return half + half * jitter()

    def longest_wait(self, failures: int) -> timedelta:
        """The wait after the failure number `failures` (from 1) at its longest."""
        # Capped: after some thousand failures the shift would be more than a timedelta holds.
        return min(self.first * (1 << min(max(failures - 1, 0), 40)), self.longest)

    def is_spent(self, failures: int) -> bool:
        """Whether the failure number `failures` was the last try."""
        return failures >= self.most_tries
