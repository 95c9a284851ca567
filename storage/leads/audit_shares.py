"""Audit shares that leads ask for, each for a while; they only ever raise a tier's own."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.rows import columns_of, value_of
from storage.sql.upserts import add_once
from storage.tables import audit_shares


@dataclass(frozen=True, slots=True)
class AuditShare:
    """The chance of an audit that `asked_by` wants in a tier, from `from_at` to before `until_at`."""

    task: str
    tier: str
    share: float
    asked_by: str
    from_at: datetime
    until_at: datetime


def ask(tx: Transaction, wanted: AuditShare) -> bool:
    """Store a request; False when the tier has a request of this very moment."""
    return add_once(tx, audit_shares, columns_of(wanted))


def in_force(tx: Transaction, now: datetime) -> list[AuditShare]:
    """The requests that hold at `now`, in the order in which they were made."""
    holds = (audit_shares.c.from_at <= now) & (audit_shares.c.until_at > now)
    query = sa.select(audit_shares).where(holds).order_by(audit_shares.c.row_id)
    return [value_of(AuditShare, row) for row in tx.execute(query)]
