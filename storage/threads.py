"""The messages of cases, and the threads under them in which experts may answer."""

from collections.abc import Sequence

import sqlalchemy as sa

from storage.database import Transaction
from storage.tables import projections


def messages_of(tx: Transaction, case_ids: Sequence[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Channel and `ts` of the posted messages of each case, oldest first; cases without one are left out."""
    query = (
        sa.select(projections.c.case_id, projections.c.channel_id, projections.c.ts)
        .where(projections.c.case_id.in_(case_ids), projections.c.ts.is_not(None))
        .order_by(projections.c.row_id)
    )
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for row in tx.execute(query):
        found[row.case_id] = (*found.get(row.case_id, ()), (row.channel_id, row.ts))
    return found


def may_appear(tx: Transaction, channel_id: str) -> bool:
    """Whether a message of the channel may be there of which we do not know where: its post is unanswered."""
    is_asked = (projections.c.channel_id == channel_id) & projections.c.attempt_id.is_not(None)
    query = sa.select(projections.c.row_id).where(projections.c.is_due, projections.c.ts.is_(None), is_asked)
    return tx.execute(query.limit(1)).first() is not None
