"""Deletes what is old, portion by portion, so that nobody waits long for their turn to write."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.database import Transaction

PORTION = 1_000


def forget(tx: Transaction, key: sa.Column[Any], moment: sa.Column[Any], before: datetime) -> int:
    """Delete at most `PORTION` of the oldest rows whose `moment` lies before; how many."""
    old = sa.select(key).where(moment < before).order_by(moment).limit(PORTION)
    return tx.execute(sa.delete(key.table).where(key.in_(old))).rowcount
