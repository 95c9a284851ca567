"""Threads to be read after nobody listened: which, how urgently, and up to where each was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from functools import cache

import sqlalchemy as sa

from routing.slack_channel import ChannelId
from storage.delivery import leases
from storage.engine.database import Transaction
from storage.engine.deletion import forget
from storage.sql.rows import columns_of, value_of
from storage.sql.upserts import Row, insert_in
from storage.tables import thread_readings


class Rank(IntEnum):
    """What is read first: what somebody has surely written, then what nobody can know without reading."""

    CHANGED = 0
    UNSEEN = 1
    DECIDED = 2
    EDITED = 3


@dataclass(frozen=True, slots=True)
class WantedThread:
    """A thread to read, by its first message; `priority` and `due_at` are those of its case."""

    channel_id: ChannelId
    thread_ts: str
    team_id: str
    rank: Rank
    priority: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ThreadClaim:
    """A thread taken for reading, for all who wanted it up to `version`."""

    row_id: int
    owner: str
    attempt: int
    channel_id: ChannelId
    thread_ts: str
    team_id: str
    version: int
    failures: int


def want_many(tx: Transaction, wanted: Sequence[WantedThread], now: datetime) -> None:
    """Ask for threads to be read: a reading that has not begun serves all, else another follows it."""
    if wanted:
        distinct = {(thread.channel_id, thread.thread_ts): _new_row(thread, now) for thread in wanted}
        # In the order of their keys, so that two replicas wanting the same ones wait for each other once.
        tx.execute(_want(tx.dialect.name), [distinct[key] for key in sorted(distinct)])


def claim(tx: Transaction, owner: str, now: datetime, lease_for: timedelta) -> ThreadClaim | None:
    """Take the most urgent thread whose time has come."""
    rows = leases.take(tx, thread_readings, _ready(), owner, now + lease_for, now=now)
    if not rows:
        return None
    (row,) = rows
    return value_of(ThreadClaim, row, version=row.wanted_version)


def finish(tx: Transaction, held: ThreadClaim, read_to: str | None, now: datetime) -> bool:
    """It was read, up to the reply `read_to`; False when the lease was lost meanwhile."""
    values: Row = {
        "read_version": held.version,
        "is_due": thread_readings.c.wanted_version > held.version,
        "read_at": now,
        "next_try_at": now,
        # A thread without replies must not take back how far an earlier reading came.
        **({"read_to": read_to} if read_to else {}),
        **leases.finished(),
    }
    return leases.change(tx, thread_readings, held, values)


def fail(
    tx: Transaction, held: ThreadClaim, retry_at: datetime, reason: str, *, is_certain: bool = False
) -> bool:
    """Try again later; reading has no effect, so there is nothing to look up."""
    values = leases.failed(thread_readings, retry_at, reason, is_certain=is_certain)
    return leases.change(tx, thread_readings, held, values)


def postpone(tx: Transaction, held: ThreadClaim, retry_at: datetime) -> bool:
    """Give the thread back without counting a failure."""
    return leases.change(tx, thread_readings, held, leases.postponed(retry_at))


def bury(tx: Transaction, held: ThreadClaim, reason: str) -> bool:
    """Stop trying, until it is wanted again."""
    return leases.change(tx, thread_readings, held, {"is_due": False, **leases.buried(reason)})


def read_to(tx: Transaction, channel_id: ChannelId, threads: Sequence[str]) -> dict[str, str]:
    """The newest reply that was read in each of a channel's threads; never read ones are left out."""
    asked = (thread_readings.c.channel_id == channel_id) & thread_readings.c.thread_ts.in_(threads)
    query = sa.select(thread_readings.c.thread_ts, thread_readings.c.read_to)
    rows = tx.execute(query.where(asked, thread_readings.c.read_to.is_not(None)))
    return {row.thread_ts: row.read_to for row in rows}


def waiting(tx: Transaction) -> int:
    """How many threads wait to be read."""
    query = sa.select(sa.func.count()).select_from(thread_readings).where(thread_readings.c.is_due)
    return tx.execute(query).scalar_one()


def forget_before(tx: Transaction, moment: datetime) -> int:
    """Drop a portion of what was read before a moment; how many. It is read anew if it is ever wanted."""
    return forget(tx, thread_readings.c.row_id, thread_readings.c.read_at, moment)


@cache
def _want(dialect: str) -> sa.Insert:
    new, old = insert_in(dialect, thread_readings), thread_readings.c
    again = {
        "team_id": new.excluded.team_id,
        # What waits keeps its better rank: a sweep must not put a
        # thread with a new reply behind the unseen ones.
        "rank": sa.case((old.is_due & (old.rank < new.excluded.rank), old.rank), else_=new.excluded.rank),
        "priority": new.excluded.priority,
        "due_at": new.excluded.due_at,
        "wanted_version": old.wanted_version + 1,
        "is_due": True,
        "dead_reason": None,
        "read_at": None,  # what waits is not forgotten
        # What is being read, or waits as Slack asked, goes on doing so.
        "next_try_at": sa.case((old.is_due, old.next_try_at), else_=new.excluded.next_try_at),
    }
    return new.on_conflict_do_update(index_elements=["channel_id", "thread_ts"], set_=again)


@cache
def _ready() -> sa.Select[tuple[int]]:
    urgency = (thread_readings.c.rank, thread_readings.c.priority, thread_readings.c.due_at)
    is_time = thread_readings.c.next_try_at <= sa.bindparam("now", type_=thread_readings.c.next_try_at.type)
    query = sa.select(thread_readings.c.row_id).where(thread_readings.c.is_due, is_time)
    return query.order_by(*urgency, thread_readings.c.row_id).limit(1)


def _new_row(wanted: WantedThread, now: datetime) -> Row:
    row = {**columns_of(wanted), "rank": int(wanted.rank)}
    return {**row, "wanted_version": 1, "is_due": True, "next_try_at": now}
