"""Which cases are to be put in, and what became of each draw; whether a channel knows that there are some."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from routing.prediction import Origin
from routing.slack_channel import ChannelId
from storage.engine.database import Transaction
from storage.sql.rows import value_of
from storage.sql.upserts import add_once, ensure
from storage.tables import trial_notices, trials


@dataclass(frozen=True, slots=True)
class TrialDraw:
    """A trial of this origin that chance drew beside the case `drawn_for`, to be put in at `put_in_at`.

    `chance` is that of the draw, fixed before it.
    """

    drawn_for: str
    origin: Origin
    task: str
    tier: str
    chance: float
    drawn_at: datetime
    put_in_at: datetime


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    """The answer `key` to a case that was put in, as it stands of the decided case `source_id`."""

    case_id: str
    source_id: str
    key: str


def add_many(tx: Transaction, draws: Sequence[TrialDraw]) -> None:
    """Keep the draws; each counts once."""
    ensure(
        tx,
        trials,
        [
            {
                "drawn_for": each.drawn_for,
                "origin": each.origin.value,
                "task": each.task,
                "tier": each.tier,
                "chance": each.chance,
                "drawn_at": each.drawn_at,
                "put_in_at": each.put_in_at,
                "is_waiting": True,
            }
            for each in draws
        ],
    )


def due(tx: Transaction, now: datetime, limit: int) -> tuple[TrialDraw, ...]:
    """The draws whose moment has come, at most `limit`, oldest first."""
    query = (
        sa.select(trials)
        .where(trials.c.is_waiting, trials.c.put_in_at <= now)
        .order_by(trials.c.put_in_at, trials.c.row_id)
        .limit(limit)
    )
    return tuple(value_of(TrialDraw, row, origin=Origin(row.origin)) for row in tx.execute(query))


def take(tx: Transaction, draw: TrialDraw) -> bool:
    """Whether it is this transaction that deals with the draw: another replica may have been faster."""
    taken = sa.update(trials).where(_is(draw), trials.c.is_waiting).values(is_waiting=False)
    return tx.execute(taken).rowcount == 1


def put_in(tx: Transaction, draw: TrialDraw, answer: TrialAnswer) -> None:
    """Note which case came of the draw, and its answer."""
    values = {"case_id": answer.case_id, "source_id": answer.source_id, "key": answer.key}
    tx.execute(sa.update(trials).where(_is(draw)).values(values))


def answer_of(tx: Transaction, case_id: str) -> str | None:
    """The settled answer to a case that was put in; None to any other."""
    return tx.execute(sa.select(trials.c.key).where(trials.c.case_id == case_id)).scalar_one_or_none()


def noticed(tx: Transaction, channel_id: ChannelId) -> set[Origin]:
    """The origins of trials that the channel knows of, or is about to."""
    query = sa.select(trial_notices.c.origin).where(trial_notices.c.channel_id == channel_id)
    return set(map(Origin, tx.execute(query).scalars()))


def queue_notice(tx: Transaction, channel_id: ChannelId, origin: Origin, now: datetime) -> bool:
    """Whether the channel has to hear of trials of this origin: once, for ever."""
    row = {"channel_id": channel_id, "origin": origin.value, "queued_at": now}
    return add_once(tx, trial_notices, row)


def mark_notified(tx: Transaction, channel_id: ChannelId, now: datetime) -> None:
    """Note that the channel reads of all that was queued for it."""
    is_queued = (trial_notices.c.channel_id == channel_id) & trial_notices.c.notified_at.is_(None)
    tx.execute(sa.update(trial_notices).where(is_queued).values(notified_at=now))


def lock(tx: Transaction, channel_id: ChannelId) -> dict[Origin, datetime]:
    """Since when the channel knows of trials, by origin.

    Until the transaction ends nobody else puts any in there.
    """
    query = (
        sa.select(trial_notices.c.origin, trial_notices.c.notified_at)
        .where(trial_notices.c.channel_id == channel_id)
        .order_by(trial_notices.c.origin)
        .with_for_update()
    )
    return {Origin(row.origin): row.notified_at for row in tx.execute(query) if row.notified_at is not None}


def _is(draw: TrialDraw) -> sa.ColumnElement[bool]:
    return (trials.c.drawn_for == draw.drawn_for) & (trials.c.origin == draw.origin.value)
