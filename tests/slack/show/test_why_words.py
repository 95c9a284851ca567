"""Why an expert is asked, in sentences."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.show.why_words import why_asked
from routing.case.case import Case
from routing.policy import Tier
from routing.prediction import ModelRef, Prediction
from routing.triage.novelty import NoveltyProfile, Numbers
from tests.slack.workspace import Workspace

PAST = "The model is less sure than 95 %, from where such cases go through by themselves."
SHARE = 0.94


def _why(workspace: Workspace, case: Case, **of_tier: Any) -> str:
    task = workspace.world.policy.task("fraud")
    values = {"name": "high", "channel": "fraud", "accept_above": "always_review", "due_in": "4h"}
    return why_asked(case, task, Tier.model_validate({**values, **of_tier}))


def _routed(case: Case, **of_routing: Any) -> Case:
    return replace(case, routing=replace(case.routing, **of_routing))


def test_a_tier_says_why_in_its_own_sentence(workspace: Workspace) -> None:
    because = "payments above 1,000 are always looked at"
    why = _why(workspace, workspace.world.open(), when="input.fields.amount > 1000", because=because)
    assert why == "Payments above 1,000 are always looked at."


def test_without_a_sentence_the_rule_is_put_into_words(workspace: Workspace) -> None:
    why = _why(workspace, workspace.world.open(), when='prediction.label == "fraud"')
    assert why == "The model says Fraud; such cases are always looked at."


def test_the_confidence_is_held_against_the_limit_without_a_second_number(workspace: Workspace) -> None:
    case = _routed(workspace.world.open(), threshold=0.95)
    assert _why(workspace, case, accept_above=0.95) == PAST
    assert _why(workspace, case, accept_above=0.95, because="new shops") == f"New shops. {PAST}"


@pytest.mark.parametrize(
    ("confidence", "of_routing", "why"),
    [
        (None, {}, "The model does not say how sure it is."),
        (SHARE, {}, "So far too few answers show how often the model is right in such cases."),
        (
            SHARE,
            {"is_audit": True, "threshold": 0.9},
            "It was drawn to be checked at random, to see how often the model is right.",
        ),
        (
            SHARE,
            {"unreadable": "amount is text, a number is needed"},
            "Its rule could not be judged, so a person looks: amount is text, a number is needed.",
        ),
        (
            SHARE,
            {"threshold": 0.95, "due_in": timedelta(hours=1)},
            f"{PAST} The service needs the answer sooner than usual.",
        ),
    ],
)
def test_what_kept_a_case_from_passing_is_said(
    workspace: Workspace, confidence: float | None, of_routing: dict[str, Any], why: str
) -> None:
    prediction = Prediction("fraud", confidence, ModelRef("gbm", "3"))
    case = _routed(workspace.world.open(prediction=prediction), **of_routing)
    promise = {"error": 0.02, "confidence": 0.95}
    assert _why(workspace, case, accept_above=promise) == why


def test_what_is_new_about_a_case_is_said(workspace: Workspace) -> None:
    case = workspace.world.open()
    novelty = NoveltyProfile(100, 0.01, None, (Numbers("amount", 1, 10, has_gaps=False),)).judge(
        case.submission.input
    )
    assert novelty is not None
    worded = f"{novelty.reason}, and tier high has such cases reviewed"
    why = _why(workspace, _routed(case, reasons=(worded,), threshold=0.9, is_novel=True), accept_above=0.9)
    assert why == "It is unlike what was answered before: amount is missing, as in no labeled case."


def test_a_case_whose_tier_is_in_no_policy_has_no_reason_of_a_rule(workspace: Workspace) -> None:
    assert why_asked(workspace.world.open(), workspace.world.policy.task("fraud"), None) == ""
