"""How often people agree with the model where they see its answer, and where chance hides it from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import Window
from storage.tables import cases, labels, predictions

_FIRST = (
    sa.select(sa.func.min(labels.c.row_id))
    .where(labels.c.case_id == predictions.c.case_id, labels.c.withdrawn_at.is_(None))
    .correlate(predictions)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class BlindArm:
    """Of a tier's `drawn` cases with a hidden, or shown, prediction the first answer `agreed` in so many."""

    task: str
    tier: str
    is_blind: bool
    agreed: int
    drawn: int


def of_tasks(tx: Transaction, tasks: Sequence[str], since: datetime, until: datetime) -> tuple[BlindArm, ...]:
    """The arms of what came in from `since` to before `until`, by the draw, whatever came of it.

    Cases that may still be answered in time are left out of both arms: a hidden prediction may take longer.
    The unanswered and those of which nobody could tell count as drawn, and as not agreed.
    """
    is_agreed = sa.case((labels.c.key == predictions.c.label, 1), else_=0)
    query = (
        sa.select(
            predictions.c.task,
            predictions.c.tier,
            predictions.c.is_blind,
            sa.func.sum(is_agreed),
            sa.func.count(),
        )
        .join(cases, cases.c.case_id == predictions.c.case_id)
        .outerjoin(labels, labels.c.row_id == _FIRST)
        .where(*Window(tuple(tasks), since, until).received)
        .where(predictions.c.blind_chance.is_not(None), cases.c.due_at < until)
        .group_by(predictions.c.task, predictions.c.tier, predictions.c.is_blind)
        .order_by(predictions.c.task, predictions.c.tier, predictions.c.is_blind)
    )
    return tuple(BlindArm(*row) for row in tx.execute(query))
