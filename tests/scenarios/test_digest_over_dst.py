"""The clock changes in the very hour of the digest: it comes once, in the hour that stands for it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.scenarios.calm import SHORTLY, at
from tests.scenarios.people import LEADS
from tests.scenarios.weekly import digests_at, team
from tests.scenarios.world import POLICY, World

HALF_AN_HOUR = timedelta(minutes=30)
CHANGES = {
    "Berlin, skipped": ("Europe/Berlin", "02:30", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
    "Berlin, doubled": ("Europe/Berlin", "02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    "New York, skipped": ("America/New_York", "02:30", datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),
    "New York, doubled": ("America/New_York", "01:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
}
Change = tuple[str, str, datetime]


@pytest.fixture(params=list(CHANGES.values()), ids=list(CHANGES))
def change(request: pytest.FixtureRequest) -> Change:
    found: Change = request.param
    return found


@pytest.fixture
def policy_text(change: Change) -> str:
    zone, at, _ = change
    return POLICY + team("leads", zone, "sun", at)


@pytest.fixture
def start(change: Change) -> datetime:
    return change[2] - timedelta(days=3)


def test_the_digest_comes_once(world: World, change: Change) -> None:
    _, _, due_at = change
    world.post_case()
    at(world, due_at - SHORTLY)
    assert digests_at(world, LEADS) == []

    for number in range(6):
        at(world, due_at + number * HALF_AN_HOUR)
        assert digests_at(world, LEADS) == [due_at]
