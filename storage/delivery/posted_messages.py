"""The messages that the rows say are to be seen in a channel, to compare with what Slack has there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.slack_channel import ChannelId
from storage.delivery.projection_state import projection_id
from storage.delivery.projections import ASK_KIND
from storage.engine.database import Transaction
from storage.sql.column_types import EPOCH
from storage.sql.upserts import Row, insert
from storage.tables import cases, decisions, projections

_AS_STORED = ("row_id", "case_id", "ts", "wanted_version", "priority", "due_at")


@dataclass(frozen=True, slots=True)
class Post:
    """A case's message as its row has it; `is_recent`: not open any more, but decided not long ago."""

    row_id: int
    case_id: str
    ts: str
    wanted_version: int
    priority: int
    due_at: datetime
    is_open: bool
    is_recent: bool


@dataclass(frozen=True, slots=True)
class Stray:
    """A message of ours that Slack has and no row names: which version of which case it shows."""

    case_id: str
    channel_id: ChannelId
    ts: str
    version: int

    @property
    def projection_id(self) -> str:
        """Names the row that shows the case in the channel."""
        return projection_id("case", self.case_id, self.channel_id)


def newest(
    tx: Transaction,
    channel_id: ChannelId,
    before: str | None,
    since: str,
    decided_since: datetime,
    limit: int,
) -> list[Post]:
    """The messages with a `ts` from `since` up to but without `before`, newest first."""
    query = _live(decided_since).where(projections.c.channel_id == channel_id, projections.c.ts >= since)
    if before is not None:
        query = query.where(projections.c.ts < before)
    return _selected(tx, query.order_by(projections.c.ts.desc()).limit(limit))


def older(
    tx: Transaction, channel_id: ChannelId, before: str, decided_since: datetime, limit: int
) -> list[Post]:
    """The messages before a `ts` of cases that are open or were decided not long ago, newest first."""
    query = _live(decided_since).where(
        projections.c.case_id.in_(_current_cases(decided_since)),
        projections.c.channel_id == channel_id,
        projections.c.ts < before,
    )
    return _selected(tx, query.order_by(projections.c.ts.desc()).limit(limit))


def is_row(tx: Transaction, channel_id: ChannelId, ts: str) -> bool:
    """Whether any row, dead ones too, has this message."""
    is_it = (projections.c.channel_id == channel_id) & (projections.c.ts == ts)
    return tx.execute(sa.select(projections.c.row_id).where(is_it)).first() is not None


def adopt(tx: Transaction, message: Stray, instead_of: str | None, now: datetime) -> bool:
    """Let a message that is there be the case's, and want it to show the present state.

    False where the row is dead, or has another message by now than `instead_of`.
    """
    case = tx.execute(sa.select(cases.c.due_at).where(cases.c.case_id == message.case_id)).one()
    siblings = sa.select(sa.func.min(projections.c.priority)).where(projections.c.case_id == message.case_id)
    values: Row = {
        "ts": message.ts,
        # It shows some earlier state; which, the rows of a backup cannot tell.
        "shown_version": 0,
        "wanted_at": now,
        "is_due": True,
        "next_try_at": EPOCH,
        "owner": None,
        "attempt_id": None,
        "attempted_at": None,
    }
    new = insert(tx, projections).values(
        projection_id=message.projection_id,
        case_id=message.case_id,
        channel_id=message.channel_id,
        kind="case",
        priority=tx.execute(siblings).scalar_one() or 0,
        due_at=case.due_at,
        wanted_version=message.version + 1,
        **values,
    )
    # The row may have got its message since Slack was asked: a newer message must not be swapped for a stray.
    is_same = projections.c.ts.is_(None) if instead_of is None else projections.c.ts == instead_of
    again = new.on_conflict_do_update(
        index_elements=["projection_id"],
        set_={
            **values,
            "wanted_version": _after(message.version),
            "attempt": projections.c.attempt + 1,  # fences out a sender that was about to post
        },
        where=is_same & projections.c.dead_reason.is_(None),
    )
    return tx.execute(again, execution_options={"preserve_rowcount": True}).rowcount == 1


def outrun(tx: Transaction, row_id: int, version: int, now: datetime) -> bool:
    """Slack shows a `version` that was never wanted here: show the present state as a later version."""
    is_behind = (projections.c.row_id == row_id) & (projections.c.wanted_version < version)
    values: Row = {"wanted_version": version + 1, "wanted_at": now, "is_due": True}
    return tx.execute(sa.update(projections).where(is_behind).values(values)).rowcount == 1


def message_of(tx: Transaction, case_id: str, channel_id: ChannelId) -> str | None:
    """The `ts` of the message that shows a case in a channel, if its row has it."""
    is_it = (projections.c.case_id == case_id) & (projections.c.channel_id == channel_id)
    query = sa.select(projections.c.ts).where(is_it, projections.c.ts.is_not(None))
    return tx.execute(query.limit(1)).scalar_one_or_none()


def channels(tx: Transaction, decided_since: datetime) -> set[ChannelId]:
    """Where messages are, or wait to be, of cases that are open or were decided not long ago.

    Without direct messages, in which nobody replies to a case.
    """
    is_current = projections.c.case_id.in_(_current_cases(decided_since)) & (projections.c.kind != ASK_KIND)
    of_cases = sa.select(projections.c.channel_id).where(is_current)
    unposted = sa.select(projections.c.channel_id).where(projections.c.is_due, projections.c.ts.is_(None))
    unposted = unposted.where(projections.c.kind != ASK_KIND)
    return set(tx.execute(of_cases.union(unposted)).scalars())


def newest_ts(tx: Transaction, channel_id: ChannelId) -> str | None:
    """The newest message that any row of the channel has."""
    is_there = (projections.c.channel_id == channel_id) & projections.c.ts.is_not(None)
    newest_first = sa.select(projections.c.ts).where(is_there).order_by(projections.c.ts.desc())
    return tx.execute(newest_first.limit(1)).scalar_one_or_none()


def oldest_unposted_at(tx: Transaction, channel_id: ChannelId) -> datetime | None:
    """Since when the message that waits longest to be posted to a channel is wanted."""
    waits = projections.c.is_due & projections.c.ts.is_(None) & (projections.c.channel_id == channel_id)
    moment: datetime | None = tx.execute(
        sa.select(sa.func.min(projections.c.wanted_at)).where(waits)
    ).scalar()
    return moment


def newest_row_id(tx: Transaction) -> int:
    """The newest row's; what is wanted from now on has a greater id."""
    return tx.execute(sa.select(sa.func.max(projections.c.row_id))).scalar_one() or 0


def _after(version: int) -> sa.ColumnElement[int]:
    """A version later than this, and later than what is wanted."""
    # A backup knows fewer versions than Slack has seen: a
    # number used twice would pass for the state it showed.
    wanted = projections.c.wanted_version
    return sa.case((wanted > version, wanted), else_=sa.literal(version)) + 1


def _current_cases(decided_since: datetime) -> sa.CompoundSelect[Any]:
    """The ids of cases that are open or were decided not long ago."""
    recent = sa.select(decisions.c.case_id).where(decisions.c.decided_at >= decided_since)
    return sa.select(cases.c.case_id).where(cases.c.is_open).union(recent)


def _live(decided_since: datetime) -> sa.Select[Any]:
    decided = (
        sa.select(decisions.c.row_id)
        .where(decisions.c.case_id == projections.c.case_id, decisions.c.decided_at >= decided_since)
        .exists()
    )
    return (
        sa.select(
            *(projections.c[name] for name in _AS_STORED),
            sa.func.coalesce(cases.c.is_open, sa.false()).label("is_open"),
            decided.label("is_recent"),
        )
        .select_from(projections.outerjoin(cases, cases.c.case_id == projections.c.case_id))
        .where(projections.c.ts.is_not(None), projections.c.dead_reason.is_(None))
    )


def _selected(tx: Transaction, query: sa.Select[Any]) -> list[Post]:
    return [Post(*row) for row in tx.execute(query)]
