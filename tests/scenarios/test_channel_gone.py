"""A channel is archived, deleted or lost to the bot: its cases wait for the repair, the others go on."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.patience import PATIENCE
from tests.scenarios.operating import Operator, readiness
from tests.scenarios.people import LEADS, MAYA, NADIA, PAYMENTS, SAM, Case
from tests.scenarios.shop import prediction
from tests.scenarios.words import words
from tests.scenarios.world import POLICY, World


@pytest.fixture
def policy_text() -> str:
    """Topics are looked at in the leads' channel, which is a team's."""
    changed = POLICY.replace('name = "all"\nchannel = "payments"', 'name = "all"\nchannel = "leads"')
    assert changed != POLICY
    return f'{changed}\n[teams.desk]\nchannel = "leads"\ntimezone = "Europe/Berlin"\ntasks = ["fraud"]\n'


def change_the_channel(world: World, **order: Any) -> None:
    url = f"{world.slack.url}/control/channel"
    given = {"channel": PAYMENTS, **order}
    requests.post(url, json=given, timeout=PATIENCE).raise_for_status()


def post(world: World, external_id: str, task: str, label: str, channel: str) -> Case:
    answer = world.shop.post(prediction(external_id, task, label, 0.7))
    assert answer.status_code == 202
    return Case(answer.json()["case_id"], external_id, channel)


def the_letter(world: World, operator: Operator) -> str:
    (letter,) = world.eventually(operator.dead_letters)
    return letter


MENDS = {
    "archive": "Unarchive the channel, or name another one in the policy",
    "remove_bot": "Invite the bot",
    "delete": "Check the channel's id in the policy",
}


@pytest.mark.parametrize("order", MENDS)
def test_its_case_is_held_with_the_mend_and_counted(world: World, order: str, tmp_path: Path) -> None:
    change_the_channel(world, **{order: True})
    lost = post(world, "order-1", "fraud", "fraud", PAYMENTS)
    other = post(world, "order-2", "topic", "card", LEADS)

    letter = the_letter(world, Operator(world, tmp_path))
    assert lost.case_id in letter
    assert MENDS[order] in letter
    ready = readiness(world)
    assert (ready["status"], ready["held_messages"], ready["dead_letters"]) == ("ready", 1, 0)
    nadia = world.person(NADIA)
    world.eventually(lambda: nadia.messages_of(other))
    nadia.press(other, "Confirm: Card")
    world.eventually(lambda: world.inbox.types(other.case_id) == ["case.decided"])
    assert world.shop.read(lost.case_id)["status"] == "open"


@pytest.mark.parametrize(("order", "mend"), [("archive", "unarchive"), ("remove_bot", "add_bot")])
def test_once_mended_it_comes_by_itself(world: World, order: str, mend: str, tmp_path: Path) -> None:
    operator, maya = Operator(world, tmp_path), world.person(MAYA)
    change_the_channel(world, **{order: True})
    case = post(world, "order-1", "fraud", "fraud", PAYMENTS)
    assert case.case_id in the_letter(world, operator)
    change_the_channel(world, **{mend: True})

    world.eventually(lambda: maya.messages_of(case))
    world.eventually(lambda: operator.dead_letters() == [])
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(case) == ["Undo"])
    assert operator.finds_the_audit_unbroken()


def test_who_asks_meanwhile_is_told_why_it_cannot_be_opened(world: World) -> None:
    change_the_channel(world, remove_bot=True)
    post(world, "order-1", "fraud", "fraud", PAYMENTS)
    world.eventually(lambda: readiness(world)["held_messages"] == 1)
    maya = world.person(MAYA)
    maya.type_command("next")
    told = world.eventually(
        lambda: "".join(words(one) for one in maya.messages(PAYMENTS) if one["ephemeral"])
    )
    assert "It could not be posted in its channel: Invite the bot" in told
    assert "about to be posted" not in told


def test_the_leads_are_told_once_a_day_what_cannot_be_shown(world: World) -> None:
    change_the_channel(world, remove_bot=True)
    for number in range(3):
        post(world, f"order-{number}", "fraud", "fraud", PAYMENTS)
    world.eventually(lambda: readiness(world)["held_messages"] == 3)
    for _ in range(3):
        world.advance(timedelta(minutes=2))
    sam = world.person(SAM)
    told = world.eventually(lambda: [one for one in map(words, sam.messages(LEADS)) if "could not be" in one])
    assert len(told) == 1
    assert "3 messages could not be shown in #payments: Invite the bot" in told[0]
