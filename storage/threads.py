"""The threads under the messages of cases that wait, in which experts may answer."""

import sqlalchemy as sa

from storage.database import Transaction
from storage.tables import cases, projections


def of_open_cases(tx: Transaction, limit: int) -> list[tuple[str, str]]:
    """Channel and `ts` of messages of waiting cases, the riskiest and the soonest due first."""
    query = (
        sa.select(projections.c.channel_id, projections.c.ts)
        .join(cases, cases.c.case_id == projections.c.case_id)
        .where(cases.c.is_open, projections.c.ts.is_not(None), projections.c.dead_reason.is_(None))
        .order_by(projections.c.priority, projections.c.due_at, projections.c.row_id)
        .limit(limit)
    )
    return [(row.channel_id, row.ts) for row in tx.execute(query)]


def may_appear(tx: Transaction, channel_id: str) -> bool:
    """Whether a message of the channel may be there of which we do not know where: its post is unanswered."""
    is_asked = (projections.c.channel_id == channel_id) & projections.c.attempt_id.is_not(None)
    query = sa.select(projections.c.row_id).where(projections.c.is_due, projections.c.ts.is_(None), is_asked)
    return tx.execute(query.limit(1)).first() is not None
