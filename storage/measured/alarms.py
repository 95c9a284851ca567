"""Alarms that were raised, each once, and whether the lead was told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.upserts import add_once
from storage.tables import alarms


@dataclass(frozen=True, slots=True)
class StoredAlarm:
    """An alarm as JSON; `key` names what happens once, such as one finding of one reference window."""

    key: str
    kind: str
    task: str
    payload: dict[str, Any]
    raised_at: datetime
    told_at: datetime | None = None


def raise_once(tx: Transaction, alarm: StoredAlarm) -> bool:
    """Store an alarm; False when one with this key was raised before."""
    return add_once(tx, alarms, {name: getattr(alarm, name) for name in StoredAlarm.__slots__})


def since(tx: Transaction, tasks: Collection[str], since: datetime, until: datetime) -> list[StoredAlarm]:
    """The alarms of these tasks raised from `since` to before `until`, oldest first."""
    query = (
        sa.select(alarms)
        .where(alarms.c.task.in_(sorted(tasks)), alarms.c.raised_at >= since, alarms.c.raised_at < until)
        .order_by(alarms.c.raised_at, alarms.c.row_id)
    )
    return [_alarm(row) for row in tx.execute(query)]


def mark_told(tx: Transaction, key: str, now: datetime) -> bool:
    """Note that the lead was told; False when that was noted before, or there is no such alarm."""
    untold = (alarms.c.key == key) & alarms.c.told_at.is_(None)
    return tx.execute(sa.update(alarms).where(untold).values(told_at=now)).rowcount == 1


def _alarm(row: Any) -> StoredAlarm:
    return StoredAlarm(**{name: getattr(row, name) for name in StoredAlarm.__slots__})
