"""Submissions and routings as columns of the predictions table, there and back."""

from typing import Any

from routing.prediction import (
    CaseInput,
    Evidence,
    Image,
    ModelRef,
    Origin,
    Prediction,
    Submission,
)
from routing.routing import Disposition, Routing
from storage.sql.upserts import Row

ROUTING = Routing.__slots__
Document = dict[str, Any]
NO_CONFIDENCE = 0.0
"""Stands in the columns where there is no confidence: version 0.1 needs a number, and takes it for unsure."""


def submission_columns(submission: Submission) -> Row:
    """The columns that hold a submission."""
    prediction = submission.prediction
    return {
        "service": submission.service,
        "external_id": submission.external_id,
        "task": submission.task,
        "origin": submission.origin.value,
        "kind": submission.origin.value,  # what version 0.1 reads, while it still runs beside this version
        "label": prediction.label,
        "confidence": NO_CONFIDENCE if prediction.confidence is None else prediction.confidence,
        "has_confidence": prediction.confidence is not None,
        "probabilities": None if prediction.probabilities is None else dict(prediction.probabilities),
        "scores": dict(prediction.scores) or None,
        "model_name": prediction.model.name,
        "model_version": prediction.model.version,
        "input": _input_document(submission),
        "evidence": [_evidence_document(item) for item in submission.evidence] or None,
        "slices": dict(submission.slices) or None,
        "callback_url": submission.callback_url,
        "asked_due_in": submission.due_in,
        "occurred_at": submission.occurred_at,
    }


def submission_of(row: Any) -> Submission:
    """The submission of a row of the predictions table."""
    return Submission(
        service=row.service,
        external_id=row.external_id,
        task=row.task,
        input=input_of(row.input),
        prediction=prediction_of(row),
        occurred_at=row.occurred_at,
        origin=Origin(row.origin or row.kind),  # `kind` alone: written by version 0.1 just now
        evidence=tuple(Evidence(item["title"], item["text"], item["link"]) for item in row.evidence or ()),
        slices=row.slices or {},
        callback_url=row.callback_url,
        due_in=row.asked_due_in,
        recommended_action=row.input.get("recommended_action"),
        intent=row.input.get("intent"),
        group=row.input.get("group"),
    )


def prediction_of(row: Any) -> Prediction:
    """The prediction of a row; version 0.1 left `has_confidence` empty, and always had a confidence."""
    confidence = None if row.has_confidence is False else row.confidence
    model = ModelRef(row.model_name, row.model_version)
    return Prediction(row.label, confidence, model, row.probabilities, row.scores or {})


def routing_columns(routing: Routing, confidence: float | None) -> Row:
    """The columns that hold a routing, named as its fields.

    Without a calibrator the `confidence` counts as calibrated.
    """
    raw = NO_CONFIDENCE if confidence is None else confidence
    # A field of a routing is a column of the same name: a new
    # field is a migration and a new list of coverage.
    return {name: getattr(routing, name) for name in ROUTING} | {
        "disposition": routing.disposition.value,
        "reasons": list(routing.reasons),
        "calibrated": raw if routing.calibrated is None else routing.calibrated,
    }


def routing_of(row: Any) -> Routing:
    """The routing of a row of the predictions table, or of a row that joins a case to its prediction."""
    columns = {name: getattr(row, name) for name in ROUTING} | {
        "disposition": Disposition(row.disposition),
        "reasons": tuple(row.reasons),
        "calibrated": calibrated_of(row),
        "is_blind": bool(row.is_blind),  # empty where it was stored before anything was hidden
    }
    return Routing(**columns)


def calibrated_of(row: Any) -> float | None:
    """The calibrated confidence of a row, or None where no calibrator was in force."""
    calibrated: float | None = None if row.calibrator_version is None else row.calibrated
    return calibrated


def input_of(document: Document) -> CaseInput:
    """The input of its document."""
    image = document.get("image")
    return CaseInput(
        text=document.get("text"),
        fields=document["fields"],
        link=document.get("link"),
        image=Image(**image) if image else None,
    )


def _input_document(submission: Submission) -> Document:
    case_input = submission.input
    document = {
        "text": case_input.text,
        "fields": dict(case_input.fields),
        "link": case_input.link,
        # Beside the input, not columns of their own: they are content as it is, erased and sealed with it.
        "recommended_action": submission.recommended_action,
        "intent": submission.intent,
        "group": submission.group,
    }
    if case_input.image is not None:
        image = case_input.image
        document["image"] = {"alt_text": image.alt_text, "url": image.url, "image_id": image.image_id}
    return {name: value for name, value in document.items() if value is not None}


def _evidence_document(evidence: Evidence) -> Document:
    return {"title": evidence.title, "text": evidence.text, "link": evidence.link}
