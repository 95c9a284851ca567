"""What cases were about and what experts answered: texts and fields beside labels."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from routing.prediction import CaseInput, Prediction
from storage.cases.prediction_columns import input_of, prediction_of
from storage.engine.database import Transaction
from storage.engine.packed_columns import slices_of
from storage.evidence.decisions_in_force import Window, by_experts, in_period_by_experts, loss_of
from storage.evidence.model_evidence import SLICES_TEXT
from storage.tables import decisions, labels, predictions

_SEEN = (
    *("case_id", "model_name", "model_version", "label", "confidence", "has_confidence", "probabilities"),
    *("scores", "input"),
)


@dataclass(frozen=True, slots=True)
class SeenInput:
    """A prediction of a case that came in, with what the model saw."""

    case_id: str
    prediction: Prediction
    input: CaseInput
    slices: Mapping[str, str]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class InputDecision:
    """What the model saw and predicted, and what experts decided."""

    case_id: str
    task: str
    input: CaseInput
    predicted: str
    decided: str
    loss: float
    decided_at: datetime
    inclusion_probability: float


@dataclass(frozen=True, slots=True)
class ExpertRationale:
    """Why an expert gave a label, beside what was predicted and in the end decided."""

    case_id: str
    task: str
    rationale: str
    reason_code: str | None
    label: str
    predicted: str
    decided: str
    input_text: str | None


def sample(tx: Transaction, task: str, since: datetime, until: datetime, limit: int) -> tuple[SeenInput, ...]:
    """At most `limit` predictions received from `since` to before `until`, spread evenly over that time.

    Case ids are random, so that the first of them in order are a random sample, the same at every look.
    """
    query = (
        sa.select(*(predictions.c[name] for name in _SEEN), SLICES_TEXT, predictions.c.received_at)
        .where(*Window((task,), since, until).received)
        .order_by(predictions.c.case_id)
        .limit(limit)
    )
    return tuple(
        SeenInput(
            row.case_id, prediction_of(row), input_of(row.input), slices_of(row.slices_text), row.received_at
        )
        for row in tx.execute(query)
    )


def decided(
    tx: Transaction, tasks: Collection[str], since: datetime, until: datetime, limit: int
) -> tuple[InputDecision, ...]:
    """What experts decided from `since` to before `until`, the latest `limit` decisions, oldest first."""
    window = Window(tuple(sorted(tasks)), since, until)
    columns = (
        predictions.c.case_id,
        predictions.c.task,
        predictions.c.input,
        predictions.c.label.label("predicted"),
        decisions.c.label.label("decided"),
        loss_of(decisions),
        decisions.c.decided_at,
        predictions.c.inclusion_probability,
    )
    query = in_period_by_experts(window, *columns)
    latest = query.order_by(decisions.c.decided_at.desc(), decisions.c.row_id.desc()).limit(limit)
    rows = tx.execute(latest).all()
    return tuple(InputDecision(row[0], row[1], input_of(row[2]), *row[3:]) for row in reversed(rows))


def rationales(
    tx: Transaction, tasks: Collection[str], since: datetime, until: datetime
) -> tuple[ExpertRationale, ...]:
    """Experts' reasons whose answer stands, of decided cases received from `since` to before `until`."""
    decided = by_experts()
    later = labels.alias("later_label")
    is_replaced = sa.exists().where(
        *(later.c[name] == labels.c[name] for name in ("case_id", "team_id", "user_id")),
        later.c.round > labels.c.round,
        # Taken back, a later answer replaces nothing: the answer before it stands again.
        later.c.withdrawn_at.is_(None),
    )
    query = (
        sa.select(
            predictions.c.case_id,
            predictions.c.task,
            labels.c.rationale,
            labels.c.reason_code,
            labels.c.label.label("given"),
            predictions.c.label.label("predicted"),
            decided.c.label.label("decided"),
            sa.type_coerce(predictions.c.input, sa.JSON())["text"].as_string().label("input_text"),
        )
        .join(decided, decided.c.case_id == predictions.c.case_id)
        .join(labels, labels.c.case_id == predictions.c.case_id)
        .where(*Window(tuple(sorted(tasks)), since, until).received)
        .where(labels.c.rationale.is_not(None), labels.c.withdrawn_at.is_(None), ~is_replaced)
        .order_by(labels.c.row_id)
    )
    return tuple(ExpertRationale(*row) for row in tx.execute(query))
