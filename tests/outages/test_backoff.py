"""Waits double, stay under their limit, and end."""

from datetime import timedelta

import pytest

from bot.outages.backoff import JITTER, Backoff

BACKOFF = Backoff(first=timedelta(seconds=2), longest=timedelta(minutes=1), most_tries=8)


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1), (2, 2), (3, 4), (6, 30), (60, 30), (100_000, 30)])
def test_the_least_wait_doubles_up_to_half_the_longest(failures: int, seconds: int) -> None:
    assert BACKOFF.wait(failures, lambda: 0.0) == timedelta(seconds=seconds)


def test_jitter_fills_the_other_half() -> None:
    assert BACKOFF.wait(3, lambda: 0.5) == timedelta(seconds=6)


def test_the_last_try_is_known() -> None:
    assert [BACKOFF.is_spent(failures) for failures in (7, 8, 9)] == [False, True, True]


def test_the_usual_jitter_stays_inside_its_half() -> None:
    waits = {BACKOFF.wait(1, JITTER) for _ in range(100)}
    assert all(timedelta(seconds=1) <= wait < timedelta(seconds=2) for wait in waits)
    assert len(waits) > 1
