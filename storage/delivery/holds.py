"""What waits for a repair in Slack: channels and updates that are refused, why, and when to look again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from routing.slack_channel import ChannelId
from storage.delivery import slack_pace
from storage.delivery.outbox_item import Item, item_of
from storage.delivery.projection_state import Projection, projection_of
from storage.delivery.slack_pace import Lane
from storage.engine.database import Transaction
from storage.sql.upserts import insert
from storage.tables import channel_pace, outbox, predictions, projections

_HELD = channel_pace.c.held_since.is_not(None)


@dataclass(frozen=True, slots=True)
class Hold:
    """A channel that takes no messages of ours, or no updates; `next_at` is when a message is tried.

    Without a `channel_id` Slack refuses everything of ours.
    """

    channel_id: ChannelId | None
    is_for_updates: bool
    since_at: datetime
    next_at: datetime
    reason: str


def hold(
    tx: Transaction, place: Lane, now: datetime, reason: str, first: timedelta, longest: timedelta
) -> datetime:
    """Hold a place; when to look again.

    The wait is as long as it has been held by then, so that it doubles, from `first` up to `longest`.
    """
    query = sa.select(channel_pace.c.held_since).where(channel_pace.c.channel_id == str(place))
    # From the first refusal on: a wait that began anew with each would never grow.
    since = tx.execute(query).scalar_one_or_none() or now
    until = now + min(max(now - since, first), longest)
    values = {"next_at": until, "held_since": since, "held_reason": reason}
    new = insert(tx, channel_pace).values(channel_id=str(place), **values)
    tx.execute(new.on_conflict_do_update(index_elements=["channel_id"], set_=values))
    return until


def release(tx: Transaction, places: Collection[Lane]) -> int:
    """Slack took something there; how many places were held."""
    is_it = channel_pace.c.channel_id.in_(sorted(map(str, places))) & _HELD
    return tx.execute(sa.update(channel_pace).where(is_it).values(held_since=None, held_reason=None)).rowcount


def look_again(tx: Transaction, now: datetime, places: Collection[Lane] | None = None) -> int:
    """Let a message of each held place be tried at once, of all with None; how many places.

    The waits begin anew: somebody has just done something about it.
    """
    is_it = _HELD if places is None else _HELD & channel_pace.c.channel_id.in_(sorted(map(str, places)))
    values = {"next_at": now, "held_since": now}
    return tx.execute(sa.update(channel_pace).where(is_it).values(values)).rowcount


def wait_of(tx: Transaction, channel_id: ChannelId) -> tuple[datetime, str | None]:
    """When the channel's next turn comes, and why it is held if it is."""
    columns = (channel_pace.c.next_at, channel_pace.c.held_reason)
    row = tx.execute(sa.select(*columns).where(channel_pace.c.channel_id == str(channel_id))).one()
    return row.next_at, row.held_reason


def all_of(tx: Transaction) -> tuple[Hold, ...]:
    """Everything that is held, in the order of the channels' ids."""
    rows = tx.execute(sa.select(channel_pace).where(_HELD).order_by(channel_pace.c.channel_id))
    return tuple(map(_hold_of, rows))


def hurry(tx: Transaction, now: datetime) -> int:
    """Let every item of the outbox that waits for a repair be tried at once; how many."""
    # Not what is being sent: the end of its lease stands in `next_try_at`, and a second sender would take it.
    is_it = outbox.c.held_since.is_not(None) & outbox.c.is_pending & outbox.c.owner.is_(None)
    return tx.execute(sa.update(outbox).where(is_it).values(next_try_at=now)).rowcount


def items(tx: Transaction, limit: int) -> list[Item]:
    """The items of the outbox that wait for a repair, oldest first."""
    query = sa.select(outbox).where(outbox.c.held_since.is_not(None), outbox.c.is_pending)
    return [item_of(row) for row in tx.execute(query.order_by(outbox.c.row_id).limit(limit))]


def messages(tx: Transaction, place: Hold, limit: int) -> list[Projection]:
    """The messages that wait for this hold to end, oldest first."""
    query = sa.select(projections).where(_waits_for(place))
    return [projection_of(row) for row in tx.execute(query.order_by(projections.c.row_id).limit(limit))]


def messages_by_task(tx: Transaction, place: Hold) -> dict[str, int]:
    """How many messages of each task wait for this hold to end."""
    query = (
        sa.select(predictions.c.task, sa.func.count().label("number"))
        .select_from(projections.join(predictions, predictions.c.case_id == projections.c.case_id))
        .where(_waits_for(place))
        .group_by(predictions.c.task)
    )
    return {row.task: row.number for row in tx.execute(query)}


def count(tx: Transaction) -> int:
    """How many messages and items wait for a repair."""
    held_items = sa.select(sa.func.count()).where(outbox.c.held_since.is_not(None), outbox.c.is_pending)
    waiting = tx.execute(held_items).scalar_one()
    for place in all_of(tx):
        waiting += tx.execute(sa.select(sa.func.count()).where(_waits_for(place))).scalar_one()
    return waiting


def _hold_of(row: sa.Row[Any]) -> Hold:
    is_for_updates = row.channel_id.startswith(slack_pace.UPDATES_PREFIX)
    text = row.channel_id.removeprefix(slack_pace.UPDATES_PREFIX)
    channel_id = None if text == slack_pace.WORKSPACE else ChannelId.parse(text)
    return Hold(channel_id, is_for_updates, row.held_since, row.next_at, row.held_reason or "")


def _waits_for(place: Hold) -> sa.ColumnElement[bool]:
    if place.channel_id is None:
        return projections.c.is_due
    # Slack may refuse to post in a channel and still let us change what stands there, and the reverse.
    has_ts = projections.c.ts.is_not(None) if place.is_for_updates else projections.c.ts.is_(None)
    return projections.c.is_due & has_ts & (projections.c.channel_id == place.channel_id)
