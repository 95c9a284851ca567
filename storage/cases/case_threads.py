"""The messages of cases, and the threads under them in which experts may answer."""

from dataclasses import dataclass

import sqlalchemy as sa

from routing.slack_channel import ChannelId
from storage.delivery import projections as messages
from storage.delivery.projection_state import Projection
from storage.engine.database import Transaction
from storage.tables import projections


@dataclass(frozen=True, slots=True)
class ThreadOwner:
    """What a thread is under: the message `shown` of a case, or what `may_appear` to be one yet."""

    shown: Projection | None
    may_appear: bool


def owner_of(tx: Transaction, channel_id: ChannelId, ts: str) -> ThreadOwner:
    """Whose thread it is; while a post of its channel is unanswered, any may be that of a case."""
    # Asked in this order: a post that is answered between the two questions would else be neither
    # unanswered nor shown (PostgreSQL reads committed rows), and the reply under it be lost for ever.
    may_appear = _is_a_post_unanswered(tx, channel_id)
    shown = messages.by_message(tx, channel_id, ts)
    return ThreadOwner(shown, may_appear=may_appear and shown is None)


def _is_a_post_unanswered(tx: Transaction, channel_id: ChannelId) -> bool:
    is_asked = (projections.c.channel_id == channel_id) & projections.c.attempt_id.is_not(None)
    query = sa.select(projections.c.row_id).where(projections.c.is_due, projections.c.ts.is_(None), is_asked)
    return tx.execute(query.limit(1)).first() is not None
