"""The shop's endpoint is down, then up again: each event arrives once, signed, in order."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.scenarios.everywhere import everywhere
from tests.scenarios.operating import Operator
from tests.scenarios.passing import try_the_callback_again
from tests.scenarios.people import MAYA, Case
from tests.scenarios.world import World

STORY = ["case.decided", "case.reopened", "case.decided"]


def decide_undo_decide(world: World, case: Case) -> None:
    maya = world.person(MAYA)
    for button in ("Confirm: Fraud", "Undo", "Confirm: Fraud"):
        world.eventually(lambda button=button: button in maya.buttons(case))  # type: ignore[misc]  # a default
        maya.press(case, button)
    world.eventually(lambda: world.shop.read(case.case_id)["status"] == "decided")


@everywhere
def test_what_happened_meanwhile_arrives_once_and_in_order(world: World, tmp_path: Path) -> None:
    case = world.post_case()
    world.inbox.go_down()
    decide_undo_decide(world, case)
    assert [f"case.{line['event']}" for line in world.shop.decisions()] == STORY  # the feed waits for nobody

    world.eventually(lambda: world.inbox.tries)
    tried = world.inbox.tries
    world.inbox.answer(200)
    try_the_callback_again(world)
    world.settle()
    assert [event.type for event in world.inbox.arrivals()[tried:]] == STORY
    assert world.inbox.types(case.case_id) == STORY
    assert len({event.event_id for event in world.inbox.arrivals()}) == 3
    assert Operator(world, tmp_path).finds_the_audit_unbroken()


@pytest.mark.parametrize("status", [503, 429, 404])
def test_no_refusal_but_one_is_final(world: World, status: int) -> None:
    case = world.post_case()
    world.inbox.answer(status)
    world.person(MAYA).press(case, "Confirm: Fraud")
    world.eventually(lambda: world.inbox.tries)

    world.inbox.answer(200)
    try_the_callback_again(world)
    world.settle()
    assert world.inbox.types(case.case_id) == ["case.decided"]
    assert world.inbox.tries == 2


def test_three_days_down_loses_nothing(world: World) -> None:
    case = world.post_case()
    world.inbox.go_down()
    world.person(MAYA).press(case, "Confirm: Fraud")
    for day in range(1, 4):
        world.eventually(lambda day=day: world.inbox.tries == day)  # type: ignore[misc]  # a default
        try_the_callback_again(world, timedelta(days=1))
    world.eventually(lambda: world.inbox.tries == 4)

    world.inbox.answer(200)
    try_the_callback_again(world)
    world.settle()
    (event,) = world.inbox.events(case.case_id)
    assert event.data["decision"]["label"] == "fraud"
