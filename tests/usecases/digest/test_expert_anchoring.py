"""Whether experts follow the model is measured by task, its tiers each within itself."""

import pytest

from bot.usecases.digest.expert_anchoring import task_anchorings
from routing.evidence.expertise import Arm
from storage.evidence.blind_arms import BlindArm


def test_tiers_of_a_task_are_compared_within_themselves() -> None:
    arms = [
        BlindArm("fraud", "low", False, agreed=90, drawn=100),
        BlindArm("fraud", "low", True, agreed=9, drawn=10),
        BlindArm("fraud", "high", False, agreed=5, drawn=10),
        BlindArm("fraud", "high", True, agreed=50, drawn=100),
        BlindArm("spam", "low", False, agreed=8, drawn=10),
    ]
    fraud, spam = task_anchorings(arms)
    assert (fraud.task, fraud.effect.shown, fraud.effect.hidden) == ("fraud", Arm(95, 110), Arm(59, 110))
    assert fraud.effect.within_strata == pytest.approx(0)
    assert (spam.task, spam.effect.hidden, spam.effect.p_value) == ("spam", Arm(0, 0), None)


def test_where_nothing_was_hidden_nothing_is_told() -> None:
    assert list(task_anchorings([])) == []
