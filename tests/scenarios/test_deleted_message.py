"""Somebody deletes a case's message by hand: it comes back once, showing what is true now."""

from datetime import timedelta
from pathlib import Path

from bot.sandbox import SlackFault
from tests.scenarios.deleting import await_another, delete_the_message
from tests.scenarios.everywhere import everywhere
from tests.scenarios.operating import Operator
from tests.scenarios.people import MAYA
from tests.scenarios.world import World


@everywhere
def test_an_open_case_can_be_answered_on_the_new_message(world: World, tmp_path: Path) -> None:
    case = world.post_case()
    maya = world.person(MAYA)
    await_another(world, case, delete_the_message(world, case))

    assert "Confirm: Fraud" in maya.buttons(case)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(case) == ["Undo"])
    assert world.slack.stats()["posted"] == 2
    assert Operator(world, tmp_path).finds_the_audit_unbroken()


def test_a_decided_case_comes_back_decided(world: World) -> None:
    case = world.post_case()
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(case) == ["Undo"])
    await_another(world, case, delete_the_message(world, case))

    assert "✓ Fraud — by @U0MAYA" in maya.reads(case)
    assert maya.buttons(case) == ["Undo"]


def test_slack_telling_it_twice_posts_it_once(world: World) -> None:
    case = world.post_case()
    world.slack.faults.add(SlackFault("ack_lost", method="message", count=1))
    await_another(world, case, delete_the_message(world, case))

    assert world.slack.faults.active() == []
    assert world.slack.stats()["posted"] == 2


def test_a_reminder_goes_under_the_new_message(world: World) -> None:
    case = world.post_case()
    await_another(world, case, delete_the_message(world, case))
    world.advance(timedelta(hours=1))
    assert world.eventually(lambda: len(world.person(MAYA).thread(case))) == 1
