"""A channel is archived, deleted or lost to the bot: its cases become dead letters, the others go on."""

from pathlib import Path
from typing import Any

import pytest
import requests

from tests.patience import PATIENCE
from tests.scenarios.operating import Operator
from tests.scenarios.people import LEADS, MAYA, NADIA, PAYMENTS, Case
from tests.scenarios.shop import prediction
from tests.scenarios.world import POLICY, World


@pytest.fixture
def policy_text() -> str:
    """Topics are looked at in the leads' channel."""
    changed = POLICY.replace('name = "all"\nchannel = "payments"', 'name = "all"\nchannel = "leads"')
    assert changed != POLICY
    return changed


def change_the_channel(world: World, **order: Any) -> None:
    url = f"{world.slack.url}/control/channel"
    given = {"channel": PAYMENTS, **order}
    requests.post(url, json=given, timeout=PATIENCE).raise_for_status()


def post(world: World, external_id: str, task: str, label: str, channel: str) -> Case:
    answer = world.shop.post(prediction(external_id, task, label, 0.7))
    assert answer.status_code == 202
    return Case(answer.json()["case_id"], external_id, channel)


def the_dead_letter(world: World, operator: Operator) -> str:
    (letter,) = world.eventually(operator.dead_letters)
    return letter


MENDS = {
    "archive": "Unarchive the channel, or name another one in the policy",
    "remove_bot": "Invite the bot",
    "delete": "Check the channel's id in the policy",
}


@pytest.mark.parametrize("order", MENDS)
def test_its_case_is_a_dead_letter_that_names_the_mend(world: World, order: str, tmp_path: Path) -> None:
    change_the_channel(world, **{order: True})
    lost = post(world, "order-1", "fraud", "fraud", PAYMENTS)
    other = post(world, "order-2", "topic", "card", LEADS)

    letter = the_dead_letter(world, Operator(world, tmp_path))
    assert lost.case_id in letter
    assert MENDS[order] in letter
    nadia = world.person(NADIA)
    world.eventually(lambda: nadia.messages_of(other))
    nadia.press(other, "Confirm: Card")
    world.eventually(lambda: world.inbox.types(other.case_id) == ["case.decided"])
    assert world.shop.read(lost.case_id)["status"] == "open"


@pytest.mark.parametrize(("order", "mend"), [("archive", "unarchive"), ("remove_bot", "add_bot")])
def test_once_mended_it_is_sent_again(world: World, order: str, mend: str, tmp_path: Path) -> None:
    operator, maya = Operator(world, tmp_path), world.person(MAYA)
    change_the_channel(world, **{order: True})
    case = post(world, "order-1", "fraud", "fraud", PAYMENTS)
    letter = the_dead_letter(world, operator)
    change_the_channel(world, **{mend: True})
    operator.retry(letter)

    world.eventually(lambda: maya.messages_of(case))
    assert operator.dead_letters() == []
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(case) == ["Undo"])
    assert operator.finds_the_audit_unbroken()
