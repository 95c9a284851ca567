"""Slack's pace: one message a second in a channel, so many reads a minute; shared by all replicas."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeAlias

import sqlalchemy as sa

from routing.slack_channel import ChannelId
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

Lane: TypeAlias = ChannelId | str
"""What has a turn of its own, or is held: a channel, for what is posted there, or a constant of these."""


UPDATES_PREFIX = f"{UPDATES}:"


def updates_of(channel_id: ChannelId) -> str:
    """Where it is kept that the messages of a channel cannot be changed: posting there is another matter."""
    return f"{UPDATES_PREFIX}{channel_id}"


def open_many(tx: Transaction, lanes: Iterable[Lane]) -> None:
    """Give each lane a pace that allows a message at once."""
    # Sorted: transactions that open the same channels in different orders would wait for each other.
    texts = sorted(set(map(str, lanes)))
    ensure(tx, channel_pace, [{"channel_id": text, "next_at": EPOCH} for text in texts])


def take(tx: Transaction, lane: Lane, now: datetime, pace_for: timedelta) -> bool:
    """Use the lane's turn, so that its next comes after `pace_for`; False when it has not come."""
    is_ready = (channel_pace.c.channel_id == str(lane)) & (channel_pace.c.next_at <= now)
    # Locked by another replica means that the turn is being taken: it is passed over, not waited for.
    free = sa.select(channel_pace.c.channel_id).where(is_ready).with_for_update(skip_locked=True)
    update = sa.update(channel_pace).where(channel_pace.c.channel_id == free.scalar_subquery())
    return tx.execute(update.values(next_at=now + pace_for, reason=None)).rowcount == 1


def give_back(tx: Transaction, lane: Lane, now: datetime) -> None:
    """Return a turn that was taken in this transaction and not used."""
    tx.execute(sa.update(channel_pace).where(channel_pace.c.channel_id == str(lane)).values(next_at=now))


def pause(tx: Transaction, lane: Lane, until: datetime, reason: str | None = None) -> None:
    """Let a lane rest until a moment, as Slack's 429 asks; no earlier one shortens that."""
    new = insert(tx, channel_pace).values(channel_id=str(lane), next_at=until, reason=reason)
    # A 429 that was answered late says less than that before it (replicas hear them in any order).
    later = new.excluded.next_at > channel_pace.c.next_at
    tx.execute(
        new.on_conflict_do_update(
            index_elements=["channel_id"],
            set_={"next_at": new.excluded.next_at, "reason": new.excluded.reason},
            where=later,
        )
    )
