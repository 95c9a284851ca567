"""Slack messages as images of rows: which version should be seen, which is, and who is sending it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from routing.slack_channel import ChannelId, ChannelName
from storage.delivery import leases, message_queue, slack_pace
from storage.delivery.projection_state import Claim, Projection, Shape, WantedMessage, claim_of, projection_of
from storage.engine.database import Transaction
from storage.sql.column_types import EPOCH
from storage.sql.rows import columns_of
from storage.sql.upserts import Row, insert_in
from storage.tables import projections

__all__ = ["Claim", "Projection", "Shape", "WantedMessage"]

ASK_KIND = "ask"
"""Of messages in which a person is asked by name, and sees less of a case than its channel."""
UPDATE_PACE = timedelta(seconds=1.2)
"""Slack allows `chat.update` 50 times a minute for a workspace (rate limit tier 3)."""


def want(
    tx: Transaction,
    case_id: str,
    channel_id: ChannelId,
    priority: int,
    due_at: datetime,
    wanted_at: datetime | None = None,
    kind: str = "case",
    channel: ChannelName | None = None,
) -> None:
    """Ask for a message that shows the case's present state: a new message, or its next version."""
    want_many(tx, [WantedMessage(case_id, channel_id, priority, due_at, wanted_at, kind, channel)])


def want_many(tx: Transaction, wanted: Sequence[WantedMessage]) -> None:
    """Ask for many messages in one statement; the same message asked for twice gets a single new version."""
    if not wanted:
        return
    slack_pace.open_many(tx, [*(message.channel_id for message in wanted), slack_pace.UPDATES])
    # A statement of many rows may not meet the same row twice (PostgreSQL refuses it).
    distinct = {message.projection_id: _new_row(message) for message in wanted}
    tx.execute(_want(tx.dialect.name), list(distinct.values()))


def renew(tx: Transaction, case_id: str, priority: int, due_at: datetime, wanted_at: datetime) -> int:
    """Ask for the next version of each message of a case; how many there are."""
    values = {"of_case_id": case_id, "priority": priority, "due_at": due_at, "asked_at": wanted_at}
    return tx.execute(_RENEW, values).rowcount


def redraw(tx: Transaction, case_id: str, wanted_at: datetime) -> None:
    """Ask for the next version of each message of a case that itself is as it was."""
    tx.execute(_RENEW, {"of_case_id": case_id, "asked_at": wanted_at})


def claim(
    tx: Transaction,
    owner: str,
    now: datetime,
    lease_for: timedelta,
    pace_for: timedelta,
    update_pace_for: timedelta = UPDATE_PACE,
) -> Claim | None:
    """Take the riskiest, then soonest due message whose pace allows it, and use up that pace.

    A post waits for its channel's turn (`pace_for`), an update for the workspace's (`update_pace_for`).
    """
    # The turn before the row: it is the turn that replicas
    # share, and without it two would post in the same second.
    for candidate in message_queue.first(tx, now):
        every = update_pace_for if candidate.pace == slack_pace.UPDATES else pace_for
        if not slack_pace.take(tx, candidate.pace, now, every):
            continue
        still_ready = message_queue.still_ready(has_ts=candidate.pace == slack_pace.UPDATES)
        until, parameters = now + lease_for, {"candidate": candidate.row_id, "now": now}
        if rows := leases.take(tx, projections, still_ready, owner, until, **parameters):
            return claim_of(rows[0])
        # Another replica has taken the message meanwhile: the channel's turn must not be lost for it.
        slack_pace.give_back(tx, candidate.pace, now)
    return None


def record_attempt(tx: Transaction, held: Claim, attempt_id: str, now: datetime) -> bool:
    """Note, before the call, the id the message will carry; False: the lease is lost, do not call."""
    return leases.change(tx, projections, held, leases.attempted(attempt_id, now))


def finish(tx: Transaction, held: Claim, ts: str, shown_version: int, shape: Shape | None = None) -> bool:
    """The message is seen, at `shown_version`, in `shape`; False when the lease was lost meanwhile."""
    values = {
        **(shape.columns() if shape else {}),
        "ts": ts,
        "shown_version": shown_version,
        # A click during the call wanted a later state: a plain False here would lose it.
        "is_due": projections.c.wanted_version > shown_version,
        # The lease's end stands there, and the next version need not wait for it.
        "next_try_at": EPOCH,
        **leases.finished(),
    }
    return leases.change(tx, projections, held, values)


def fail(tx: Transaction, held: Claim, retry_at: datetime, reason: str, *, is_certain: bool = False) -> bool:
    """Try again later. `is_certain`: the call surely had no effect, so there is nothing to look up."""
    values = leases.failed(projections, retry_at, reason, is_certain=is_certain)
    return leases.change(tx, projections, held, values)


def postpone(tx: Transaction, held: Claim, retry_at: datetime) -> bool:
    """Give the row back without counting a failure."""
    return leases.change(tx, projections, held, leases.postponed(retry_at))


def hold(
    tx: Transaction, held: Claim, now: datetime, retry_at: datetime, reason: str, *, is_certain: bool = False
) -> bool:
    """Let it wait for a repair, which is no failure of its own."""
    values = leases.held(projections, now, retry_at, reason, is_certain=is_certain)
    return leases.change(tx, projections, held, values)


def recast(tx: Transaction, held: Claim, shape: Shape, retry_at: datetime, reason: str) -> bool:
    """Show it in another form from now on: Slack refused this, so nothing was posted."""
    values = leases.failed(projections, retry_at, reason, is_certain=True)
    # Another form is another attempt: the refusals of this must not bring it nearer to a dead letter.
    return leases.change(tx, projections, held, {**values, "failures": 0, **shape.columns()})


def bury(tx: Transaction, held: Claim, reason: str) -> bool:
    """Stop trying: a dead letter that says why, until it is revived."""
    return leases.change(tx, projections, held, {"is_due": False, **leases.buried(reason)})


def revive(tx: Transaction, projection_ids: Collection[str] | None, now: datetime) -> int:
    """Try dead messages again, all with None; how many of these were dead."""
    is_dead: sa.ColumnElement[bool] = projections.c.dead_reason.is_not(None)
    if projection_ids is not None:
        is_dead &= projections.c.projection_id.in_(projection_ids)
    is_due = projections.c.wanted_version > projections.c.shown_version
    values = {**leases.revived(now), "is_due": is_due, "wanted_at": now}
    return tx.execute(sa.update(projections).where(is_dead).values(values)).rowcount


def lost(tx: Transaction, channel_id: ChannelId, ts: str) -> bool:
    """The message was deleted in Slack: post it anew. False when no live projection showed it."""
    shown = _is_message(channel_id, ts) & projections.c.dead_reason.is_(None)
    values: Row = {
        "ts": None,
        "shown_version": 0,
        "is_due": True,
        "owner": None,
        "attempt": projections.c.attempt + 1,  # fences out a sender that is updating the deleted message
        "attempt_id": None,
        "attempted_at": None,
        "next_try_at": EPOCH,
        "times_lost": projections.c.times_lost + 1,
    }
    return tx.execute(sa.update(projections).where(shown).values(values)).rowcount == 1


def by_message(tx: Transaction, channel_id: ChannelId, ts: str) -> Projection | None:
    """The projection that a Slack message shows."""
    matches = _selected(tx, sa.select(projections).where(_is_message(channel_id, ts)))
    return matches[0] if matches else None


def of_case(tx: Transaction, case_id: str) -> list[Projection]:
    """The messages that show a case in channels, oldest first."""
    query = sa.select(projections).where(projections.c.case_id == case_id, _IN_CHANNEL)
    return _selected(tx, query.order_by(projections.c.row_id))


def of_cases(tx: Transaction, case_ids: Sequence[str]) -> dict[str, list[Projection]]:
    """The messages that show each case in channels, oldest first; cases without any are left out."""
    query = sa.select(projections).where(projections.c.case_id.in_(case_ids), _IN_CHANNEL)
    by_case: dict[str, list[Projection]] = {}
    for projection in _selected(tx, query.order_by(projections.c.row_id)):
        by_case.setdefault(projection.case_id, []).append(projection)
    return by_case


def is_wanted_in(tx: Transaction, case_id: str, channel_id: ChannelId) -> bool:
    """Whether a message of the case, of whatever kind, is there or is to come."""
    is_it = (projections.c.case_id == case_id) & (projections.c.channel_id == channel_id)
    return tx.execute(sa.select(projections.c.row_id).where(is_it).limit(1)).first() is not None


def dead(tx: Transaction, limit: int) -> list[Projection]:
    """The dead letters, oldest first."""
    query = sa.select(projections).where(projections.c.dead_reason.is_not(None))
    return _selected(tx, query.order_by(projections.c.row_id).limit(limit))


@cache
def _want(dialect: str) -> sa.Insert:
    new = insert_in(dialect, projections)
    again = {
        **_next_version(new.excluded.wanted_at),
        "priority": new.excluded.priority,
        "due_at": new.excluded.due_at,
    }
    return new.on_conflict_do_update(index_elements=["projection_id"], set_=again)


def _next_version(wanted_at: sa.ColumnElement[Any]) -> Row:
    """A message that already waits goes on waiting since then; a dead message stays dead."""
    # A case that is clicked again and again would otherwise never count as late in `/readyz`.
    waits_since = sa.case((projections.c.is_due, projections.c.wanted_at), else_=wanted_at)
    return {
        "wanted_version": projections.c.wanted_version + 1,
        "wanted_at": waits_since,
        "is_due": projections.c.dead_reason.is_(None),
    }


_IN_CHANNEL = projections.c.kind != ASK_KIND
_RENEW = (
    sa.update(projections)
    .where(projections.c.case_id == sa.bindparam("of_case_id"))
    .values(_next_version(sa.bindparam("asked_at", type_=projections.c.wanted_at.type)))
)


def _new_row(wanted: WantedMessage) -> Row:
    next_try_at = wanted.wanted_at or EPOCH
    row = {**columns_of(wanted), "projection_id": wanted.projection_id}
    return {**row, "wanted_version": 1, "is_due": True, "next_try_at": next_try_at}


def _is_message(channel_id: ChannelId, ts: str) -> sa.ColumnElement[bool]:
    return (projections.c.channel_id == channel_id) & (projections.c.ts == ts)


def _selected(tx: Transaction, query: sa.Select[Any]) -> list[Projection]:
    return [projection_of(row) for row in tx.execute(query)]
