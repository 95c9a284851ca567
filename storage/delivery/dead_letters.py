"""What is tried no more: pages of it, to judge."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.slack_channel import ChannelId
from storage.delivery.outbox_item import Item, item_of
from storage.engine.database import Transaction
from storage.tables import cases, outbox, predictions, projections

_DEAD_MESSAGE = projections.c.dead_reason.is_not(None)
_DEAD_ITEM = outbox.c.dead_reason.is_not(None)


@dataclass(frozen=True, slots=True)
class DeadMessage:
    """A case's message that is tried no more; `died_at` is the end of the lease under which it was.

    `is_shown`: an earlier version of it stands in the channel; `is_recast`: other forms of it were tried.
    """

    row_id: int
    projection_id: str
    channel_id: ChannelId
    task: str
    reason: str
    died_at: datetime
    is_shown: bool
    is_open: bool
    is_recast: bool


def messages(tx: Transaction, after: int, limit: int) -> list[DeadMessage]:
    """The next dead messages by row."""
    query = _messages().where(projections.c.row_id > after).order_by(projections.c.row_id)
    return [DeadMessage(*row) for row in tx.execute(query.limit(limit))]


def messages_since(tx: Transaction, since: datetime, limit: int) -> list[DeadMessage]:
    """The messages that died since a moment, latest first."""
    # The end of the last lease is the only moment that a dead row keeps.
    query = _messages().where(projections.c.next_try_at >= since).order_by(projections.c.row_id.desc())
    return [DeadMessage(*row) for row in tx.execute(query.limit(limit))]


def items(tx: Transaction, kinds: Collection[str], since: datetime, limit: int) -> list[Item]:
    """The dead items of these kinds that were created since a moment, latest first."""
    return _items(tx, kinds, outbox.c.created_at >= since, limit)


def items_since(tx: Transaction, kinds: Collection[str], since: datetime, limit: int) -> list[Item]:
    """The items of these kinds that died since a moment, latest first; `next_try_at` is about when."""
    return _items(tx, kinds, outbox.c.next_try_at >= since, limit)


def count(tx: Transaction) -> int:
    """How many messages and items are dead."""
    return sum(
        tx.execute(sa.select(sa.func.count()).select_from(table).where(is_dead)).scalar_one()
        for table, is_dead in ((projections, _DEAD_MESSAGE), (outbox, _DEAD_ITEM))
    )


def _items(
    tx: Transaction, kinds: Collection[str], condition: sa.ColumnElement[bool], limit: int
) -> list[Item]:
    query = sa.select(outbox).where(_DEAD_ITEM, outbox.c.kind.in_(kinds), condition)
    return [item_of(row) for row in tx.execute(query.order_by(outbox.c.row_id.desc()).limit(limit))]


def _messages() -> sa.Select[Any]:
    return (
        sa.select(
            projections.c.row_id,
            projections.c.projection_id,
            projections.c.channel_id,
            predictions.c.task,
            projections.c.dead_reason,
            projections.c.next_try_at,
            projections.c.ts.is_not(None),
            cases.c.is_open,
            projections.c.form.is_not(None) | (projections.c.refusals > 0),
        )
        .join(cases, cases.c.case_id == projections.c.case_id)
        .join(predictions, predictions.c.case_id == projections.c.case_id)
        .where(_DEAD_MESSAGE)
    )
