"""Slack is away for a while: cases are taken all the same, and everything arrives once when it is back."""

from pathlib import Path

import pytest

from bot.delivery.sender.durations import Tempo
from bot.sandbox import SlackFault
from tests.scenarios.operating import Operator, readiness, slack_is_well
from tests.scenarios.passing import UNHURRIED, as_time_passes, has_settled
from tests.scenarios.people import MAYA, Case
from tests.scenarios.shop import prediction
from tests.scenarios.world import World

OUTAGES = [SlackFault("down"), SlackFault("refused"), SlackFault("time_out", seconds=0.1)]


@pytest.fixture
def tempo() -> Tempo:
    return UNHURRIED


@pytest.mark.parametrize("outage", OUTAGES, ids=lambda outage: outage.kind)
def test_everything_arrives_once_after_an_outage(world: World, outage: SlackFault, tmp_path: Path) -> None:
    answered = world.post_case("order-0")
    maya = world.person(MAYA)

    world.slack.faults.add(outage)
    answers = [world.shop.post(prediction(f"order-{n}", "fraud", "fraud", 0.7)) for n in range(1, 7)]
    maya.press(answered, "Confirm: Fraud")

    assert [answer.status_code for answer in answers] == [202] * 6
    world.eventually(lambda: not slack_is_well(world))
    ready = readiness(world)
    assert ready["status"] == "degraded"
    assert "does not answer" in ready["slack"]["detail"]
    world.eventually(lambda: world.inbox.types(answered.case_id) == ["case.decided"])
    cases = [Case(answer.json()["case_id"], "") for answer in answers]
    assert not any(maya.messages_of(case) for case in cases)

    world.slack.faults.clear()
    as_time_passes(world, lambda: has_settled(world))
    assert [len(maya.messages_of(case)) for case in cases] == [1] * 6
    assert all("Confirm: Fraud" in maya.buttons(case) for case in cases)
    assert maya.buttons(answered) == ["Undo"]
    assert world.slack.stats()["posted"] == 7
    assert readiness(world)["status"] == "ready"
    assert world.inbox.tries == 1
    assert Operator(world, tmp_path).finds_the_audit_unbroken()
