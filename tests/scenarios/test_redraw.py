"""Time alone changes what a message should say: Undo ends, a case becomes overdue."""

from datetime import timedelta

from tests.scenarios.calm import SHORTLY, after
from tests.scenarios.people import MAYA
from tests.scenarios.world import World

UNDO_FOR = timedelta(minutes=10)
DUE_IN = timedelta(hours=4)


def test_the_undo_button_goes_when_its_time_is_over(world: World) -> None:
    case = world.post_case(label="fraud")
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(case) == ["Undo"])
    after(world, UNDO_FOR - SHORTLY)
    assert maya.buttons(case) == ["Undo"]

    after(world, SHORTLY)

    assert maya.buttons(case) == []
    assert "✓ Fraud — by @U0MAYA" in maya.reads(case)
    assert world.shop.read(case.case_id)["status"] == "decided"


def test_an_open_case_says_since_when_it_is_overdue(world: World) -> None:
    case = world.post_case()
    maya = world.person(MAYA)
    after(world, DUE_IN - SHORTLY)
    assert "Overdue since" not in maya.reads(case)

    after(world, 2 * SHORTLY)

    assert "Overdue since" in maya.reads(case)
    assert "Confirm: Fraud" in maya.buttons(case)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: maya.buttons(case) == ["Undo"])
