"""Slices that leads want more of checked, each for a while; they only ever raise a tier's own share."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.rows import columns_of, value_of
from storage.sql.upserts import ensure
from storage.tables import slice_checks


@dataclass(frozen=True, slots=True)
class SliceCheck:
    """The chance of an audit that `asked_by` wants where `name` is `value`, in a tier and for a while.

    `name` may be PREDICTED, then `value` is the model's label.
    """

    task: str
    tier: str
    name: str
    value: str
    share: float
    asked_by: str
    from_at: datetime
    until_at: datetime


def ask(tx: Transaction, wanted: Sequence[SliceCheck]) -> None:
    """Store requests; of this very moment only the first."""
    ensure(tx, slice_checks, [columns_of(check) for check in wanted])


def in_force(tx: Transaction, now: datetime) -> list[SliceCheck]:
    """The requests that hold at `now`, in the order in which they were made."""
    query = sa.select(slice_checks).where(*_holds(now)).order_by(slice_checks.c.row_id)
    return [value_of(SliceCheck, row) for row in tx.execute(query)]


def end(tx: Transaction, tasks: Collection[str], name: str, values: Collection[str], now: datetime) -> int:
    """Take back what holds for a slice of these tasks; how many requests that were."""
    meant = (slice_checks.c.task.in_(sorted(tasks)), slice_checks.c.name == name)
    query = sa.update(slice_checks).where(*_holds(now), *meant, slice_checks.c.value.in_(sorted(values)))
    return tx.execute(query.values(ended_at=now)).rowcount


def _holds(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    columns = slice_checks.c
    return columns.from_at <= now, columns.until_at > now, columns.ended_at.is_(None)
