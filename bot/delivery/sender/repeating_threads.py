"""Threads that repeat a step: at once while there is work, when woken, and from time to time otherwise."""

import threading
import time
from collections.abc import Callable

import structlog

from bot.log import Seldom
from bot.outages.backoff import JITTER
from bot.outages.database_health import PACE, DatabaseHealth
from storage.errors import DatabaseUnavailable

log = structlog.get_logger()

LINE_EVERY = 60.0
"""Seconds between two lines of a loop about a database that answers, but not to it."""

Step = Callable[[], bool]
"""Does a piece of work; True when there may be more at once."""


class Wake:
    """Wakes every loop that waits on it; a signal that comes while all are busy is not lost."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0
        self._is_over = False

    def __call__(self) -> None:
        """Wake them."""
        with self._condition:
            self._count += 1
            self._condition.notify_all()

    @property
    def count(self) -> int:
        """How often it woke; pass it to `wait` to notice a signal that came in between."""
        with self._condition:
            return self._count

    @property
    def is_over(self) -> bool:
        """Whether it woke for the last time."""
        with self._condition:
            return self._is_over

    def wait(self, seen: int, seconds: float) -> None:
        """Return when it woke since `count` was `seen` or has ended, at the latest after `seconds`."""
        with self._condition:
            self._condition.wait_for(lambda: self._is_over or self._count != seen, timeout=seconds)

    def end(self) -> None:
        """Wake every loop for the last time: all of them have been asked to stop, so none waits again."""
        with self._condition:
            self._is_over = True
            self._condition.notify_all()


class Loop:
    """`threads` threads that run `step`; an error that escapes it is logged and waited over, never fatal.

    While the `database` is away they wait for it together. A step that fails again and again is tried ever
    more rarely, at least every ten seconds, and at once after a wake.
    """

    def __init__(
        self,
        name: str,
        step: Step,
        wake: Wake,
        *,
        threads: int = 1,
        idle_seconds: float = 0.5,
        database: DatabaseHealth | None = None,
    ) -> None:
        self._name = name
        self._step = step
        self._wake = wake
        self._idle_seconds = idle_seconds
        self._database = database or DatabaseHealth(lambda: None)
        self._line = Seldom(LINE_EVERY)
        self._is_stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def ask_to_stop(self) -> None:
        """Let each thread end after the step it is in."""
        self._is_stopping.set()
        self._wake()

    def join(self, seconds: float) -> bool:
        """Wait up to `seconds` for all the threads; whether all have ended."""
        ends = time.monotonic() + seconds
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, ends - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        failures, is_woken = 0, False
        while not self._is_stopping.is_set():
            # Before the step, not after: what is wanted while it looks must not be slept over.
            seen = self._wake.count
            if not self._database.is_there(at_once=is_woken):
                pause = self._database.ask_in
            else:
                has_done = self._did_something()
                failures = 0 if has_done is not None else failures + 1
                pause = PACE.wait(failures, JITTER).total_seconds() if failures else self._idle_seconds
                if has_done:
                    continue
            if not self._is_stopping.is_set():
                self._wake.wait(seen, pause)
            # A wake means that somebody has just written: the
            # database is there again, and need not be waited for.
            is_woken = self._wake.count != seen

    def _did_something(self) -> bool | None:
        """Whether there may be more to do at once; None for a step that failed."""
        try:
            return self._step()
        except DatabaseUnavailable as error:
            self._database.failed()
            # Where the database is away its own line says so; else the trouble is this loop's.
            if self._database.is_there() and self._line.is_due():
                log.warning("delivery.loop_failed", loop=self._name, reason=str(error))
        except Exception:  # the thread's outermost loop has to live on
            log.exception("delivery.loop_failed", loop=self._name)
        return None
