"""The body of a callback: what a service learns when something happens to a case's decision.

The event's type is `case.decided`, `case.corrected` (another decision, with the next sequence),
`case.amended` (the same decision; an answer got a reason, or one that it does not rest on changed),
`case.reopened`, `case.contested` (somebody objects; the decision stands until the next) or `case.upheld`
(that next decision says the same; otherwise it is `case.corrected`). Types are only ever added, so a service
passes over those it does not know.

Version 1, stable; fields are only ever added:

- `version`: 1
- `case_id`, `external_id`, `service`, `task`, `origin`, `tier`, `inclusion_probability`; `kind` is the
  origin by its old name, for one more version
- `prediction`: `label`, `confidence` (null where the model gave none), `model` (`name`, `version`); what the
  confidence was held against when the case was opened, each null where there was none:
  `calibrated_confidence`, `calibrator_version`, `threshold`, `certificate_id`
- `decision`: `decision_id`, `sequence` (from 1, a correction has the next one), `label`, `method`,
  `decided_at`, `decided_by` (Slack `team_id` and `user_id`), `policy_version`; with `case.reopened`
  the decision that no longer holds; `is_provisional` (true) only where it is by the first of two answers
- `labels`: each answer in force: `label`, `expert`, `labeled_at`, `rationale` (`text`, `reason_code`)
  or null, `expert_confidence` or null
- `contests`, only where somebody objected: `sequence` of the decision, `expert`, `contested_at`, `reason`,
  `is_override` (a lead's own answer took its place at once), `outcome` (`upheld`, `corrected` or null)

Where the policy has `expose_experts`, `user_id` holds the pseudonym and `team_id` is empty; with "none" both
are empty and `decided_by` is.

Version 2, for services whose policy has `callback_version = 2`; fields are only ever added:

- `version`: 2
- `case_id`, `external_id`, `service`, `task`, `origin`, `inclusion_probability`, `prediction` as above
- `decision`: the view of a decision, as `GET /v1/cases/{case_id}` and the feed show it
- `contests`, only where somebody objected, as `GET` shows them
"""

from typing import Any

from bot.usecases.decision_document import contest_document, decision_document
from bot.usecases.expert_names import ExpertNames
from bot.usecases.grounds import grounds
from routing.case.case import Case
from routing.case.contest import Contest
from routing.case.decision import Decision
from routing.label import ExpertId, Label

JsonObject = dict[str, Any]


def callback_data(case: Case, decision: Decision, names: ExpertNames, version: int) -> JsonObject:
    """The `data` of a callback about `decision`, as described above."""
    return _version_2(case, decision, names) if version == 2 else _version_1(case, decision, names)


def _version_1(case: Case, decision: Decision, names: ExpertNames) -> JsonObject:
    return {
        "version": 1,
        **_named(case),
        "kind": case.submission.origin.value,
        "tier": case.tier,
        "inclusion_probability": case.routing.inclusion_probability,
        "prediction": _prediction(case),
        "decision": {
            "decision_id": decision.decision_id,
            "sequence": decision.sequence,
            "label": decision.label,
            "method": decision.method.value,
            "decided_at": decision.decided_at.isoformat(),
            "decided_by": [_person(expert, names) for expert in decision.decided_by if names.name(expert)],
            "policy_version": decision.policy_version,
            # Where no policy asks for it, version 1 is what it was to the byte.
            **({"is_provisional": True} if decision.is_provisional else {}),
        },
        "labels": [_label(label, names) for label in case.current_labels],
        **_contests([_contest(case, contest, names) for contest in case.contests]),
    }


def _version_2(case: Case, decision: Decision, names: ExpertNames) -> JsonObject:
    # Of a decision that no longer holds: what is answered now is not what it rests on.
    labels = case.current_labels if case.decision == decision else ()
    return {
        "version": 2,
        **_named(case),
        "inclusion_probability": case.routing.inclusion_probability,
        "prediction": _prediction(case),
        "decision": decision_document(decision, case.tier, labels, names),
        **_contests([contest_document(case, contest, names) for contest in case.contests]),
    }


def _contests(documents: list[JsonObject]) -> JsonObject:
    """Nothing where nobody objected: the bodies stay what they were."""
    return {"contests": documents} if documents else {}


def _named(case: Case) -> JsonObject:
    submission = case.submission
    return {
        "case_id": case.case_id,
        "external_id": submission.external_id,
        "service": submission.service,
        "task": submission.task,
        "origin": submission.origin.value,
    }


def _prediction(case: Case) -> JsonObject:
    prediction = case.submission.prediction
    return {
        "label": prediction.label,
        "confidence": prediction.confidence,
        "model": {"name": prediction.model.name, "version": prediction.model.version},
        **grounds(case.routing),
    }


def _person(expert: ExpertId, names: ExpertNames) -> JsonObject:
    team_id = expert.team_id if names.exposure == "slack_id" else ""
    return {"team_id": team_id, "user_id": names.name(expert) or ""}


def _label(label: Label, names: ExpertNames) -> JsonObject:
    rationale = label.rationale
    return {
        "label": label.label,
        "expert": _person(label.expert, names),
        "labeled_at": label.labeled_at.isoformat(),
        "rationale": rationale and {"text": rationale.text, "reason_code": rationale.reason_code},
        "expert_confidence": label.expert_confidence and label.expert_confidence.value,
    }


def _contest(case: Case, contest: Contest, names: ExpertNames) -> JsonObject:
    moment = contest.contested_at.isoformat()
    document = contest_document(case, contest, names)
    return {**document, "expert": _person(contest.expert, names), "contested_at": moment}
