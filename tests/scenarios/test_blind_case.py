"""The prediction of a blind case is seen by nobody until it is decided, and by everybody after."""

import pytest

from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import JONAS, MAYA, NADIA
from tests.scenarios.rules import changed
from tests.scenarios.words import words
from tests.scenarios.world import World

TELLING = ("Confirm", "The model says", "gbm", "%")


@pytest.fixture
def policy_text() -> str:
    """Nearly every appeal is blind."""
    return changed(('due_in = "1d"\nquorum = 2\n', 'due_in = "1d"\nquorum = 2\nblind = 0.999999\n'))


@everywhere
def test_nobody_sees_the_prediction_before_the_decision_and_everybody_after(world: World) -> None:
    case = world.post_case(task="appeal", label="deny")
    maya, jonas, nadia = (world.person(each) for each in (MAYA, JONAS, NADIA))
    assert maya.buttons(case)[:2] == ["Grant", "Deny"]
    maya.pick(case, "Why am I asked?")
    maya.open_home()
    for shown in (maya.reads(case), words(maya.window() or {}), words(maya.home())):
        assert [telling for telling in TELLING if telling in shown] == []

    maya.press(case, "Grant")
    world.eventually(lambda: "1 of 2 answers in" in jonas.reads(case))
    jonas.press(case, "Deny")
    (call,) = world.eventually(nadia.direct_messages)
    assert "@U0JONAS says Deny" in words(call)
    assert "The model says" not in words(call)
    nadia.press(case, "Deny")

    world.eventually(lambda: "The model said the same" in nadia.reads(case))
    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert event.data["prediction"]["label"] == "deny"
