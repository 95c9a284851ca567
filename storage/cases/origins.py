"""Fills `origin` of predictions that version 0.1 wrote, from the column that it has in its place."""

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.tables import predictions

PORTION = 500
IS_EMPTY = predictions.c.origin.is_(None)


def is_over(tx: Transaction) -> bool:
    """Whether every prediction has its origin; version 0.1, while it still runs, may write more without."""
    return not tx.execute(sa.select(sa.exists().where(IS_EMPTY))).scalar_one()


def fill(tx: Transaction) -> int:
    """Fill up to 500 more, oldest first; how many."""
    # Past the record: no seal of such a row covers its origin, `storage.record.takeover` fills it first.
    empty = sa.select(predictions.c.row_id).where(IS_EMPTY).order_by(predictions.c.row_id).limit(PORTION)
    rows = tx.execute(empty).scalars().all()
    is_row = predictions.c.row_id.in_(rows)
    tx.execute(sa.update(predictions).where(is_row).values(origin=predictions.c.kind))
    return len(rows)
