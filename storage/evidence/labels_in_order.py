"""What experts decided of a model's predictions, in the order these came in: what a test over weeks reads."""

from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

import sqlalchemy as sa

from routing.prediction import ModelRef
from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import Window, by_experts, loss_of
from storage.evidence.tier_window import is_of
from storage.tables import cases, predictions


@dataclass(frozen=True, slots=True)
class LabelInOrder:
    """A decision about a prediction that was drawn with this `inclusion_probability`."""

    case_id: str
    received_at: datetime
    inclusion_probability: float
    is_error: bool


def of_everything(
    tx: Transaction, task: str, model: ModelRef, since: datetime, until: datetime
) -> tuple[LabelInOrder, ...]:
    """The decided predictions of a model of a task, received from `since` to before `until`."""
    return _settled(tx, until, *Window((task,), since, until).received, *is_of(model))


def of_accepted(
    tx: Transaction,
    task: str,
    tier: str,
    model: ModelRef,
    since: datetime,
    until: datetime,
    threshold: float,
) -> tuple[LabelInOrder, ...]:
    """The decided audits of a tier and model that `threshold` accepts, received in that time."""
    return _settled(
        tx,
        until,
        *Window((task,), since, until).received,
        *is_of(model),
        predictions.c.tier == tier,
        predictions.c.is_audit,
        predictions.c.calibrated >= threshold,
    )


def _settled(
    tx: Transaction, until: datetime, *conditions: sa.ColumnElement[bool]
) -> tuple[LabelInOrder, ...]:
    """Up to the oldest case that still has time: taken as they are decided, the quick ones would count first.

    What is overdue or ended without an answer of experts is passed over.
    """
    decided = by_experts()
    query = (
        sa.select(
            predictions.c.case_id,
            predictions.c.received_at,
            predictions.c.inclusion_probability,
            (loss_of(decided) > 0).label("is_error"),
            (cases.c.is_open & (cases.c.due_at > until)).label("has_time"),
            decided.c.case_id.label("decided_case"),
        )
        .select_from(predictions.join(cases, cases.c.case_id == predictions.c.case_id))
        .outerjoin(decided, decided.c.case_id == predictions.c.case_id)
        .where(*conditions)
        .order_by(predictions.c.received_at, predictions.c.row_id)
    )
    return tuple(
        LabelInOrder(row.case_id, row.received_at, row.inclusion_probability, bool(row.is_error))
        for row in takewhile(_is_settled, tx.execute(query))
        if row.decided_case is not None
    )


def _is_settled(row: Any) -> bool:
    return row.decided_case is not None or not row.has_time
