"""Alarms that were raised, each once, and whether the lead has heard."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.rows import columns_of, value_of
from storage.sql.upserts import add_once
from storage.tables import alarms


@dataclass(frozen=True, slots=True)
class StoredAlarm:
    """An alarm as JSON; `key` names what happens once, such as a finding of a reference window."""

    key: str
    kind: str
    task: str
    payload: dict[str, Any]
    raised_at: datetime
    told_at: datetime | None = None


def raise_once(tx: Transaction, alarm: StoredAlarm) -> bool:
    """Store an alarm; False when it was raised under this key before."""
    return add_once(tx, alarms, columns_of(alarm))


def since(tx: Transaction, tasks: Collection[str], since: datetime, until: datetime) -> list[StoredAlarm]:
    """The alarms of these tasks raised from `since` to before `until`, oldest first."""
    query = (
        sa.select(alarms)
        .where(alarms.c.task.in_(sorted(tasks)), alarms.c.raised_at >= since, alarms.c.raised_at < until)
        .order_by(alarms.c.raised_at, alarms.c.row_id)
    )
    return [value_of(StoredAlarm, row) for row in tx.execute(query)]


def mark_delivered(tx: Transaction, key: str, now: datetime) -> bool:
    """Note that the lead has heard; False when that was noted before, or there is no such alarm."""
    untold = (alarms.c.key == key) & alarms.c.told_at.is_(None)
    return tx.execute(sa.update(alarms).where(untold).values(told_at=now)).rowcount == 1
