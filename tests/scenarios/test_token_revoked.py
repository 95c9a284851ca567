"""The bot's token is revoked: readyz says so with the mend, and it recovers by itself."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.sender.durations import Tempo
from bot.sandbox import SlackFault
from tests.scenarios.operating import Operator, readiness, slack_is_well
from tests.scenarios.passing import UNHURRIED, as_time_passes, has_settled
from tests.scenarios.people import MAYA, Case
from tests.scenarios.shop import prediction
from tests.scenarios.world import World

CASES = 8


@pytest.fixture
def tempo() -> Tempo:
    """After a refusal Slack is left alone for two real seconds rather than thirty."""
    return replace(UNHURRIED, hold_for=timedelta(seconds=2))


def test_it_says_so_and_recovers(world: World, tmp_path: Path) -> None:
    revoked = world.slack.faults.add(SlackFault("token_revoked"))
    answers = [world.shop.post(prediction(f"order-{n}", "fraud", "fraud", 0.7)) for n in range(CASES)]
    cases = [Case(answer.json()["case_id"], "") for answer in answers]
    assert {answer.status_code for answer in answers} == {202}
    world.eventually(lambda: not slack_is_well(world))
    ready = readiness(world)
    assert ready["status"] == "degraded"
    assert ready["slack"]["detail"].startswith("token_revoked: Install the app again")
    assert world.slack.config.bot_token not in str(ready)

    world.slack.faults.clear(revoked)
    as_time_passes(world, lambda: has_settled(world))
    maya = world.person(MAYA)
    assert [len(maya.messages_of(case)) for case in cases] == [1] * CASES
    assert readiness(world)["status"] == "ready"
    operator = Operator(world, tmp_path)
    assert operator.dead_letters() == []
    assert operator.finds_the_audit_unbroken()
