"""Small valid values for the tests of storage."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from routing.case.case import Case
from routing.case.decision import Decision, Method
from routing.label import ExpertId, Label, Rationale, Via
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
from storage.cases import cases, predictions
from storage.cases.predictions import NewPrediction
from storage.engine.database import Transaction
from tests.answers import chosen

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
ANNA = ExpertId("T1", "U1")
BEN = ExpertId("T1", "U2")


def submission(
    number: int = 1,
    *,
    service: str = "shop",
    task: str = "fraud",
    label: str = "fraud",
    confidence: float | None = 0.7,
    version: str = "1",
    origin: Origin = Origin.PRODUCTION,
    occurred_at: datetime = NOW - HOUR,
) -> Submission:
    return Submission(
        service=service,
        external_id=f"order-{number}",
        task=task,
        input=CaseInput(
            "Ship it to a new address. " * 20,
            {"amount": 12.5, "country": "DE"},
            image=Image("A scan", url="https://example.org/1.png"),
        ),
        prediction=Prediction(
            label,
            confidence,
            ModelRef("forest", version),
            None if confidence is None else {"fraud": confidence, "ok": 1 - confidence},
        ),
        occurred_at=occurred_at,
        origin=origin,
        evidence=(Evidence("Address", "new since yesterday"),),
        slices={"country": "DE"},
        callback_url="https://example.org/callback",
    )


def routing(
    disposition: Disposition = Disposition.REVIEW, *, is_audit: bool = False, tier: str = "low"
) -> Routing:
    return Routing(
        disposition, tier, "reviews", 1, 4 * HOUR, 1.0, is_audit, ("confidence 0.70 is below 0.90",)
    )


def prediction(
    number: int = 1, *, received_at: datetime = NOW, routed: Routing | None = None, **of: object
) -> NewPrediction:
    return NewPrediction(
        case_id=f"case_{number}",
        submission=submission(number, **{"occurred_at": received_at, **of}),  # type: ignore[arg-type]
        body_digest=bytes([number % 256]) * 32,
        routing=routed or routing(),
        policy_version="0123456789ab",
        received_at=received_at,
    )


def case_of(stored: NewPrediction, *, due_in: timedelta = 4 * HOUR) -> Case:
    return Case(
        case_id=stored.case_id,
        submission=stored.submission,
        routing=stored.routing,
        policy_version=stored.policy_version,
        opened_at=stored.received_at,
        due_at=stored.received_at + due_in,
    )


def label_of(
    case_id: str,
    *,
    expert: ExpertId = ANNA,
    number: int = 1,
    label: str = "ok",
    why: str | None = None,
    at: datetime = NOW,
) -> Label:
    return Label(
        label_id=f"label_{case_id}_{expert.user_id}_{number}",
        case_id=case_id,
        expert=expert,
        round=number,
        answer=chosen(label),
        labeled_at=at,
        via=Via.BUTTON,
        screen_version=1,
        rationale=None if why is None else Rationale(why),
    )


def decision_of(case_id: str, *, sequence: int = 1, label: str = "ok", at: datetime = NOW) -> Decision:
    return Decision(
        f"dec_{case_id}_{sequence}",
        case_id,
        sequence,
        chosen(label),
        Method.SINGLE,
        at,
        "0123456789ab",
        1,
        (ANNA,),
    )


def store(tx: Transaction, stored: Sequence[NewPrediction]) -> list[Case]:
    """Store predictions and open a case for each that is to be reviewed."""
    predictions.add_many(tx, stored)
    opened = [case_of(one) for one in stored if one.routing.disposition is Disposition.REVIEW]
    cases.add_many(tx, opened)
    return opened
