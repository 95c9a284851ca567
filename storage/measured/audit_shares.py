"""Audit shares that leads ask for, each for a while; they only ever raise a tier's own."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.engine.database import Transaction
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
    """Store a request; False when one of this very moment is there."""
    return add_once(tx, audit_shares, {name: getattr(wanted, name) for name in AuditShare.__slots__})


def in_force(tx: Transaction, now: datetime) -> list[AuditShare]:
    """The requests that hold at `now`, in the order in which they were made."""
    holds = (audit_shares.c.from_at <= now) & (audit_shares.c.until_at > now)
    query = sa.select(audit_shares).where(holds).order_by(audit_shares.c.row_id)
    return [
        AuditShare(**{name: getattr(row, name) for name in AuditShare.__slots__}) for row in tx.execute(query)
    ]
