"""Puts what came of a posted case into status codes and bodies."""

from dataclasses import dataclass
from datetime import datetime

from bot.http.problems import JsonObject, RequestFault, RequestRefused, problem
from bot.usecases.decision_document import utc_text
from bot.usecases.grounds import grounds
from bot.usecases.intake.outcome import (
    Admission,
    Conflict,
    FirstAnswer,
    ItemOutcome,
    Outcome,
    Reception,
    Rejection,
    Repetition,
    RequestConflict,
)
from storage.cases.predictions import StoredPrediction

OTHER_BODY = "this id was posted with another body"
MEND = (
    "send a prediction of its own under an id of its own, such as with the model's version at its end, "
    "or the first body to get its answer again"
)
STORED, STORED_BEFORE, CONFLICT = 202, 200, 409


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A status and a body."""

    status: int
    body: JsonObject
    is_replay: bool = False


def answer(outcome: Outcome) -> HttpAnswer:
    """What a service is answered."""
    match outcome:
        case FirstAnswer(status, body):
            return HttpAnswer(status, body, is_replay=True)
        case RequestConflict():
            return _conflict(
                "header", "webhook-id", "this webhook-id was used with another body; draw a new one for each"
            )
        case Reception(items, is_batch=True):
            answers = map(_item_answer, items)
            # 200 whatever becomes of its items: a service that sees an error would send all of them again.
            return HttpAnswer(200, {"answers": [{"status": its.status, **its.body} for its in answers]})
        case Reception(items):
            return _item_answer(items[0])


def first_answer(reception: Reception) -> FirstAnswer:
    """What is kept of the answer to a request that has an id."""
    first = answer(reception)
    return FirstAnswer(first.status, first.body)


def case_body(prediction: StoredPrediction, due_at: datetime | None) -> JsonObject:
    """What became of a posted prediction: the same for ever, so made of nothing but what is stored of it."""
    routing = prediction.routing
    return {
        "case_id": prediction.case_id,
        "external_id": prediction.submission.external_id,
        "disposition": routing.disposition.value,
        "tier": routing.tier,
        "reasons": list(routing.reasons),
        "inclusion_probability": routing.inclusion_probability,
        "confidence": prediction.submission.prediction.confidence,
        **grounds(routing),
        "unreadable": routing.unreadable,
        "due_at": due_at and utc_text(due_at),
        "links": {"self": f"/v1/cases/{prediction.case_id}"},
    }


def _item_answer(item: ItemOutcome) -> HttpAnswer:
    match item:
        case Admission(prediction, due_at):
            return HttpAnswer(STORED, case_body(prediction, due_at))
        case Repetition(prediction, due_at):
            return HttpAnswer(STORED_BEFORE, case_body(prediction, due_at))
        case Conflict(parts):
            words = f"{OTHER_BODY}: not the same is {', '.join(parts)}; {MEND}"
            return _conflict("body", "external_id", words)
        case Rejection(why):
            assert isinstance(why, RequestRefused)  # noqa: S101 - nothing else is put into a posting
            return HttpAnswer(why.status, why.as_json())


def _conflict(where: str, field: str, message: str) -> HttpAnswer:
    return HttpAnswer(CONFLICT, problem([RequestFault((where, field), message, "conflict")]))
