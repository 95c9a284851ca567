"""Slack asks to slow down in one channel: only that one waits, and what is critical goes first."""

from datetime import timedelta

import pytest

from bot.delivery.sender.durations import Tempo
from bot.sandbox import SlackFault
from tests.scenarios.passing import UNHURRIED
from tests.scenarios.people import LEADS, NADIA, PAYMENTS, Case
from tests.scenarios.shop import prediction
from tests.scenarios.world import POLICY, World

PACE = timedelta(seconds=1)


@pytest.fixture
def policy_text() -> str:
    """Topics are looked at in the leads' channel."""
    changed = POLICY.replace('name = "all"\nchannel = "payments"', 'name = "all"\nchannel = "leads"')
    assert changed != POLICY
    return changed


@pytest.fixture
def tempo() -> Tempo:
    """A message a second in a channel, as Slack allows."""
    return Tempo(post_every=PACE, update_every=timedelta(0), lease=UNHURRIED.lease)


def post(world: World, external_id: str, task: str, label: str, **more: object) -> Case:
    answer = world.shop.post(prediction(external_id, task, label, 0.7, **more))
    assert answer.status_code == 202
    channel = LEADS if task == "topic" else PAYMENTS
    return Case(answer.json()["case_id"], external_id, channel)


def shown(world: World, channel: str) -> list[str]:
    """The cases of a channel's messages in their order."""
    messages = world.person(NADIA).messages(channel)
    return [message["metadata"]["event_payload"]["case_id"] for message in messages]


def is_shown(world: World, case: Case) -> bool:
    return case.case_id in shown(world, case.channel)


def test_one_channel_waits_and_the_critical_case_overtakes(world: World) -> None:
    world.slack.faults.add(
        SlackFault("rate_limited", method="chat.postMessage", channel_id=PAYMENTS, retry_after=30, count=1)
    )
    backlog = [post(world, f"order-{n}", "fraud", "fraud") for n in range(4)]
    world.eventually(lambda: world.slack.stats()["rejected"].get("ratelimited"))
    critical = post(world, "order-9", "fraud", "fraud", input={"fields": {"amount": 50_000}})

    for number in range(3):  # meanwhile the other channel goes on at its own pace
        other = post(world, f"mail-{number}", "topic", "card")
        world.eventually(lambda other=other: is_shown(world, other))  # type: ignore[misc]  # a default
        world.advance(PACE)
    assert shown(world, PAYMENTS) == []
    assert world.slack.stats()["rejected"] == {"ratelimited": 1}

    world.advance(timedelta(seconds=30))
    world.eventually(lambda: shown(world, PAYMENTS))
    assert shown(world, PAYMENTS) == [critical.case_id]
    for number in range(1, 5):
        world.advance(PACE)
        world.eventually(lambda number=number: len(shown(world, PAYMENTS)) > number)  # type: ignore[misc]  # a default
    assert shown(world, PAYMENTS) == [case.case_id for case in [critical, *backlog]]
    world.settle()
    assert world.slack.stats()["posted"] == 8


def test_a_limit_on_updates_does_not_hold_up_new_cases(world: World) -> None:
    first = world.post_case("order-1")
    nadia = world.person(NADIA)
    world.slack.faults.add(SlackFault("rate_limited", method="chat.update", retry_after=30, count=1))
    nadia.press(first, "Confirm: Fraud")
    world.eventually(lambda: world.slack.stats()["rejected"].get("ratelimited"))
    world.advance(PACE)
    second = post(world, "order-2", "fraud", "fraud")
    world.eventually(lambda: is_shown(world, second))
    assert "Confirm: Fraud" in nadia.buttons(first)

    world.advance(timedelta(seconds=30))
    world.eventually(lambda: nadia.buttons(first) == ["Undo"])
