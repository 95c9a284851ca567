"""Ticks: calls each periodic act again and again; deadlines are columns, so it has no state of its own."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from time import monotonic

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from bot.clock import Clock, speed_of
from bot.log import Seldom
from bot.outages.database_health import DatabaseHealth
from storage.errors import DatabaseUnavailable, StorageError

log = structlog.get_logger()

WORKERS = 6
LINE_EVERY = 60.0
"""Seconds between two lines of a tick about a database that answers, but not to it."""
Figures = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Tick:
    """An act to do `every` so much of the application's time; it returns what it did, in numbers.

    `shortest` is the least real time between two, for acts that ask Slack.
    """

    name: str
    every: timedelta
    act: Callable[[], Figures]
    is_at_start: bool = True
    shortest: timedelta = timedelta(seconds=0.1)


class Ticker:
    """Runs ticks in threads: none twice at once, what was missed once, what failed the next time.

    An accelerated clock is ticked as much faster. While the `database` is away nothing is tried; what was
    missed is done as soon as it is back.
    """

    def __init__(self, ticks: tuple[Tick, ...], clock: Clock, database: DatabaseHealth | None = None) -> None:
        self._ticks = ticks
        self._clock = clock
        self._database = database or DatabaseHealth(lambda: None)
        self._lines = {tick.name: Seldom(LINE_EVERY) for tick in ticks}
        self._missed: set[str] = set()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(WORKERS)},
            # No grace time: by default APScheduler drops a tick that comes more than a second late.
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Tick, each once at once if it wants that."""
        for tick in self._ticks:
            seconds = max(tick.every / speed_of(self._clock), tick.shortest).total_seconds()
            first = {"next_run_time": self._clock.wall()} if tick.is_at_start else {}
            timing = {"seconds": seconds, **first}
            self._scheduler.add_job(self._run, "interval", args=[tick], id=tick.name, **timing)
        self._scheduler.start()

    def catch_up(self) -> None:
        """Do at once what was missed while the database was away."""
        for name in tuple(self._missed):  # other threads add to it meanwhile
            # Before the hurry: where it fails again it must be able to enter itself anew.
            self._missed.discard(name)
            self.hurry(name)

    def hurry(self, name: str) -> None:
        """Do a tick now; where it runs just then, its next time is soon enough."""
        with suppress(JobLookupError):  # the ticks are not started yet, or are being stopped
            self._scheduler.modify_job(name, next_run_time=self._clock.wall())

    def _run(self, tick: Tick) -> None:
        if not self._database.is_there():
            self._missed.add(tick.name)
            return
        try:
            _do(tick)
        except DatabaseUnavailable as error:
            self._missed.add(tick.name)
            self._database.failed()
            # Where the database is away its own line says so; else the trouble is this tick's.
            if self._database.is_there() and self._lines[tick.name].is_due():
                log.warning("tick.failed", tick=tick.name, reason=str(error))

    def stop(self) -> None:
        """Start nothing more; what runs ends by itself."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def run(tick: Tick) -> None:
    """Do a tick and log it in a line; whatever goes wrong is tried again at the next."""
    try:
        _do(tick)
    except DatabaseUnavailable as error:
        log.warning("tick.failed", tick=tick.name, reason=str(error))


def _do(tick: Tick) -> None:
    """Do a tick and log what came of it. Raises DatabaseUnavailable, for which a single line serves all."""
    started = monotonic()
    try:
        figures = tick.act()
    except DatabaseUnavailable:
        raise
    except StorageError as error:
        log.warning("tick.failed", tick=tick.name, reason=str(error))
    except Exception:  # the outermost loop of a tick
        log.exception("tick.failed", tick=tick.name)
    else:
        write = log.info if any(figures.values()) else log.debug
        write("tick.done", tick=tick.name, seconds=round(monotonic() - started, 3), **figures)
