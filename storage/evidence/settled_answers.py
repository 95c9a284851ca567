"""Experts' answers to the cases that experts decided, with how each came about: skill is measured from it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.case.decision import Method
from routing.evidence.grades import GradableAnswer
from routing.label import ExpertConfidence, ExpertId
from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import Window, by_experts
from storage.tables import labels, predictions

_SETTLED = (Method.ADJUDICATED.value, Method.OVERRIDDEN.value)
_OF_LABEL = (
    *("case_id", "team_id", "user_id", "label", "labeled_at", "is_adjudication", "is_sealed"),
    *("is_assigned", "expert_confidence", "shown_at"),
)


def of_task(
    tx: Transaction, task: str, since: datetime, until: datetime, most: int
) -> tuple[GradableAnswer, ...]:
    """The `most` latest answers to what came in from `since` to before `until`, in the order they came.

    Without those that were taken back.
    """
    decided = by_experts()
    query = (
        sa.select(
            *(labels.c[name] for name in _OF_LABEL),
            decided.c.label.label("decided"),
            decided.c.method,
            predictions.c.slices,
        )
        .select_from(
            labels.join(decided, decided.c.case_id == labels.c.case_id).join(
                predictions, predictions.c.case_id == labels.c.case_id
            )
        )
        .where(*Window((task,), since, until).received, labels.c.withdrawn_at.is_(None))
        .order_by(labels.c.row_id.desc())
        .limit(most)
    )
    return tuple(_answer(row) for row in reversed(tx.execute(query).all()))


def _answer(row: Any) -> GradableAnswer:
    is_adjudicated = row.method in _SETTLED
    # Of before it was kept which answers settle: any of an adjudicated case may be the one that did.
    settles = is_adjudicated if row.is_adjudication is None else row.is_adjudication
    confidence = row.expert_confidence
    return GradableAnswer(
        case_id=row.case_id,
        expert=ExpertId(row.team_id, row.user_id),
        label=row.label,
        labeled_at=row.labeled_at,
        adjudicated=row.decided if is_adjudicated else None,
        is_independent=not settles and row.is_sealed is not False,
        is_assigned=row.is_assigned,
        confidence=None if confidence is None else ExpertConfidence(confidence),
        shown_at=row.shown_at,
        slices=row.slices,
    )
