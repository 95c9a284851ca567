"""An expert leaves the channel or the company: what was theirs is everybody's, and they may not answer."""

from datetime import timedelta

import pytest

from bot.demo.person import HandsRefused
from tests.scenarios.calling import in_thread
from tests.scenarios.calm import after, arrive
from tests.scenarios.people import JONAS, MAYA, PAYMENTS, Case
from tests.scenarios.words import words
from tests.scenarios.world import World


def give_to_jonas(world: World) -> Case:
    case = world.post_case()
    maya = world.person(MAYA)
    maya.pick(case, "Reassign…")
    maya.fill_in(person=JONAS)
    world.eventually(lambda: f"Assigned to <@{JONAS}>" in maya.reads(case))
    return case


def leave(world: World) -> None:
    world.slack.workspace.membership.leave(world.slack.state.conversations[PAYMENTS], JONAS)
    arrive(world)


def given_back(world: World, case: Case) -> bool:
    return "Assigned to" not in world.person(MAYA).reads(case)


def test_the_case_of_one_who_left_the_channel_is_given_back_once(world: World) -> None:
    case = give_to_jonas(world)

    leave(world)
    after(world, timedelta(minutes=5))
    world.eventually(lambda: given_back(world, case))
    after(world, timedelta(minutes=5))

    told = [text for _, text in in_thread(world, case)]
    assert sum("waits for any of its experts" in text for text in told) == 1
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided"])


def test_one_who_left_the_channel_is_refused_at_once(world: World) -> None:
    case = world.post_case()
    jonas = world.person(JONAS)
    leave(world)

    jonas.press(case, "Confirm: Fraud")

    assert "you are not among them" in world.eventually(lambda: jonas.private_words(case))
    arrive(world)
    assert (world.shop.read(case.case_id)["status"], world.inbox.tries) == ("open", 0)
    assert world.audited(case)[-1] == "act.refused"


def test_one_who_comes_back_may_answer_again(world: World) -> None:
    case = world.post_case()
    leave(world)
    world.slack.workspace.membership.join(world.slack.state.conversations[PAYMENTS], JONAS)
    arrive(world)

    jonas = world.person(JONAS)
    jonas.press(case, "Confirm: Fraud")

    world.eventually(lambda: f"✓ Fraud — by @{JONAS}" in jonas.reads(case))


def test_the_case_of_a_deactivated_expert_is_given_back(world: World) -> None:
    case = give_to_jonas(world)

    world.slack.workspace.membership.deactivate(JONAS)
    after(world, timedelta(minutes=5))

    world.eventually(lambda: given_back(world, case))
    with pytest.raises(HandsRefused, match="account_inactive"):
        world.person(JONAS).press(case, "Confirm: Fraud")


def test_an_answer_outlives_its_expert(world: World) -> None:
    case = world.post_case()
    jonas, maya = world.person(JONAS), world.person(MAYA)
    jonas.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))
    old_screen = maya.message(case)

    world.slack.workspace.membership.deactivate(JONAS)
    after(world, timedelta(days=1))

    assert f"✓ Fraud — by @{JONAS}" in words(old_screen)
    assert f"✓ Fraud — by @{JONAS}" in maya.reads(case)
    assert world.shop.read(case.case_id)["decision"]["label"] == "fraud"
