"""An expert contradicts the model and says why; later they correct themselves."""

import pytest

from bot.demo.person import HandsRefused
from tests.scenarios.people import MAYA
from tests.scenarios.world import World


def test_contradicting_the_model_takes_a_reason(world: World) -> None:
    case = world.post_case(label="fraud")
    maya = world.person(MAYA)

    maya.press(case, "Fine…")
    with pytest.raises(HandsRefused, match="complete this required field"):
        maya.fill_in()
    assert world.shop.read(case.case_id)["status"] == "open"
    maya.fill_in(rationale="She buys here every week.", reason_code="known customer", confidence="high")

    world.eventually(lambda: "✓ Fine — by @U0MAYA" in maya.reads(case))
    assert maya.window() is None
    assert "known customer: She buys here every week." in maya.reads(case)
    assert "The model said Fraud" in maya.reads(case)
    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert (event.type, event.data["decision"]["label"]) == ("case.decided", "fine")
    (label,) = event.data["labels"]
    assert label["rationale"] == {"text": "She buys here every week.", "reason_code": "known customer"}
    assert label["expert_confidence"] == "high"


def test_a_later_correction_supersedes_and_both_stay_on_record(world: World) -> None:
    case = world.post_case(label="fraud")
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))

    maya.pick(case, "Correct…")
    maya.fill_in(label="fine", rationale="The bank called her.")

    world.eventually(lambda: "✓ Fine — by @U0MAYA" in maya.reads(case))
    assert "Corrected. Before: Fraud" in maya.reads(case)
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided", "case.corrected"])
    corrected = world.inbox.events(case.case_id)[1].data["decision"]
    assert (corrected["label"], corrected["sequence"]) == ("fine", 2)
    assert [line["label"] for line in world.shop.decisions()] == ["fraud", "fine"]
    assert [one["label"] for one in world.shop.read(case.case_id)["labels"]] == ["fraud", "fine"]
