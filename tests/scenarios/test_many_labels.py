"""A task with more than three labels: confirm with a button, or choose from a select."""

from tests.scenarios.people import JONAS, MAYA
from tests.scenarios.world import World


def test_another_label_is_chosen_from_the_select(world: World) -> None:
    case = world.post_case(task="topic", label="card")
    maya = world.person(MAYA)
    assert maya.buttons(case) == ["Confirm: Card", "Answer with a reason…"]

    maya.pick(case, "Transfer")

    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert event.data["decision"]["label"] == "transfer"
    world.eventually(lambda: "✓ Transfer — by @U0MAYA" in maya.reads(case))
    assert "The model said Card" in maya.reads(case)
    assert world.shop.read(case.case_id)["decision"]["label"] == "transfer"


def test_the_models_label_is_confirmed_in_one_click(world: World) -> None:
    case = world.post_case(task="topic", label="other")
    jonas = world.person(JONAS)

    jonas.press(case, "Confirm: Something else")

    world.eventually(lambda: "✓ Something else — by @U0JONAS" in jonas.reads(case))
    assert world.shop.read(case.case_id)["decision"]["label"] == "other"
