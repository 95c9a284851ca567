"""Which messages are next in line: the riskiest, then the soonest due, where the pace allows one."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from storage import paces
from storage.channel_readings import HELD
from storage.database import Transaction
from storage.tables import channel_pace, projections

CANDIDATES = 5  # other replicas may hold the first
_NOW: sa.BindParameter[datetime] = sa.bindparam("now", type_=projections.c.next_try_at.type)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that may be sent now, and the pace that it uses up."""

    row_id: int
    pace: str
    priority: int
    due_at: datetime


def first(tx: Transaction, now: datetime) -> list[Candidate]:
    """The first in line of each channel whose turn has come, and of the updates; the riskiest first."""
    given = {"now": now}
    posts = [Candidate(*row) for row in tx.execute(_first_posts(), given)]
    updates = [
        Candidate(row.row_id, paces.UPDATES, row.priority, row.due_at)
        for row in tx.execute(_first_updates(), given)
    ]
    return sorted(posts + updates, key=lambda one: (one.priority, one.due_at, one.row_id))


@cache
def _first_posts() -> sa.Select[Any]:
    waiting = projections.alias("waiting")
    first = (
        sa.select(waiting.c.row_id)
        .where(waiting.c.channel_id == channel_pace.c.channel_id, *_ready(waiting, has_ts=False))
        .where(waiting.c.row_id > HELD)  # Slack may have those: the rows may come from a backup
        .order_by(waiting.c.priority, waiting.c.due_at, waiting.c.row_id)
        .limit(1)
        .correlate(channel_pace)
        .scalar_subquery()
    )
    return (
        sa.select(
            projections.c.row_id, projections.c.channel_id, projections.c.priority, projections.c.due_at
        )
        .select_from(channel_pace.join(projections, projections.c.row_id == first))
        .where(channel_pace.c.next_at <= _NOW)
        .order_by(projections.c.priority, projections.c.due_at, projections.c.row_id)
        .limit(CANDIDATES)
    )


@cache
def _first_updates() -> sa.Select[Any]:
    turn = sa.select(channel_pace.c.channel_id)
    turn = turn.where(channel_pace.c.channel_id == paces.UPDATES, channel_pace.c.next_at <= _NOW)
    hold = sa.select(channel_pace.c.channel_id)
    hold = hold.where(channel_pace.c.channel_id == paces.updates_of(projections.c.channel_id))
    hold = hold.where(channel_pace.c.held_since.is_not(None), channel_pace.c.next_at > _NOW)
    return (
        sa.select(projections.c.row_id, projections.c.priority, projections.c.due_at)
        .where(*_ready(projections, has_ts=True), turn.exists(), ~hold.exists())
        .order_by(projections.c.priority, projections.c.due_at, projections.c.row_id)
        .limit(CANDIDATES)
    )


@cache
def still_ready(*, has_ts: bool) -> sa.Select[Any]:
    """The query for the row `candidate`, if it may still be sent `now`."""
    is_it = projections.c.row_id == sa.bindparam("candidate")
    return sa.select(projections.c.row_id).where(is_it, *_ready(projections, has_ts=has_ts))


def _ready(table: sa.FromClause, *, has_ts: bool) -> tuple[sa.ColumnElement[bool], ...]:
    in_lane = table.c.ts.is_not(None) if has_ts else table.c.ts.is_(None)
    return table.c.is_due, in_lane, table.c.next_try_at <= _NOW
