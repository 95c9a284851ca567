"""A case nobody answers: a reminder in its thread, then a person, then another channel; never at night."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.scenarios.calling import all_notices, in_channel, in_thread
from tests.scenarios.calm import SHORTLY, after, at
from tests.scenarios.people import LEADS, SAM
from tests.scenarios.rules import changed, with_hours
from tests.scenarios.world import World

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = with_hours("fraud", "Europe/Berlin", '["mon", "tue", "wed", "thu", "fri"]', "09:00", "18:00")
PRIYA = "U0PRIYA"
HOUR = timedelta(hours=1)


def berlin(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=BERLIN).astimezone(UTC)  # type: ignore[misc, arg-type]  # year to minute


@pytest.fixture
def policy_text() -> str:
    return changed(OFFICE)


@pytest.fixture
def start() -> datetime:
    return berlin(2026, 11, 20, 17, 30)  # a Friday, half an hour before closing


def test_each_step_is_taken_once_when_people_work_again(world: World) -> None:
    case = world.post_case()
    monday = [berlin(2026, 11, 23, hour, 30) for hour in (9, 10, 11)]

    while world.clock.now() < monday[0] - SHORTLY:
        at(world, min(world.clock.now() + 6 * HOUR, monday[0] - SHORTLY))
    assert all_notices(world, case) == []

    at(world, monday[0])
    ((came_at, text),) = all_notices(world, case)
    assert (came_at, "This case still waits for an answer." in text) == (monday[0], True)
    assert "No decision 1h of work after the case was opened." in text

    at(world, monday[1] - SHORTLY)
    assert len(all_notices(world, case)) == 1
    at(world, monday[1])
    _, (came_at, text) = in_thread(world, case)
    assert (came_at, f"<@{SAM}>: :rotating_light: Please give" in text) == (monday[1], True)

    at(world, monday[2])
    ((came_at, text),) = in_channel(world, LEADS)
    assert (came_at, "Please give this case a second look." in text) == (monday[2], True)

    after(world, 30 * HOUR)
    assert [came_at for came_at, _ in all_notices(world, case)] == monday


def test_whoever_reads_the_next_channel_may_answer_then_and_not_before(world: World) -> None:
    world.slack.workspace.membership.join(world.slack.state.conversations[LEADS], PRIYA)
    world.tick()
    case = world.post_case()
    priya = world.person(PRIYA)
    priya.press(case, "Confirm: Fraud")
    assert "you are not among them" in world.eventually(lambda: priya.private_words(case))

    at(world, berlin(2026, 11, 23, 11, 30))
    world.eventually(lambda: in_channel(world, LEADS))
    priya.press(case, "Confirm: Fraud")

    world.eventually(lambda: f"✓ Fraud — by @{PRIYA}" in priya.reads(case))
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided"])


def test_a_decided_case_calls_nobody_any_more(world: World) -> None:
    case = world.post_case()
    world.person(SAM).press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in world.person(SAM).reads(case))

    at(world, berlin(2026, 11, 25, 12, 0))

    assert all_notices(world, case) == []


def test_a_case_posted_at_night_asks_in_its_channel_but_calls_nobody(world: World) -> None:
    at(world, berlin(2026, 11, 21, 3, 0))
    case = world.post_case()
    at(world, berlin(2026, 11, 23, 10, 0) - SHORTLY)
    assert f"<@{SAM}>" not in str(world.person(SAM).message(case))
    assert all_notices(world, case) == []

    at(world, berlin(2026, 11, 23, 10, 0))
    assert [came_at for came_at, _ in all_notices(world, case)] == [berlin(2026, 11, 23, 10, 0)]
