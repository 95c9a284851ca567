"""The messages of cases, and the threads under them in which experts may answer."""

import sqlalchemy as sa

from routing.slack_channel import ChannelId
from storage.engine.database import Transaction
from storage.tables import projections


def may_appear(tx: Transaction, channel_id: ChannelId) -> bool:
    """Whether a message of the channel may be there of which we do not know where: its post is unanswered."""
    is_asked = (projections.c.channel_id == channel_id) & projections.c.attempt_id.is_not(None)
    query = sa.select(projections.c.row_id).where(projections.c.is_due, projections.c.ts.is_(None), is_asked)
    return tx.execute(query.limit(1)).first() is not None
