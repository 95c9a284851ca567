"""Slack's pace: one message a second in a channel, so many reads a minute; shared by all replicas."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import overload

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.column_types import EPOCH
from storage.sql.upserts import ensure, insert
from storage.tables import channel_pace

UPDATES = "update"
"""The pace of message updates, which Slack counts for the workspace and not for the channel."""
READS = "read"
"""The pace at which threads are read, counted in the same way."""
HISTORY = "history"
"""The pace at which channels' histories are read, which Slack counts apart from that of threads."""


WORKSPACE = "workspace"
"""Not a pace: where it is kept that Slack refuses everything of ours."""


@overload
def updates_of(channel_id: str) -> str: ...
@overload
def updates_of(channel_id: sa.Column[str]) -> sa.ColumnElement[str]: ...
def updates_of(channel_id: str | sa.Column[str]) -> str | sa.ColumnElement[str]:
    """Where it is kept that the messages of a channel cannot be changed: posting there is another matter."""
    return f"{UPDATES}:" + channel_id


def open_many(tx: Transaction, channel_ids: Iterable[str]) -> None:
    """Give each channel a pace that allows a message at once."""
    # Sorted: transactions that open the same channels in different orders would wait for each other.
    ensure(tx, channel_pace, [{"channel_id": each, "next_at": EPOCH} for each in sorted(set(channel_ids))])


def take(tx: Transaction, channel_id: str, now: datetime, pace_for: timedelta) -> bool:
    """Use the channel's turn, so that its next comes after `pace_for`; False when it has not come."""
    is_ready = (channel_pace.c.channel_id == channel_id) & (channel_pace.c.next_at <= now)
    # Locked by another replica means that the turn is being taken: it is passed over, not waited for.
    free = sa.select(channel_pace.c.channel_id).where(is_ready).with_for_update(skip_locked=True)
    update = sa.update(channel_pace).where(channel_pace.c.channel_id == free.scalar_subquery())
    return tx.execute(update.values(next_at=now + pace_for, reason=None)).rowcount == 1


def give_back(tx: Transaction, channel_id: str, now: datetime) -> None:
    """Return a turn that was taken in this transaction and not used."""
    tx.execute(sa.update(channel_pace).where(channel_pace.c.channel_id == channel_id).values(next_at=now))


def pause(tx: Transaction, channel_id: str, until: datetime, reason: str | None = None) -> None:
    """Let a channel (or `UPDATES`) rest until a moment, as Slack's 429 asks; no earlier one shortens that."""
    new = insert(tx, channel_pace).values(channel_id=channel_id, next_at=until, reason=reason)
    # A 429 that was answered late says less than that before it (replicas hear them in any order).
    later = new.excluded.next_at > channel_pace.c.next_at
    tx.execute(
        new.on_conflict_do_update(
            index_elements=["channel_id"],
            set_={"next_at": new.excluded.next_at, "reason": new.excluded.reason},
            where=later,
        )
    )
