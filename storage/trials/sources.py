"""Decided cases whose answer is settled well enough to hold other answers against it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from routing.case.decision import Method
from routing.prediction import Submission
from storage.cases.origins import IS_PRODUCTION
from storage.cases.prediction_columns import submission_of
from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import by_experts
from storage.tables import predictions, trials

CONFIRMED = (Method.CONSENSUS.value, Method.ADJUDICATED.value, Method.OVERRIDDEN.value)
"""The methods by which several people have looked."""


@dataclass(frozen=True, slots=True)
class TrialSource:
    """A decided case: what was posted and when it came in, and the answer `key` that stands."""

    case_id: str
    submission: Submission
    received_at: datetime
    key: str


def confirmed(tx: Transaction, task: str, tier: str, before: datetime, limit: int) -> tuple[TrialSource, ...]:
    """Cases of the tier whose decision is from `before` and stands, at most `limit`, the latest first.

    Without those that a single person decided, those whose content is erased, and those that came again.
    """
    decided = by_experts()
    is_used = sa.exists().where(trials.c.source_id == predictions.c.case_id)
    query = (
        sa.select(predictions, decided.c.label.label("decided_key"))
        .join(decided, decided.c.case_id == predictions.c.case_id)
        .where(predictions.c.task == task, predictions.c.tier == tier, IS_PRODUCTION, ~is_used)
        .where(decided.c.method.in_(CONFIRMED), decided.c.decided_at < before)
        # An erased row keeps no digest of its body.
        .where(sa.func.length(predictions.c.body_digest) > 0)
        .order_by(decided.c.decided_at.desc(), decided.c.row_id.desc())
        .limit(limit)
    )
    return tuple(
        TrialSource(row.case_id, submission_of(row), row.received_at, row.decided_key)
        for row in tx.execute(query)
    )
