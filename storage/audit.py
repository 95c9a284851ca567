"""The audit trail: who did what, on record beside the rows that it wrote."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.record import record, record_check
from storage.record.anchor import Anchor
from storage.record.chains import ChainEntry
from storage.record.findings import AuditReport
from storage.sql.json_documents import canonical, load
from storage.tables import audit, record_entries


@dataclass(frozen=True, slots=True)
class Entry:
    """Who (`actor`) did what (`action`, such as `case.opened`) to what (`subject`, an id), with details."""

    at: datetime
    actor: str
    action: str
    subject: str
    data: dict[str, Any]


def append_many(tx: Transaction, entries: Iterable[Entry]) -> None:
    """Put what was done on record, with the rows that this transaction writes of each entry's case."""
    acts = (
        ChainEntry(entry.at, entry.actor, entry.action, entry.subject, canonical(entry.data))
        for entry in entries
    )
    record.act(tx, acts)


def verify(tx: Transaction, anchors: Iterable[Anchor] = ()) -> AuditReport:
    """Check the whole record under the keys of the database, against `anchors` that were kept elsewhere."""
    return record_check.verify(tx, record.keyring_of(tx), tuple(anchors))


def of_subject(tx: Transaction, subject: str, limit: int) -> list[Entry]:
    """What happened to a subject, oldest first."""
    before = sa.select(audit).where(audit.c.subject == subject).order_by(audit.c.seq).limit(limit)
    columns = record_entries.c
    since = sa.select(record_entries).where(columns.subject == subject).order_by(columns.chain, columns.seq)
    rows = [*tx.execute(before), *tx.execute(since.limit(limit))]
    return [Entry(row.at, row.actor, row.action, row.subject, load(row.data)) for row in rows[:limit]]
