"""What is done once a day: by whoever comes first, and again where that came to nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.usecases.context import Context
from bot.usecases.daily_act import LEASE, once_a_day
from storage.engine.database import Database
from tests.usecases.traffic import traffic

MORNING = datetime(2026, 11, 20, 0, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def ctx(database: Database) -> Context:
    return traffic(database).ctx


def killed() -> int:
    raise SystemExit


def failing() -> int:
    raise LookupError


def test_what_was_done_is_done_again_on_the_next_day_only(ctx: Context) -> None:
    counts = [once_a_day(ctx, "drift:fraud", MORNING + hours * HOUR, lambda: 3) for hours in (0, 1, 23, 24)]
    assert counts == [3, 0, 0, 3]


def test_what_was_killed_is_had_again_within_the_hour(ctx: Context) -> None:
    with pytest.raises(SystemExit):
        once_a_day(ctx, "drift:fraud", MORNING, killed)
    assert once_a_day(ctx, "drift:fraud", MORNING + LEASE, lambda: 3) == 0
    assert once_a_day(ctx, "drift:fraud", MORNING + HOUR, lambda: 3) == 3
    assert once_a_day(ctx, "drift:fraud", MORNING + 2 * HOUR, lambda: 3) == 0


def test_what_failed_is_had_again_at_once(ctx: Context) -> None:
    with pytest.raises(LookupError):
        once_a_day(ctx, "drift:fraud", MORNING, failing)
    assert once_a_day(ctx, "drift:fraud", MORNING, lambda: 3) == 3


def test_nobody_begins_what_is_under_way(ctx: Context) -> None:
    def beside() -> int:
        return once_a_day(ctx, "drift:fraud", MORNING, lambda: 3)

    assert once_a_day(ctx, "drift:fraud", MORNING, lambda: 1 + beside()) == 1
