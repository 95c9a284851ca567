"""Whether experts are right as often as they say to be sure is measured by task, of what others settled."""

from dataclasses import replace

import pytest

from bot.usecases.digest.expert_confidence import task_confidences
from routing.evidence.expertise import StatedConfidence
from routing.evidence.grades import GradableAnswer
from routing.label import ExpertConfidence
from routing.policy import Policy, load_policy
from routing.questions.rating import Rating
from tests.worlds.clocks import FRIDAY
from tests.worlds.people import ANN
from tests.worlds.policies import EXAMPLES

SURE, GUESS = ExpertConfidence.HIGH, ExpertConfidence.LOW


@pytest.fixture
def policy() -> Policy:
    return load_policy(EXAMPLES, "policy.toml")


def said(number: int, label: str, level: ExpertConfidence | None) -> GradableAnswer:
    """An answer to a case that was settled as fraud."""
    return GradableAnswer(f"c{number}", ANN, label, FRIDAY, "fraud", True, confidence=level)


ANSWERS = [
    *(said(number, "fraud", SURE) for number in range(19)),
    said(19, "ok", SURE),
    *(said(number, "fraud" if number % 2 else "ok", GUESS) for number in range(20, 30)),
    said(30, "ok", None),
]


def test_each_level_has_its_share_and_the_score_takes_words_for_numbers(policy: Policy) -> None:
    (row,) = task_confidences(policy, {"fraud": ANSWERS})
    assert row.parts == (StatedConfidence("high", 19, 20), StatedConfidence("low", 5, 10))
    assert row.score.n == 30
    assert [row.score.stated, row.score.right] == pytest.approx([0.8, 0.8])
    assert row.score.ece == pytest.approx(0, abs=1e-9)
    assert row.score.brier == pytest.approx((19 * 0.05**2 + 0.95**2 + 10 * 0.25) / 30)


def test_where_nobody_said_how_sure_or_on_a_scale_nothing_is_told(policy: Policy) -> None:
    assert (
        list(task_confidences(policy, {"fraud": [replace(each, confidence=None) for each in ANSWERS]})) == []
    )
    rated = policy.tasks["fraud"].model_copy(update={"rating": Rating()})
    scale = policy.model_copy(update={"tasks": {"fraud": rated}})
    assert list(task_confidences(scale, {"fraud": ANSWERS})) == []
