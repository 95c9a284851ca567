"""Slack takes a call but its answer is lost: nobody sees anything twice."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.sender.durations import Tempo
from bot.sandbox import SlackFault
from tests.scenarios.everywhere import everywhere
from tests.scenarios.operating import Operator, slack_is_well
from tests.scenarios.passing import UNHURRIED, as_time_passes, has_settled
from tests.scenarios.people import LEADS, MAYA, NADIA
from tests.scenarios.words import words
from tests.scenarios.world import World


@pytest.fixture
def tempo() -> Tempo:
    return UNHURRIED


def lose_the_answer(world: World, method: str, count: int = 1) -> None:
    world.slack.faults.add(SlackFault("accept_then_drop", method=method, count=count))


def recover(world: World) -> None:
    as_time_passes(world, lambda: not world.slack.faults.active())
    as_time_passes(world, lambda: has_settled(world))
    assert slack_is_well(world)


@everywhere
def test_a_message_is_not_posted_a_second_time(world: World, tmp_path: Path) -> None:
    lose_the_answer(world, "chat.postMessage")
    case = world.post_case()
    recover(world)

    maya = world.person(MAYA)
    assert len(maya.messages_of(case)) == 1
    assert world.slack.stats()["posted"] == 1
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(case) == ["Undo"])
    assert Operator(world, tmp_path).finds_the_audit_unbroken()


def test_an_update_whose_answer_is_lost_shows_the_decision(world: World) -> None:
    case = world.post_case()
    maya = world.person(MAYA)
    lose_the_answer(world, "chat.update")
    maya.press(case, "Confirm: Fraud")
    recover(world)

    assert maya.buttons(case) == ["Undo"]
    assert len(maya.messages_of(case)) == 1


def test_a_reminder_is_not_written_twice_in_the_thread(world: World) -> None:
    case = world.post_case()
    lose_the_answer(world, "chat.postMessage")
    world.advance(timedelta(hours=1))
    recover(world)

    assert len(world.person(MAYA).thread(case)) == 1
    assert world.slack.stats()["posted"] == 2


def test_an_escalation_is_not_told_twice_in_the_next_channel(world: World) -> None:
    world.post_case()
    world.advance(timedelta(hours=1))
    world.advance(timedelta(hours=1))
    world.settle()
    lose_the_answer(world, "chat.postMessage", count=2)
    world.advance(timedelta(hours=1))
    recover(world)

    told = [words(message) for message in world.person(NADIA).messages(LEADS)]
    assert len(told) == 2, told  # the case and the call
    assert len([one for one in told if "No decision 3h after the case was opened" in one]) == 1
