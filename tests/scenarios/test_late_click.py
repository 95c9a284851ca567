"""Somebody acts on a screen that shows a case as it no longer is."""

import pytest

from bot.demo.person import HandsRefused
from tests.scenarios.people import JONAS, MAYA, Case
from tests.scenarios.world import World


def maya_decides(world: World, case: Case) -> None:
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))


def test_a_late_click_tells_who_decided(world: World) -> None:
    case = world.post_case(label="fraud")
    jonas = world.person(JONAS)
    old_screen = jonas.message(case)
    maya_decides(world, case)

    jonas.press(case, "Confirm: Fraud", old_screen)

    world.eventually(lambda: jonas.private(case))
    assert "Already decided" in jonas.private_words(case)
    assert "Fraud, by maya. Your answer was not recorded." in jonas.private_words(case)
    assert world.person(MAYA).private_words(case) == ""
    assert len(world.shop.read(case.case_id)["labels"]) == 1
    world.settle()
    assert world.inbox.types(case.case_id) == ["case.decided"]


def test_a_late_contradiction_opens_no_window(world: World) -> None:
    case = world.post_case(label="fraud")
    jonas = world.person(JONAS)
    old_screen = jonas.message(case)
    maya_decides(world, case)

    jonas.press(case, "Fine…", old_screen)

    world.eventually(lambda: "Fraud, by maya" in jonas.private_words(case))
    assert jonas.window() is None


def test_a_late_window_says_so_under_the_field_and_stays_open(world: World) -> None:
    case = world.post_case(label="fraud")
    jonas = world.person(JONAS)
    jonas.press(case, "Answer with a reason…")
    maya_decides(world, case)

    with pytest.raises(HandsRefused, match="Already decided"):
        jonas.fill_in(label="fine", rationale="He called us himself.")

    assert jonas.window() is not None
    assert world.shop.read(case.case_id)["decision"]["label"] == "fraud"


def test_a_late_reply_in_the_thread_is_answered_privately(world: World) -> None:
    case = world.post_case(label="fraud")
    jonas = world.person(JONAS)
    maya_decides(world, case)

    jonas.answer_in_thread(case, "fine: he called us himself")

    world.eventually(lambda: "Fraud, by maya" in jonas.private_words(case))
    assert world.shop.read(case.case_id)["decision"]["label"] == "fraud"
