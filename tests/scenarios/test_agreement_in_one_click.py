"""An expert agrees with the model: one click, and the service knows."""

from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import MAYA
from tests.scenarios.world import World


@everywhere
def test_one_click_decides_and_calls_back(world: World) -> None:
    case = world.post_case(label="fraud", confidence=0.7)
    maya = world.person(MAYA)
    assert world.slack.connection_count == int(world.is_socket)

    maya.press(case, "Confirm: Fraud")

    world.eventually(lambda: world.inbox.events(case.case_id))
    (event,) = world.inbox.events(case.case_id)
    assert event.type == "case.decided"
    assert event.data["decision"]["label"] == "fraud"
    assert event.data["decision"]["method"] == "single"
    assert event.data["decision"]["decided_by"] == [{"team_id": "T0ACMEBANK", "user_id": MAYA}]
    world.eventually(lambda: "✓ Fraud — by @U0MAYA" in maya.reads(case))
    assert maya.buttons(case) == ["Undo"]
    assert maya.window() is None
    assert maya.private_words(case) == ""
    answer = world.shop.read(case.case_id)
    assert (answer["status"], answer["decision"]["label"]) == ("decided", "fraud")
    assert [line["case_id"] for line in world.shop.decisions()] == [case.case_id]
