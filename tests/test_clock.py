"""Proves that an accelerated clock can be taken further, and never back."""

from datetime import timedelta

from bot.clock import FastClock
from tests.worlds.clocks import MONDAY

HOUR = timedelta(hours=1)


def test_a_clock_taken_further_goes_on_from_there() -> None:
    clock = FastClock(MONDAY, speed=60)
    clock.advance_to(MONDAY + HOUR)
    assert MONDAY + HOUR <= clock.now() < MONDAY + 2 * HOUR


def test_a_clock_is_never_taken_back() -> None:
    clock = FastClock(MONDAY, speed=60)
    clock.advance_to(MONDAY - HOUR)
    assert clock.now() >= MONDAY
