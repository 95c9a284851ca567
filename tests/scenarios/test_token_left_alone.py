"""While the bot's token is refused, Slack is left alone, however much waits and however often it is due."""

from datetime import timedelta

import pytest

from bot.delivery.sender.durations import Tempo
from bot.sandbox import SlackFault
from tests.scenarios.operating import readiness, slack_is_well
from tests.scenarios.passing import UNHURRIED
from tests.scenarios.shop import prediction
from tests.scenarios.world import World

CASES = 20
SENDERS = 4


@pytest.fixture
def tempo() -> Tempo:
    """Half a real minute without a call after each refusal, as in production."""
    return UNHURRIED


def posts(world: World) -> int:
    return int(world.slack.stats()["calls"].get("chat.postMessage", 0))


@pytest.mark.parametrize("trouble", ["token_revoked", "account_inactive"])
def test_no_call_is_made_again_and_again(world: World, trouble: str) -> None:
    world.slack.faults.add(SlackFault(trouble))  # type: ignore[arg-type]  # one of the kinds
    for number in range(CASES):
        assert world.shop.post(prediction(f"order-{number}", "fraud", "fraud", 0.7)).status_code == 202
    world.eventually(lambda: not slack_is_well(world))

    for _ in range(100):  # a minute each of the application's time
        world.clock.advance(timedelta(minutes=1))
        world.app.deliveries.wake()
        assert readiness(world)["slack"]["detail"].startswith(f"{trouble}: Install the app again")
    assert posts(world) <= SENDERS
