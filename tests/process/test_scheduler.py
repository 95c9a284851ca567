"""Ticks go on through errors, never overlap with themselves, and follow an accelerated clock."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from bot.clock import Clock, FastClock, SystemClock
from bot.process.scheduler import Tick, Ticker
from storage.errors import DatabaseUnavailable
from tests.patience import PATIENCE

OFTEN = timedelta(seconds=0.1)


@contextmanager
def ticking(*ticks: Tick, clock: Clock | None = None) -> Iterator[None]:
    ticker = Ticker(ticks, clock or SystemClock())
    ticker.start()
    try:
        yield
    finally:
        ticker.stop()


class Counting:
    """Counts its calls; tells when there were three."""

    def __init__(self, *errors: Exception) -> None:
        self.calls = 0
        self.enough = threading.Event()
        self._errors = list(errors)

    def __call__(self) -> dict[str, int]:
        self.calls += 1
        if self.calls >= 3:
            self.enough.set()
        if self._errors:
            raise self._errors.pop()
        return {"done": 1}


def test_a_tick_comes_again_and_again() -> None:
    act = Counting()
    with ticking(Tick("count", OFTEN, act)):
        assert act.enough.wait(PATIENCE)


def test_an_error_does_not_end_the_ticks() -> None:
    act = Counting(ValueError("broken"), DatabaseUnavailable())
    with ticking(Tick("count", OFTEN, act)):
        assert act.enough.wait(PATIENCE)


def test_a_rare_tick_comes_at_start() -> None:
    ran = threading.Event()

    def act() -> dict[str, int]:
        ran.set()
        return {}

    with ticking(Tick("rare", timedelta(days=1), act)):
        assert ran.wait(PATIENCE)


def test_an_accelerated_clock_is_ticked_as_much_faster() -> None:
    act, clock = Counting(), FastClock(SystemClock().now(), speed=36_000)
    with ticking(Tick("hourly", timedelta(hours=1), act, is_at_start=False), clock=clock):
        assert act.enough.wait(PATIENCE)


def test_a_tick_that_takes_long_is_not_started_beside_itself() -> None:
    running, most, enough, lock = [0], [0], threading.Event(), threading.Lock()
    calls = [0]

    def act() -> dict[str, int]:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
            calls[0] += 1
        enough.wait(0.25)
        with lock:
            running[0] -= 1
        if calls[0] >= 3:
            enough.set()
        return {}

    with ticking(Tick("slow", OFTEN, act)):
        assert enough.wait(PATIENCE)
    assert most == [1]


def test_stopping_what_never_started_does_nothing() -> None:
    Ticker((), SystemClock()).stop()
