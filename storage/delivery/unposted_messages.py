"""Messages that are not posted yet, and the channels they are to be posted in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.slack_channel import ChannelId, ChannelName
from storage.delivery import leases, slack_pace
from storage.delivery.projection_state import projection_id
from storage.engine.database import Transaction
from storage.sql.rows import value_of
from storage.tables import cases, predictions, projections

_earlier = projections.alias("earlier")
_IS_FIRST = ~(
    sa.select(_earlier.c.row_id)
    .where(_earlier.c.case_id == projections.c.case_id, _earlier.c.row_id < projections.c.row_id)
    .exists()
)
# An open attempt may be in its channel: moved before it is looked up, the case would be posted twice.
_IS_FREE = projections.c.attempt_id.is_(None) | projections.c.dead_reason.is_not(None)


@dataclass(frozen=True, slots=True)
class UnpostedMessage:
    """A message that is not posted yet, with its case's task, tier and channel.

    `channel` is the policy's name of its channel where that is not the case's own; `is_home`: it is the
    case's own, in the case's own channel.
    """

    row_id: int
    case_id: str
    kind: str
    channel_id: ChannelId
    channel: ChannelName | None
    is_home: bool
    task: str
    tier: str
    case_channel: ChannelName


def page(tx: Transaction, after: int, limit: int) -> list[UnpostedMessage]:
    """The next messages that are to be posted or have died, by row.

    Without those whose post is unanswered: they may be there, and have to be looked for where they were sent.
    Nor does a case that nobody waits for any more come back because its channel does.
    """
    is_wanted = projections.c.is_due | (projections.c.dead_reason.is_not(None) & cases.c.is_open)
    query = _query().where(projections.c.ts.is_(None), projections.c.row_id > after, _IS_FREE, is_wanted)
    return [_unposted(row) for row in tx.execute(query.order_by(projections.c.row_id).limit(limit))]


def of_row(tx: Transaction, row_id: int) -> UnpostedMessage | None:
    """The message of this row; None if it is posted."""
    query = _query().where(projections.c.row_id == row_id, projections.c.ts.is_(None))
    row = tx.execute(query).one_or_none()
    return None if row is None else _unposted(row)


def move(
    tx: Transaction, message: UnpostedMessage, channel_id: ChannelId, now: datetime, *, is_refused: bool
) -> bool:
    """Post it in another channel, also if it has died; it falls away if the case has a message there.

    `is_refused`: its channel has just refused it: its post is answered. False when others were faster:
    it was moved since it was read, or a sender has recorded its attempt, and it may be where it was sent.
    """
    new_id = projection_id(message.kind, message.case_id, channel_id)
    is_it = (projections.c.row_id == message.row_id) & projections.c.ts.is_(None)
    is_it &= projections.c.channel_id == message.channel_id
    if not is_refused:
        is_it &= _IS_FREE
    is_there = sa.select(projections.c.row_id).where(projections.c.projection_id == new_id)
    # Deleted, not marked: a projection is no part of the
    # record, and its id would stand in the way of a new one.
    if tx.execute(is_there).first() is not None:
        return tx.execute(sa.delete(projections).where(is_it)).rowcount == 1
    slack_pace.open_many(tx, [channel_id])
    values = {
        **leases.revived(now),
        "projection_id": new_id,
        "channel_id": channel_id,
        "is_due": projections.c.wanted_version > projections.c.shown_version,
        "attempt": projections.c.attempt + 1,  # fences out a sender that holds it for the old channel
        "attempt_id": None,
        "attempted_at": None,
    }
    return tx.execute(sa.update(projections).where(is_it).values(values)).rowcount == 1


def is_shown(tx: Transaction, case_id: str) -> bool:
    """Whether the case has a message anywhere already."""
    is_it = (projections.c.case_id == case_id) & projections.c.ts.is_not(None)
    return tx.execute(sa.select(projections.c.row_id).where(is_it).limit(1)).first() is not None


def _query() -> sa.Select[Any]:
    return (
        sa.select(
            *(projections.c[name] for name in ("row_id", "case_id", "kind", "channel_id", "channel")),
            _IS_FIRST.label("is_first"),
            predictions.c.task,
            cases.c.tier,
            cases.c.channel.label("case_channel"),
        )
        .join(cases, cases.c.case_id == projections.c.case_id)
        .join(predictions, predictions.c.case_id == projections.c.case_id)
    )


def _unposted(row: sa.Row[Any]) -> UnpostedMessage:
    return value_of(UnpostedMessage, row, is_home=row.channel is None and bool(row.is_first))
