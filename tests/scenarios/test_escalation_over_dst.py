"""The clock changes while a case waits: steps come at the right moment on the wall, once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.scenarios.calling import all_notices
from tests.scenarios.calm import SHORTLY, at
from tests.scenarios.rules import changed, with_hours
from tests.scenarios.world import World


@dataclass(frozen=True)
class Change:
    """When a case is posted and when its three steps are due, in UTC; `hours` are on the wall."""

    zone: str
    days: str
    start: str
    end: str
    posted_at: datetime
    steps_at: tuple[datetime, ...]


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[misc, arg-type]  # year to minute


def weekend(zone: str, posted_at: datetime, first_at: datetime) -> Change:
    """Posted on Friday 17:30; the steps are due on Monday at 9:30, 10:30 and 11:30, all on the wall."""
    steps_at = tuple(first_at + timedelta(hours=number) for number in range(3))
    return Change(zone, '["mon", "fri"]', "09:00", "18:00", posted_at, steps_at)


def night(zone: str, posted_at: datetime, *steps_at: datetime) -> Change:
    """Posted on Sunday at 0:30, to people who work from midnight to 4:00 on Sundays."""
    return Change(zone, '["sun"]', "00:00", "04:00", posted_at, steps_at)


CHANGES = {
    "Berlin, weekend, spring": weekend("Europe/Berlin", utc(2027, 3, 26, 16, 30), utc(2027, 3, 29, 7, 30)),
    "Berlin, weekend, autumn": weekend("Europe/Berlin", utc(2026, 10, 23, 15, 30), utc(2026, 10, 26, 8, 30)),
    "New York, weekend, spring": weekend(
        "America/New_York", utc(2027, 3, 12, 22, 30), utc(2027, 3, 15, 13, 30)
    ),
    "New York, weekend, autumn": weekend(
        "America/New_York", utc(2026, 10, 30, 21, 30), utc(2026, 11, 2, 14, 30)
    ),
    # 2:00 to 3:00 is skipped: 0:30 CET, 1:30 CET, 3:30 CEST; the shift is over at 4:00 CEST, the rest of the
    # third hour is worked a week later, from 0:00 to 0:30 CEST
    "Berlin, night, spring": night(
        "Europe/Berlin",
        utc(2027, 3, 27, 23, 30),
        utc(2027, 3, 28, 0, 30),
        utc(2027, 3, 28, 1, 30),
        utc(2027, 4, 3, 22, 30),
    ),
    # 2:00 to 3:00 comes twice: 0:30 CEST, 1:30 CEST, 2:30 CEST, 2:30 CET
    "Berlin, night, autumn": night(
        "Europe/Berlin",
        utc(2026, 10, 24, 22, 30),
        utc(2026, 10, 24, 23, 30),
        utc(2026, 10, 25, 0, 30),
        utc(2026, 10, 25, 1, 30),
    ),
    # 2:00 to 3:00 is skipped
    "New York, night, spring": night(
        "America/New_York",
        utc(2027, 3, 14, 5, 30),
        utc(2027, 3, 14, 6, 30),
        utc(2027, 3, 14, 7, 30),
        utc(2027, 3, 21, 4, 30),
    ),
    # 1:00 to 2:00 comes twice
    "New York, night, autumn": night(
        "America/New_York",
        utc(2026, 11, 1, 4, 30),
        utc(2026, 11, 1, 5, 30),
        utc(2026, 11, 1, 6, 30),
        utc(2026, 11, 1, 7, 30),
    ),
}


@pytest.fixture(params=list(CHANGES.values()), ids=list(CHANGES))
def change(request: pytest.FixtureRequest) -> Change:
    found: Change = request.param
    return found


@pytest.fixture
def policy_text(change: Change) -> str:
    return changed(with_hours("fraud", change.zone, change.days, change.start, change.end))


@pytest.fixture
def start(change: Change) -> datetime:
    return change.posted_at


def test_every_step_comes_at_its_moment_on_the_wall(world: World, change: Change) -> None:
    case = world.post_case()

    for earlier, step_at in pairwise((change.posted_at, *change.steps_at)):
        halfway = earlier + (step_at - earlier) / 2
        for moment in (halfway, step_at - SHORTLY, step_at, step_at + SHORTLY):
            at(world, moment)
            told = [at for at, _ in all_notices(world, case)]
            assert told == [at for at in change.steps_at if at <= moment]
