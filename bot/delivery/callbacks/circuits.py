"""Leaves an endpoint that fails alone for a moment, so that it does not hold up callbacks to others."""

import threading
from dataclasses import dataclass
from datetime import datetime

from bot.outages.backoff import Backoff


@dataclass(frozen=True, slots=True)
class _Trouble:
    failures: int
    until: datetime


class Circuits:
    """One per process: after each failure in a row an endpoint rests longer, as `rests` says."""

    def __init__(self, rests: Backoff) -> None:
        self._rests = rests
        self._lock = threading.Lock()
        self._troubles: dict[str, _Trouble] = {}

    def rests_until(self, endpoint: str, now: datetime) -> datetime | None:
        """Until when the endpoint should be left alone; None when it may be called."""
        with self._lock:
            trouble = self._troubles.get(endpoint)
        return trouble.until if trouble is not None and trouble.until > now else None

    def failed(self, endpoint: str, now: datetime) -> None:
        """The endpoint did not work."""
        with self._lock:
            trouble = self._troubles.get(endpoint)
            failures = trouble.failures + 1 if trouble is not None else 1
            self._troubles[endpoint] = _Trouble(failures, now + self._rests.longest_wait(failures))

    def worked(self, endpoint: str) -> None:
        """The endpoint took a callback."""
        with self._lock:
            self._troubles.pop(endpoint, None)
