"""An expert takes an answer back: for ten minutes, not longer."""

from datetime import timedelta

from tests.scenarios.people import MAYA
from tests.scenarios.world import World


def test_undo_opens_the_case_again(world: World) -> None:
    case = world.post_case(label="fraud")
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(case) == ["Undo"])
    world.advance(timedelta(minutes=9))

    maya.press(case, "Undo")

    world.eventually(lambda: "Confirm: Fraud" in maya.buttons(case))
    assert "✓" not in maya.reads(case)
    assert world.shop.read(case.case_id)["status"] == "open"
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided", "case.reopened"])
    decided, reopened = (event.data["decision"]["decision_id"] for event in world.inbox.events(case.case_id))
    assert decided == reopened
    assert [line["event"] for line in world.shop.decisions()] == ["decided", "reopened"]
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: world.inbox.types(case.case_id)[2:] == ["case.decided"])
    assert world.inbox.events(case.case_id)[2].data["decision"]["sequence"] == 2


def test_after_ten_minutes_it_is_too_late(world: World) -> None:
    case = world.post_case(label="fraud")
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(case) == ["Undo"])
    old_screen = maya.message(case)
    world.advance(timedelta(minutes=11))

    maya.press(case, "Undo", old_screen)

    world.eventually(lambda: "Too late to undo: that is possible for 10 minutes." in maya.private_words(case))
    world.settle()
    assert "✓ Fraud — by @U0MAYA" in maya.reads(case)
    assert world.shop.read(case.case_id)["status"] == "decided"
    assert world.inbox.types(case.case_id) == ["case.decided"]
