"""What nobody answered in time: with which chance each was drawn to be asked again, and when who is next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from routing.triage.follow_up import FollowUp
from storage.engine.database import Transaction
from storage.sql.upserts import add_once
from storage.tables import follow_ups


@dataclass(frozen=True, slots=True)
class Turn:
    """When the next person is asked about a case, and from when on nobody else is."""

    ask_at: datetime
    ends_at: datetime


def add(tx: Transaction, drawn: Iterable[FollowUp], now: datetime, ends_at: datetime) -> int:
    """Note the draws, each case's first one for ever; how many are new. Who is drawn is to be asked now."""
    rows = (
        {
            "case_id": each.case_id,
            "chance": each.chance,
            "is_drawn": each.is_drawn,
            "drawn_at": now,
            "ends_at": ends_at,
            "ask_at": now if each.is_drawn else None,
        }
        for each in drawn
    )
    return sum(add_once(tx, follow_ups, row) for row in rows)


def turn(tx: Transaction, case_id: str) -> Turn | None:
    """Whose turn is to come; None where nobody else is asked."""
    query = sa.select(follow_ups.c.ask_at, follow_ups.c.ends_at).where(
        follow_ups.c.case_id == case_id, follow_ups.c.ask_at.is_not(None)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else Turn(*row)


def schedule(tx: Transaction, case_id: str, ask_at: datetime | None) -> None:
    """Have the next person asked then; with None nobody, and for ever."""
    running = follow_ups.c.case_id == case_id, follow_ups.c.ask_at.is_not(None)
    tx.execute(sa.update(follow_ups).where(*running).values(ask_at=ask_at))


def mark(tx: Transaction, now: datetime) -> tuple[object, ...]:
    """Differs whenever others begin or cease to be asked about a case."""
    running = (follow_ups.c.ask_at.is_not(None), follow_ups.c.ends_at > now)
    drawn = sa.select(sa.func.max(follow_ups.c.drawn_at)).scalar_subquery()
    counted = sa.select(sa.func.count(), drawn).where(*running)
    return tuple(tx.execute(counted).one())


def due(tx: Transaction, now: datetime, limit: int) -> Sequence[str]:
    """Ids of cases about which the next person is to be asked, longest waiting first."""
    # Spelled out as the partial index over the moment has it.
    is_due = (follow_ups.c.ask_at.is_not(None), follow_ups.c.ask_at <= now)
    query = sa.select(follow_ups.c.case_id).where(*is_due).order_by(follow_ups.c.ask_at).limit(limit)
    return tx.execute(query).scalars().all()
