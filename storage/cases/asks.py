"""Who is asked about a case by name, each person once for a case, what came of it, and when who is next."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.case.ask import Ask, AskPurpose, AskState
from routing.label import ExpertId
from routing.slack_channel import ChannelId
from storage.engine.database import Transaction
from storage.sql.upserts import add_once, insert
from storage.tables import ask_turns, asks, cases


def add(tx: Transaction, ask: Ask) -> bool:
    """Ask somebody; False when this person was asked about the case before."""
    row = {
        "case_id": ask.case_id,
        "team_id": ask.expert.team_id,
        "user_id": ask.expert.user_id,
        "purpose": ask.purpose.value,
        "asked_at": ask.asked_at,
        "lease_until": ask.lease_until,
        "state": ask.state.value,
        "channel_id": ask.channel_id,
    }
    return add_once(tx, asks, row)


def of_case(tx: Transaction, case_id: str) -> list[Ask]:
    """Everybody who was asked about the case, oldest first."""
    query = sa.select(asks).where(asks.c.case_id == case_id).order_by(asks.c.row_id)
    return [_ask(row) for row in tx.execute(query)]


def find(tx: Transaction, case_id: str, expert: ExpertId) -> Ask | None:
    """The ask of this person about the case; None if they were not asked."""
    row = tx.execute(sa.select(asks).where(_is_of(case_id, expert))).one_or_none()
    return None if row is None else _ask(row)


def asked_since(tx: Transaction, user_ids: Iterable[str], since: datetime) -> dict[str, tuple[datetime, ...]]:
    """When each of these people was asked since then, about any case; whoever was not is left out."""
    query = sa.select(asks.c.user_id, asks.c.asked_at).where(
        asks.c.user_id.in_(sorted(user_ids)), asks.c.asked_at >= since
    )
    query = query.order_by(asks.c.asked_at)
    moments: dict[str, tuple[datetime, ...]] = {}
    for row in tx.execute(query):
        moments[row.user_id] = (*moments.get(row.user_id, ()), row.asked_at)
    return moments


def end(tx: Transaction, case_id: str, expert: ExpertId, state: AskState) -> bool:
    """Note what came of the ask; False where that is noted already, or they were not asked.

    After its time ran out it can still be answered or handed on.
    """
    may_be_late = (AskState.WAITING.value, AskState.LAPSED.value)
    earlier = may_be_late[:1] if state is AskState.LAPSED else may_be_late
    ended = sa.update(asks).where(_is_of(case_id, expert), asks.c.state.in_(earlier))
    return tx.execute(ended.values(state=state.value)).rowcount == 1


def address(tx: Transaction, case_id: str, expert: ExpertId, channel_id: ChannelId) -> None:
    """Note which direct messages the ask is shown in."""
    tx.execute(sa.update(asks).where(_is_of(case_id, expert)).values(channel_id=channel_id))


def schedule(tx: Transaction, case_id: str, ask_at: datetime | None) -> None:
    """Have the next person asked about the case then; with None nobody."""
    new = insert(tx, ask_turns).values(case_id=case_id, ask_at=ask_at)
    tx.execute(new.on_conflict_do_update(index_elements=["case_id"], set_={"ask_at": ask_at}))


def due(tx: Transaction, now: datetime, limit: int) -> list[str]:
    """Ids of cases about which the next person is to be asked, longest waiting first."""
    # Spelled out as the partial index over the moment has it.
    is_due = (ask_turns.c.ask_at.is_not(None), ask_turns.c.ask_at <= now)
    query = (
        sa.select(ask_turns.c.case_id)
        .join(cases, cases.c.case_id == ask_turns.c.case_id)
        .where(cases.c.is_open, *is_due)
    )
    return list(tx.execute(query.order_by(ask_turns.c.ask_at).limit(limit)).scalars())


def _is_of(case_id: str, expert: ExpertId) -> sa.ColumnElement[bool]:
    return (asks.c.case_id == case_id) & (asks.c.user_id == expert.user_id)


def _ask(row: Any) -> Ask:
    return Ask(
        case_id=row.case_id,
        expert=ExpertId(row.team_id, row.user_id),
        purpose=AskPurpose(row.purpose),
        asked_at=row.asked_at,
        lease_until=row.lease_until,
        state=AskState(row.state),
        channel_id=row.channel_id,
    )
