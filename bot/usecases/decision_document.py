"""The view of a decision, and of objections: what callbacks (from version 2), `GET` and the feed tell."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.usecases.expert_names import ExpertNames
from routing.case.case import Case
from routing.case.contest import Contest
from routing.case.decision import Decision
from routing.case.objection import outcome_of
from routing.label import Label

JsonObject = dict[str, Any]


def decision_document(
    decision: Decision, tier: str, labels: Sequence[Label], names: ExpertNames
) -> JsonObject:
    """The decision with the `labels` in force: none where it no longer holds, since answers may be sealed."""
    return {
        "decision_id": decision.decision_id,
        "sequence": decision.sequence,
        "label": decision.label,
        "answer": decision.answer.content,
        "method": decision.method.value,
        "is_provisional": decision.is_provisional,
        "certainty": decision.certainty,
        "tier": tier,
        "decided_at": utc_text(decision.decided_at),
        "decided_by": names.names(decision.decided_by),
        "policy_version": decision.policy_version,
        "labels": [label_document(label, names) for label in labels],
    }


def label_document(label: Label, names: ExpertNames) -> JsonObject:
    """One expert's answer."""
    rationale, confidence = label.rationale, label.expert_confidence
    return {
        "label": label.label,
        "answer": label.answer.content,
        "expert": names.name(label.expert),
        "labeled_at": utc_text(label.labeled_at),
        "rationale": rationale and rationale.text,
        "reason_code": rationale and rationale.reason_code,
        "expert_confidence": confidence and confidence.value,
        "is_assigned": label.is_assigned,
        "shown_at": label.shown_at and utc_text(label.shown_at),
        "withdrawn_at": label.withdrawn_at and utc_text(label.withdrawn_at),
    }


def contest_document(case: Case, contest: Contest, names: ExpertNames) -> JsonObject:
    """A person's objection to one of the case's decisions, and what came of it so far."""
    return {
        "sequence": contest.sequence,
        "expert": names.name(contest.expert),
        "contested_at": utc_text(contest.contested_at),
        "reason": contest.reason,
        "is_override": contest.is_override,
        "outcome": (outcome := outcome_of(case, contest)) and outcome.value,
    }


def utc_text(moment: datetime) -> str:
    """The moment as services read it, such as `2026-11-20T09:41:12Z`."""
    return moment.isoformat().replace("+00:00", "Z")
