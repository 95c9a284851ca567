"""What is put in is like what came in before, but for what has to be otherwise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.case.trial import (
    COMES_WITHIN,
    chosen,
    comes_after,
    is_trial,
    trial_of,
    without_own_id,
    wrong_prediction,
)
from routing.prediction import Evidence, Origin
from tests.routing.making import KEY, case, prediction, submission, tier
from tests.worlds.clocks import MONDAY

LABELS = ("fraud", "honest", "unclear")


def test_what_a_service_posts_is_no_trial() -> None:
    trials = {origin for origin in Origin if is_trial(submission(origin=origin))}
    assert trials == {Origin.GOLD, Origin.PLANTED, Origin.REPEAT}


def test_the_services_id_is_shown_only_where_every_case_has_one() -> None:
    shown = case()
    assert without_own_id(shown, tier()) is shown
    for hiding in (tier(gold="0.1", quorum="2"), tier(planted="0.1", quorum="2"), None):
        assert without_own_id(shown, hiding).submission.external_id == ""


def test_a_trial_comes_within_an_hour_at_a_moment_that_stays_the_same() -> None:
    moments = [comes_after(KEY, Origin.GOLD, f"case_{number}") for number in range(100)]
    assert moments == [comes_after(KEY, Origin.GOLD, f"case_{number}") for number in range(100)]
    assert timedelta(0) <= min(moments) < COMES_WITHIN / 10
    assert 9 * COMES_WITHIN / 10 < max(moments) < COMES_WITHIN


def test_sources_are_tried_in_an_order_of_chance() -> None:
    assert sorted(chosen(KEY, "case_1", 9)) == list(range(9))
    assert chosen(KEY, "case_1", 9) != chosen(KEY, "case_2", 9)


def test_the_source_comes_once_more_and_calls_nobody_back() -> None:
    source = submission(callback_url="https://shop.example.com")
    shown = prediction("fraud")
    trial = trial_of(source, shown, Origin.PLANTED, "x", MONDAY)
    changes = {"callback_url": None, "origin": Origin.PLANTED, "external_id": "x", "occurred_at": MONDAY}
    assert trial == replace(source, prediction=shown, **changes)  # type: ignore[arg-type]  # fields by name


def test_a_wrong_prediction_is_as_sure_as_the_right_one_was() -> None:
    right = prediction("honest", 0.7, unclear=0.2, honest=0.7, fraud=0.1)
    wrong = wrong_prediction(submission(prediction=right), "honest", LABELS)
    assert wrong is not None
    assert (wrong.label, wrong.confidence) == ("unclear", 0.7)
    assert list((wrong.probabilities or {}).items()) == [("unclear", 0.7), ("honest", 0.2), ("fraud", 0.1)]


def test_without_probabilities_it_is_another_label_of_the_task() -> None:
    wrong = wrong_prediction(submission(prediction=prediction("fraud", 0.7)), "fraud", LABELS)
    assert wrong == prediction("honest", 0.7)
    assert wrong_prediction(submission(prediction=prediction("fraud")), "fraud", ("fraud",)) is None


def test_what_the_model_got_wrong_itself_comes_as_it_is() -> None:
    source = submission(prediction=prediction("fraud"), evidence=(Evidence("Why", "It looks stolen."),))
    assert wrong_prediction(source, "honest", LABELS) is source.prediction


@pytest.mark.parametrize(
    "telling",
    [
        {"recommended_action": "refund"},
        {"intent": "to refund"},
        {"evidence": (Evidence("Why", "It is what it says."),)},
        {"prediction": replace(prediction("honest"), scores={"risk": 0.01})},
    ],
)
def test_what_goes_with_the_right_answer_alone_would_give_it_away(telling: dict[str, object]) -> None:
    assert wrong_prediction(submission(**telling), "honest", LABELS) is None
