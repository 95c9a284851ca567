"""The body of a callback: what a service learns when a case is decided, corrected, amended or reopened.

The event's type is `case.decided`, `case.corrected` (another decision, with the next sequence),
`case.amended` (the same decision; an answer got a reason, or one that it does not rest on changed) or
`case.reopened`. Types are only ever added, so a service passes over those it does not know.

Version 1, stable; fields are only ever added:

- `version`: 1
- `case_id`, `external_id`, `service`, `task`, `origin`, `tier`, `inclusion_probability`; `kind` is the
  origin by its old name, for one more version
- `prediction`: `label`, `confidence` (null where the model gave none), `model` (`name`, `version`); what the
  confidence was held against when the case was opened, each null where there was none:
  `calibrated_confidence`, `calibrator_version`, `threshold`, `certificate_id`
- `decision`: `decision_id`, `sequence` (from 1, a correction has the next one), `label`, `method`,
  `decided_at`, `decided_by` (Slack `team_id` and `user_id`), `policy_version`; with `case.reopened`
  the decision that no longer holds
- `labels`: each answer in force: `label`, `expert`, `labeled_at`, `rationale` (`text`, `reason_code`)
  or null, `expert_confidence` or null
"""

from typing import Any

from bot.usecases.grounds import grounds
from routing.case.case import Case
from routing.case.decision import Decision
from routing.label import ExpertId, Label

JsonObject = dict[str, Any]
VERSION = 1


def _expert(expert: ExpertId) -> JsonObject:
    return {"team_id": expert.team_id, "user_id": expert.user_id}


def _label(label: Label) -> JsonObject:
    rationale = label.rationale
    return {
        "label": label.label,
        "expert": _expert(label.expert),
        "labeled_at": label.labeled_at.isoformat(),
        "rationale": rationale and {"text": rationale.text, "reason_code": rationale.reason_code},
        "expert_confidence": label.expert_confidence and label.expert_confidence.value,
    }


def _decision(decision: Decision) -> JsonObject:
    return {
        "decision_id": decision.decision_id,
        "sequence": decision.sequence,
        "label": decision.label,
        "method": decision.method.value,
        "decided_at": decision.decided_at.isoformat(),
        "decided_by": [_expert(expert) for expert in decision.decided_by],
        "policy_version": decision.policy_version,
    }


def callback_data(case: Case, decision: Decision) -> JsonObject:
    """The `data` of a callback about `decision`, as described above."""
    submission = case.submission
    prediction = submission.prediction
    return {
        "version": VERSION,
        "case_id": case.case_id,
        "external_id": submission.external_id,
        "service": submission.service,
        "task": submission.task,
        "origin": submission.origin.value,
        "kind": submission.origin.value,
        "tier": case.tier,
        "inclusion_probability": case.inclusion_probability,
        "prediction": {
            "label": prediction.label,
            "confidence": prediction.confidence,
            "model": {"name": prediction.model.name, "version": prediction.model.version},
            **grounds(case),
        },
        "decision": _decision(decision),
        "labels": [_label(label) for label in case.current_labels],
    }
