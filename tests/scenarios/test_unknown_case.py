"""Somebody clicks on a message whose case is not known any more: a polite private answer."""

from pathlib import Path

import pytest

from tests.scenarios.operating import Operator
from tests.scenarios.people import MAYA, SAM
from tests.scenarios.words import words
from tests.scenarios.world import World


@pytest.mark.parametrize("button", ["Confirm: Fraud", "Fine…", "Answer with a reason…"])
def test_a_click_on_an_erased_case_is_answered_privately(world: World, button: str, tmp_path: Path) -> None:
    case = world.post_case()
    world.stop()
    world.database_url = f"sqlite:///{tmp_path}/another.sqlite3"  # nothing is left of the case
    world.start()
    maya = world.person(MAYA)
    before = maya.reads(case)

    maya.press(case, button)
    world.eventually(lambda: "This case is not known here" in maya.private_words(case))
    assert maya.reads(case) == before
    assert world.person(SAM).private_words(case) == ""
    assert maya.window() is None
    assert world.inbox.tries == 0
    assert Operator(world, tmp_path).finds_the_audit_unbroken()


def test_a_thread_reply_there_is_nobodys_business(world: World, tmp_path: Path) -> None:
    case = world.post_case()
    world.stop()
    world.database_url = f"sqlite:///{tmp_path}/another.sqlite3"
    world.start()
    maya = world.person(MAYA)
    maya.answer_in_thread(case, "fraud: the address does not match")
    world.settle()
    assert [words(reply).split("\n")[0] for reply in maya.thread(case)] == [
        "fraud: the address does not match"
    ]
