"""Channels whose history is to be read after nobody listened: for which gap, and how far back it has been.

Until a process that has just started has looked whether Slack knows more than the rows (they may come from a
backup), what waited to be posted before it started is held.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa

from routing.slack_channel import ChannelId
from storage.delivery import leases
from storage.engine.database import Transaction
from storage.sql.rows import columns_of, value_of
from storage.sql.upserts import Row, insert_in
from storage.tables import channel_readings

_RELEASED: Row = {"held_row_id": 0, "held_to": None}


@dataclass(frozen=True, slots=True)
class WantedChannel:
    """A channel whose history is to be read; without a `bot_user_id` for whoever read it last.

    Projections up to `held_row_id` are not posted before the history was read back to `held_to`.
    """

    channel_id: ChannelId
    team_id: str
    bot_user_id: str
    held_row_id: int = 0
    held_to: str | None = None


@dataclass(frozen=True, slots=True)
class ChannelClaim:
    """A channel taken for reading a page: of what is older than `reached`, or of all where it is None."""

    row_id: int
    owner: str
    attempt: int
    channel_id: ChannelId
    team_id: str
    bot_user_id: str
    version: int
    reached: str | None
    held_to: str | None
    failures: int


def want_many(tx: Transaction, wanted: Sequence[WantedChannel], now: datetime) -> None:
    """Ask for histories to be read: a pass that has not begun serves all, else another follows it.

    Who asks for a hold is not served by a pass that has begun, as the rows may come from a backup of while it
    went on: the pass begins anew, and who reads is fenced out. So whatever pass ends saw all that is held.
    """
    # In the order of their keys: replicas start together, and would lock the same channels crosswise.
    rows = [_new_row(channel, now) for channel in sorted(wanted, key=lambda channel: channel.channel_id)]
    if rows:
        tx.execute(_want(tx.dialect.name), rows)


def claim(tx: Transaction, owner: str, now: datetime, lease_for: timedelta) -> ChannelClaim | None:
    """Take the channel that waits longest; what holds messages back goes first."""
    rows = leases.take(tx, channel_readings, _ready(), owner, now + lease_for, now=now)
    if not rows:
        return None
    (row,) = rows
    is_begun = row.begun_version > row.read_version
    # A pass that was cut short goes on where it stopped, for the version that it began with.
    version, reached = (row.begun_version, row.reached) if is_begun else (row.wanted_version, None)
    return value_of(ChannelClaim, row, version=version, reached=reached)


def advance(tx: Transaction, held: ChannelClaim, reached: str, now: datetime) -> bool:
    """A page was read, down to `reached`; False when the lease was lost meanwhile."""
    is_far_enough = held.held_to is not None and reached <= held.held_to
    values = {"begun_version": held.version, "reached": reached, "next_try_at": now, **leases.finished()}
    return leases.change(tx, channel_readings, held, {**values, **(_RELEASED if is_far_enough else {})})


def finish(tx: Transaction, held: ChannelClaim, now: datetime) -> bool:
    """The pass is over; False when the lease was lost meanwhile."""
    values: Row = {
        "begun_version": held.version,
        "read_version": held.version,
        # Who asked while the pass went on may have missed what it had read by then: another pass follows.
        "is_due": channel_readings.c.wanted_version > held.version,
        "reached": None,
        "next_try_at": now,
        **_RELEASED,
        **leases.finished(),
    }
    return leases.change(tx, channel_readings, held, values)


def fail(
    tx: Transaction, held: ChannelClaim, retry_at: datetime, reason: str, *, is_certain: bool = False
) -> bool:
    """Try again later; reading has no effect, so there is nothing to look up."""
    values = leases.failed(channel_readings, retry_at, reason, is_certain=is_certain)
    return leases.change(tx, channel_readings, held, values)


def bury(tx: Transaction, held: ChannelClaim, reason: str) -> bool:
    """Stop trying until it is wanted again, and hold nothing back any more."""
    values: Row = {"is_due": False, **_RELEASED, **leases.buried(reason)}
    return leases.change(tx, channel_readings, held, values)


def nameless(tx: Transaction) -> set[ChannelId]:
    """The channels that wait to be read, but by nobody yet."""
    is_it = channel_readings.c.is_due & (channel_readings.c.bot_user_id == "")
    return set(tx.execute(sa.select(channel_readings.c.channel_id).where(is_it)).scalars())


def waiting(tx: Transaction) -> int:
    """How many channels wait to be read."""
    query = sa.select(sa.func.count()).select_from(channel_readings).where(channel_readings.c.is_due)
    return tx.execute(query).scalar_one()


@cache
def _want(dialect: str) -> sa.Insert:
    new, old = insert_in(dialect, channel_readings), channel_readings.c
    is_named = new.excluded.bot_user_id != ""
    is_held = new.excluded.held_row_id > 0
    is_fenced_out = is_held & old.owner.is_not(None)
    again = {
        "team_id": sa.case((is_named, new.excluded.team_id), else_=old.team_id),
        "bot_user_id": sa.case((is_named, new.excluded.bot_user_id), else_=old.bot_user_id),
        "held_row_id": sa.case((is_held, new.excluded.held_row_id), else_=old.held_row_id),
        "held_to": sa.case((is_held, new.excluded.held_to), else_=old.held_to),
        "wanted_version": old.wanted_version + 1,
        "begun_version": sa.case((is_held, old.read_version), else_=old.begun_version),
        "reached": sa.case((is_held, sa.null()), else_=old.reached),
        "owner": sa.case((is_held, sa.null()), else_=old.owner),
        "is_due": True,
        "dead_reason": None,
        # What is being read, or waits as Slack asked, goes on doing so.
        "next_try_at": sa.case(
            (is_fenced_out, new.excluded.next_try_at),
            (old.is_due, old.next_try_at),
            else_=new.excluded.next_try_at,
        ),
    }
    return new.on_conflict_do_update(index_elements=["channel_id"], set_=again)


@cache
def _ready() -> sa.Select[tuple[int]]:
    is_time = channel_readings.c.next_try_at <= sa.bindparam("now", type_=channel_readings.c.next_try_at.type)
    is_named = channel_readings.c.bot_user_id != ""  # without our own id no message is ours for sure
    query = sa.select(channel_readings.c.row_id).where(channel_readings.c.is_due, is_time, is_named)
    is_holding = channel_readings.c.held_row_id > 0
    by_wait = (channel_readings.c.next_try_at, channel_readings.c.row_id)
    return query.order_by(is_holding.desc(), *by_wait).limit(1)


def _new_row(wanted: WantedChannel, now: datetime) -> Row:
    return {**columns_of(wanted), "wanted_version": 1, "is_due": True, "next_try_at": now}
