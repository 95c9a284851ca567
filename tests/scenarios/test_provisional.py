"""The service hears of the first of two answers at once, then of its confirmation or correction."""

from datetime import timedelta

import pytest

from tests.scenarios.asking import next_asked
from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import MAYA, NADIA
from tests.scenarios.rules import changed
from tests.scenarios.world import World


@pytest.fixture
def policy_text() -> str:
    """Every appeal gets a second opinion, and the service is told of the first."""
    quorum, settings = 'due_in = "1d"\nquorum = 2\n', "second_opinions = 1.0\nprovisional = true\n"
    return changed((quorum, f'due_in = "1d"\n{settings}'))


@everywhere
def test_a_reversal_is_a_correction(world: World) -> None:
    case = world.post_case(task="appeal", label="deny")
    world.person(MAYA).press(case, "Confirm: Deny")

    (first,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert (first.type, first.data["decision"]["label"]) == ("case.decided", "deny")
    assert first.data["decision"]["is_provisional"]
    view = world.shop.read(case.case_id)
    assert (view["status"], view["decision"]["is_provisional"], view["labels"]) == ("open", True, [])
    assert "✓" not in world.person(NADIA).reads(case)

    second, theirs = next_asked(world, case)
    second.press(theirs, "Grant")
    world.eventually(lambda: "the last word has" in second.reads(case))
    assert len(world.inbox.events(case.case_id)) == 1
    world.person(NADIA).press(case, "Grant")

    (last,) = world.eventually(lambda: world.inbox.events(case.case_id)[1:])
    assert (last.type, last.data["decision"]["label"]) == ("case.corrected", "grant")
    assert (last.data["decision"]["sequence"], last.data["decision"].get("is_provisional")) == (2, None)


def test_a_confirmation_is_the_decision_and_undo_takes_a_provisional_one_back(world: World) -> None:
    case = world.post_case(task="appeal", label="deny")
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Deny")
    world.eventually(lambda: world.inbox.events(case.case_id))
    (receipt,) = world.eventually(lambda: maya.private(case))
    world.advance(timedelta(minutes=1))
    maya.press(case, "Undo", receipt)
    world.eventually(lambda: len(world.inbox.events(case.case_id)) == 2)
    world.eventually(lambda: "Confirm: Deny" in maya.buttons(case))
    maya.press(case, "Confirm: Deny")
    world.eventually(lambda: len(world.inbox.events(case.case_id)) == 3)
    second, theirs = next_asked(world, case)
    second.press(theirs, "Deny")

    world.eventually(lambda: len(world.inbox.events(case.case_id)) == 4)
    events = world.inbox.events(case.case_id)
    assert [event.type for event in events] == [
        "case.decided",
        "case.reopened",
        "case.decided",
        "case.decided",
    ]
    assert [event.data["decision"].get("is_provisional") for event in events] == [True, True, True, None]
    assert world.shop.read(case.case_id)["decision"]["method"] == "consensus"
