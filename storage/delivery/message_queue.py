"""Which messages are next in line: the riskiest, then the soonest due, where the pace allows it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from storage.delivery import slack_pace
from storage.engine.database import Transaction
from storage.tables import channel_pace, channel_readings, projections

CANDIDATES = 5  # other replicas may hold the first
_NOW: sa.BindParameter[datetime] = sa.bindparam("now", type_=projections.c.next_try_at.type)

_LANES = channel_pace.outerjoin(channel_readings, channel_readings.c.channel_id == channel_pace.c.channel_id)
_HELD_ROW_ID = sa.func.coalesce(channel_readings.c.held_row_id, 0)
"""Up to this row nothing is posted in the lane yet: Slack may have it, if the rows come from a backup."""
_HELD_PLACES = sa.select(channel_pace.c.channel_id).where(channel_pace.c.held_since.is_not(None))
_CHANNEL = sa.type_coerce(projections.c.channel_id, sa.Text())
_UPDATES = sa.literal(slack_pace.UPDATES_PREFIX, sa.Text()) + _CHANNEL
"""As `slack_pace.updates_of`, of the message's channel."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that may be sent now, and the pace that it uses up."""

    row_id: int
    pace: str
    priority: int
    due_at: datetime


def first(tx: Transaction, now: datetime) -> list[Candidate]:
    """The first in line of each channel whose turn has come, and of the updates; the riskiest first."""
    parameters = {"now": now}
    posts = [Candidate(*row) for row in tx.execute(_first_posts(), parameters)]
    updates = [
        Candidate(row.row_id, slack_pace.UPDATES, row.priority, row.due_at)
        for row in tx.execute(_first_updates(), parameters)
    ]
    return sorted(posts + updates, key=attrgetter("priority", "due_at", "row_id"))


def is_waiting(tx: Transaction) -> bool:
    """Whether any message is to be sent, but for those that wait for a repair or until a history was read."""
    return any(tx.execute(query).first() is not None for query in (_waiting_posts(), _waiting_updates()))


def oldest_waiting_at(tx: Transaction) -> datetime | None:
    """Since when the message that has waited longest is wanted; not of those that wait for a repair."""
    return tx.execute(_oldest()).scalar_one_or_none()


@cache
def _waiting_posts() -> sa.Select[Any]:
    """By lane, so that what a lane holds costs nothing, however much it is."""
    posts = sa.select(projections.c.row_id).where(projections.c.is_due, projections.c.ts.is_(None))
    posts = posts.where(projections.c.channel_id == channel_pace.c.channel_id)
    posts = posts.where(projections.c.row_id > _HELD_ROW_ID).correlate(channel_pace, channel_readings)
    lanes = sa.select(channel_pace.c.channel_id).select_from(_LANES)
    return lanes.where(channel_pace.c.held_since.is_(None), posts.exists()).limit(1)


@cache
def _waiting_updates() -> sa.Select[Any]:
    is_free = _UPDATES.not_in(_HELD_PLACES)
    updates = sa.select(projections.c.row_id).where(projections.c.is_due, projections.c.ts.is_not(None))
    return updates.where(is_free).order_by(projections.c.priority).limit(1)  # through its index


@cache
def _oldest() -> sa.Select[Any]:
    is_post = projections.c.ts.is_(None)
    lane = sa.case((is_post, _CHANNEL), else_=_UPDATES)
    return (
        sa.select(projections.c.wanted_at)
        .where(projections.c.is_due, projections.c.wanted_at.is_not(None), lane.not_in(_HELD_PLACES))
        .order_by(projections.c.wanted_at)
        .limit(1)
    )


@cache
def _first_posts() -> sa.Select[Any]:
    waiting = projections.alias("waiting")
    # The first of each lane: the few candidates of a plain ORDER BY could all wait for a single channel.
    first = (
        sa.select(waiting.c.row_id)
        .where(waiting.c.channel_id == channel_pace.c.channel_id, *_ready(waiting, has_ts=False))
        .where(waiting.c.row_id > _HELD_ROW_ID)
        .order_by(waiting.c.priority, waiting.c.due_at, waiting.c.row_id)
        .limit(1)
        .correlate(channel_pace, channel_readings)
        .scalar_subquery()
    )
    return (
        sa.select(
            projections.c.row_id, channel_pace.c.channel_id, projections.c.priority, projections.c.due_at
        )
        .select_from(_LANES.join(projections, projections.c.row_id == first))
        .where(channel_pace.c.next_at <= _NOW)
        .order_by(projections.c.priority, projections.c.due_at, projections.c.row_id)
        .limit(CANDIDATES)
    )


@cache
def _first_updates() -> sa.Select[Any]:
    turn = sa.select(channel_pace.c.channel_id)
    turn = turn.where(channel_pace.c.channel_id == slack_pace.UPDATES, channel_pace.c.next_at <= _NOW)
    # When its wait is over, a held channel lets a message through: how else should a repair be noticed?
    is_free = _UPDATES.not_in(_HELD_PLACES.where(channel_pace.c.next_at > _NOW))
    return (
        sa.select(projections.c.row_id, projections.c.priority, projections.c.due_at)
        .where(*_ready(projections, has_ts=True), turn.exists(), is_free)
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
