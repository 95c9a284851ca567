"""Fills the columns that earlier versions did not know, before a row goes on record."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from storage.record import record
from storage.record.coverage import Coverage
from storage.record.seals import SALT
from storage.tables import decisions, labels, predictions

PORTION = 500
NO_ORIGIN = predictions.c.origin.is_(None)
EXPIRED = "expired"
"""The method of a decision by a time-out: it says nothing about the prediction, so it has no loss."""


def has_origins(tx: sa.Connection) -> bool:
    """Whether every prediction has its origin; version 0.1, while it still runs, may write more without."""
    return not tx.execute(sa.select(sa.exists().where(NO_ORIGIN))).scalar_one()


def fill_origins(tx: sa.Connection) -> int:
    """Fill the origin of up to 500 more predictions of version 0.1, oldest first; how many."""
    # Without word on record: no seal of a row that lacks its origin covers that, `complete` sees to it.
    bare = sa.select(predictions.c.row_id).where(NO_ORIGIN).order_by(predictions.c.row_id).limit(PORTION)
    rows = tx.execute(bare).scalars().all()
    tx.execute(_origin_of_kind(predictions.c.row_id.in_(rows)))
    return len(rows)


def complete(tx: sa.Connection, covered: Coverage, arrivals: Sequence[int]) -> None:
    """Give these rows what they lack: once it is covered it has to stay as it is."""
    table = covered.table
    is_meant = table.c[covered.arrival].between(arrivals[0], arrivals[-1])
    if covered.has_salt:
        _salt(tx, table.c[covered.arrival], arrivals)
    if table is predictions:
        tx.execute(_origin_of_kind(is_meant))
    elif table is labels:
        _answer(tx, table, is_meant)
    elif table is decisions:
        _decide(tx, is_meant)


def _salt(tx: sa.Connection, arrival: sa.Column[int], arrivals: Sequence[int]) -> None:
    """A row that was changed since the upgrade has a salt."""
    salt = arrival.table.c[SALT]
    is_bare = (arrival == sa.bindparam("of_arrival")) & salt.is_(None)
    rows = [{"of_arrival": number, "new_salt": record.new_salt(tx)} for number in arrivals]
    tx.execute(sa.update(arrival.table).where(is_bare).values({SALT: sa.bindparam("new_salt")}), rows)


def _origin_of_kind(is_meant: sa.ColumnElement[bool]) -> sa.Update:
    return sa.update(predictions).where(is_meant, NO_ORIGIN).values(origin=predictions.c.kind)


def _answer(tx: sa.Connection, table: sa.Table, is_meant: sa.ColumnElement[bool]) -> None:
    """Those versions knew choices only, whose answers are their labels."""
    unanswered = sa.select(table.c.row_id, table.c.label).where(is_meant, table.c.key.is_(None))
    # Two parameters, since under the same name both would be written as the first's type, which is JSON.
    rows = [
        {"of_row": row.row_id, "of_answer": row.label, "of_key": row.label} for row in tx.execute(unanswered)
    ]
    values: dict[str, Any] = {"answer": sa.bindparam("of_answer"), "key": sa.bindparam("of_key")}
    if rows:
        tx.execute(sa.update(table).where(table.c.row_id == sa.bindparam("of_row")).values(values), rows)


def _decide(tx: sa.Connection, is_meant: sa.ColumnElement[bool]) -> None:
    # The loss before the key: an empty `key` is what shows that a row lacks both.
    predicted = sa.select(predictions.c.label).where(predictions.c.case_id == decisions.c.case_id)
    is_other = decisions.c.label != predicted.scalar_subquery()
    loss = sa.case((decisions.c.method == EXPIRED, None), (is_other, 1.0), else_=0.0)
    tx.execute(sa.update(decisions).where(is_meant, decisions.c.key.is_(None)).values(loss=loss))
    _answer(tx, decisions, is_meant)
