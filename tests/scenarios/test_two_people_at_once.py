"""Two experts answer the same case in the same moment."""

from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import JONAS, MAYA
from tests.scenarios.together import at_once
from tests.scenarios.world import World

NAMES = {MAYA: "maya", JONAS: "jonas"}


@everywhere
def test_one_decides_and_the_other_is_told_who_did(world: World) -> None:
    case = world.post_case(label="fraud")
    maya, jonas = world.person(MAYA), world.person(JONAS)
    seen = maya.message(case)

    at_once(
        lambda: maya.press(case, "Confirm: Fraud", seen), lambda: jonas.press(case, "Confirm: Fraud", seen)
    )

    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    (winner,) = (one["user_id"] for one in event.data["decision"]["decided_by"])
    first, second = (maya, jonas) if winner == MAYA else (jonas, maya)
    world.eventually(lambda: f"Fraud, by {NAMES[winner]}" in second.private_words(case))
    world.eventually(lambda: f"✓ Fraud — by @{winner}" in maya.reads(case))
    world.settle()
    assert first.private_words(case) == ""
    assert world.inbox.types(case.case_id) == ["case.decided"]
    assert len(world.shop.read(case.case_id)["labels"]) == 1
