"""What became of a person's own answers: a count or two, read when they look at their numbers."""

from dataclasses import dataclass

import sqlalchemy as sa

from routing.case.decision import Method
from routing.label import ExpertId
from storage.cases.origins import IS_PRODUCTION
from storage.engine.database import Transaction
from storage.evidence.decisions_in_force import by_experts, loss_of
from storage.evidence.marked_cases import is_defensible
from storage.tables import labels, predictions


@dataclass(frozen=True, slots=True)
class OwnOutcomes:
    """Of the cases that others decided, too, how many, and in how many the person's answer became it.

    `corrected`: their answer became the decision, alone or with others, and the model's was another.
    """

    decided: int = 0
    became: int = 0
    corrected: int = 0


def outcomes(tx: Transaction, expert: ExpertId, limit: int) -> OwnOutcomes:
    """What became of the latest answers, at most `limit`; who settled a disagreement decided it alone."""
    own = (
        sa.select(labels.c.row_id, labels.c.case_id, labels.c.label, labels.c.is_adjudication)
        .where(labels.c.team_id == expert.team_id, labels.c.user_id == expert.user_id)
        .where(labels.c.withdrawn_at.is_(None))
        .order_by(labels.c.row_id.desc())
        .limit(limit)
        .subquery("own")
    )
    decided = by_experts()
    query = (
        sa.select(
            own.c.case_id,
            (own.c.label == decided.c.label).label("is_decision"),
            (own.c.is_adjudication.is_not(sa.true()) & (decided.c.method != Method.SINGLE.value)).label(
                "is_shared"
            ),
            (loss_of(decided) > 0).label("is_error"),
        )
        .select_from(
            own.join(decided, decided.c.case_id == own.c.case_id).join(
                predictions, predictions.c.case_id == own.c.case_id
            )
        )
        .where(IS_PRODUCTION, ~is_defensible(own.c.case_id))
        .order_by(own.c.row_id)
    )
    # By case: of several rounds the latest counts.
    rows = {row.case_id: row for row in tx.execute(query)}.values()
    return OwnOutcomes(
        decided=sum(bool(row.is_shared) for row in rows),
        became=sum(bool(row.is_shared and row.is_decision) for row in rows),
        corrected=sum(bool(row.is_decision and row.is_error) for row in rows),
    )
