"""An impatient expert clicks twice."""

from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import MAYA
from tests.scenarios.together import at_once
from tests.scenarios.world import World


@everywhere
def test_a_double_click_counts_once(world: World) -> None:
    case = world.post_case(label="fraud")
    maya = world.person(MAYA)
    seen = maya.message(case)

    at_once(*[lambda: world.person(MAYA).press(case, "Confirm: Fraud", seen)] * 2)

    world.eventually(lambda: "✓ Fraud — by @U0MAYA" in maya.reads(case))
    world.settle()
    assert maya.private_words(case) == ""
    assert world.inbox.types(case.case_id) == ["case.decided"]
    assert world.inbox.tries == 1
    assert len(world.shop.read(case.case_id)["labels"]) == 1
    assert world.audited(case).count("label.recorded") == 1
    assert len(maya.messages_of(case)) == 1


def test_a_double_click_counts_once_where_two_answers_are_needed(world: World) -> None:
    case = world.post_case(task="appeal", label="grant")
    maya = world.person(MAYA)
    seen = maya.message(case)

    at_once(*[lambda: world.person(MAYA).press(case, "Confirm: Grant", seen)] * 2)

    world.eventually(lambda: "1 of 2 answers in" in maya.reads(case))
    world.settle()
    assert world.shop.read(case.case_id)["status"] == "open"
    assert world.audited(case).count("label.recorded") == 1
