"""Objections to decisions: each person has a single one per case, for ever."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from routing.case.contest import Contest
from routing.label import ExpertId
from storage.engine.database import Transaction
from storage.record import record
from storage.tables import contests

_OF_CASES = (
    sa.select(contests)
    .where(contests.c.case_id.in_(sa.bindparam("case_ids", expanding=True)))
    .order_by(contests.c.row_id)
)


def add(tx: Transaction, contest: Contest) -> bool:
    """Store an objection; False when this person objected to a decision of the case before."""
    row = {
        "case_id": contest.case_id,
        "team_id": contest.expert.team_id,
        "user_id": contest.expert.user_id,
        "sequence": contest.sequence,
        "answers": contest.answers,
        "contested_at": contest.contested_at,
        "is_override": contest.is_override,
        "reason": contest.reason,
    }
    return record.add_once(tx, contests, row)


def of_cases(tx: Transaction, case_ids: Sequence[str]) -> dict[str, tuple[Contest, ...]]:
    """The objections to each case's decisions in the order they came."""
    by_case: dict[str, tuple[Contest, ...]] = {}
    if not case_ids:
        return by_case
    for row in tx.execute(_OF_CASES, {"case_ids": case_ids}):
        by_case[row.case_id] = (*by_case.get(row.case_id, ()), _contest(row))
    return by_case


def _contest(row: Any) -> Contest:
    return Contest(
        case_id=row.case_id,
        expert=ExpertId(row.team_id, row.user_id),
        sequence=row.sequence,
        answers=row.answers,
        contested_at=row.contested_at,
        reason=row.reason or "",
        is_override=row.is_override,
    )
