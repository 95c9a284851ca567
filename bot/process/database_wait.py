"""Waits at the start for a database that is not there yet, and gives up on what only a person can mend."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.outages.backoff import JITTER, Jitter
from bot.outages.database_health import PACE, waiting_words
from storage.engine.outage import outage_of
from storage.errors import DatabaseUnavailable

log = structlog.get_logger()

MISTAKE_SECONDS = 60.0
"""So long a wrong password or an unknown database may belong to a server that is still being set up."""
LINE_SECONDS = 60.0
NOT_YET = "waiting for the database: it was not asked yet"


@dataclass(slots=True)
class DatabaseWait:
    """Tries to open the database until that works or `is_over` is set.

    `words` say what is waited for, None once it is open. What may pass is waited for without end: a server
    that starts, a name that is not there yet, a network that comes up late. A refused user, password or
    database is a mistake if it lasts `mistake_seconds`.
    """

    is_over: threading.Event
    words: str | None = NOT_YET
    mistake_seconds: float = MISTAKE_SECONDS
    jitter: Jitter = JITTER
    seconds: Callable[[], float] = time.monotonic
    _logged: tuple[str, float] | None = None

    def open(self, act: Callable[[], None]) -> bool:
        """Run `act` until the database answers it; False when that is over before.

        Raises DatabaseUnavailable for a mistake that lasts, and whatever else `act` raises.
        """
        tries, mistaken_since = 0, None
        while not self.is_over.is_set():
            try:
                act()
            except DatabaseUnavailable as error:
                now, tries = self.seconds(), tries + 1
                # Begins anew when another reason comes between: a
                # server that is being set up refuses in many ways.
                mistaken_since = (mistaken_since or now) if outage_of(error).is_mistake else None
                if mistaken_since is not None and now - mistaken_since >= self.mistake_seconds:
                    raise
                self._tell(waiting_words(error), now)
                self.is_over.wait(PACE.wait(tries, self.jitter).total_seconds())
            else:
                self.words = None
                return True
        return False

    def _tell(self, words: str, now: float) -> None:
        """A line when the reason changes, and every minute."""
        self.words = words
        if self._logged is None or self._logged[0] != words or now - self._logged[1] >= LINE_SECONDS:
            self._logged = (words, now)
            log.warning("database.waiting", reason=words)
