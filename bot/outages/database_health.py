"""Whether the database answers: while it does not, a single thread asks for it and all others wait."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.outages.backoff import JITTER, Backoff, Jitter
from storage.engine.outage import outage_of
from storage.errors import DatabaseUnavailable

log = structlog.get_logger()

PACE = Backoff(timedelta(seconds=0.25), timedelta(seconds=10), most_tries=0)
"""How often a database that is away is asked for; for ever."""
POLL = 0.05
"""Seconds until whoever waits for another's question looks again."""


def waiting_words(error: DatabaseUnavailable) -> str:
    """Why nothing can be stored just now, for those who run the bot or post to it."""
    return f"waiting for the database: {outage_of(error).words}"


class DatabaseHealth:
    """Shared by every thread that uses the database; `ping` raises DatabaseUnavailable where it is away.

    Going away and coming back are a line in the log each, however many threads see it.
    """

    def __init__(
        self,
        ping: Callable[[], None],
        jitter: Jitter = JITTER,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ping = ping
        self._jitter = jitter
        self._seconds = seconds
        self._lock = threading.Lock()
        self._is_doubted = False
        self._is_asking = False
        self._tries = 0
        self._ask_at = 0.0
        self._away_since: float | None = None
        self.on_back: Callable[[], None] = lambda: None

    def failed(self) -> None:
        """Note that the database did not answer somebody: the next who needs it asks whether it is there."""
        with self._lock:
            # Doubted, not away: a query that failed for itself must
            # not stop everybody before somebody has asked.
            self._is_doubted = True

    def is_there(self, *, at_once: bool = False) -> bool:
        """Whether to use the database; asks it where that is doubted and it is time to, or `at_once`."""
        with self._lock:
            if not self._is_doubted:
                return True
            if self._is_asking or not (at_once or self._seconds() >= self._ask_at):
                return False
            self._is_asking = True
        try:  # outside the lock: the question may take seconds, and the others are to see that it is asked
            return self._asked()
        finally:
            self._is_asking = False

    @property
    def ask_in(self) -> float:
        """Seconds until it is time to ask again."""
        with self._lock:
            return max(POLL, self._ask_at - self._seconds())

    def _asked(self) -> bool:
        try:
            self._ping()
        except DatabaseUnavailable as error:
            self._note_away(error)
            return False
        self._note_back()
        return True

    def _note_away(self, error: DatabaseUnavailable) -> None:
        with self._lock:
            self._tries += 1
            now, is_first = self._seconds(), self._away_since is None
            self._ask_at = now + PACE.wait(self._tries, self._jitter).total_seconds()
            self._away_since = now if self._away_since is None else self._away_since
        if is_first:
            log.warning("database.away", reason=waiting_words(error))

    def _note_back(self) -> None:
        with self._lock:
            since, self._away_since = self._away_since, None
            self._is_doubted, self._tries, self._ask_at = False, 0, 0.0
        if since is not None:
            log.info("database.back", after_seconds=round(self._seconds() - since, 1))
            self.on_back()
