"""The audit trail: a chain of hashes, so that an edit behind the application's back shows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from storage.column_types import EPOCH, MICROSECOND
from storage.database import Transaction
from storage.documents import canonical, load
from storage.tables import audit, audit_head
from storage.upserts import insert_in

GENESIS = bytes(32)
HEAD = 1
_ADD = sa.insert(audit)
_SET_HASH = sa.update(audit_head).where(audit_head.c.head == HEAD)
ROWS_PER_FETCH = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """Who (`actor`) did what (`action`, such as `case.opened`) to what (`subject`, an id), with details."""

    at: datetime
    actor: str
    action: str
    subject: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The outcome of a check; `first_bad_seq` is the first number that is wrong or missing."""

    ok: bool
    first_bad_seq: int | None
    count: int


def append_many(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Add entries to the chain. The head stays locked until the commit, so append last in a transaction."""
    if not entries:
        return
    count, previous = _lengthen(tx, len(entries))
    rows = []
    for seq, entry in enumerate(entries, start=count - len(entries) + 1):
        data = canonical(entry.data)
        previous = _link(previous, seq, entry.at, entry.actor, entry.action, entry.subject, data)
        rows.append(
            {
                "seq": seq,
                "at": entry.at,
                "actor": entry.actor,
                "action": entry.action,
                "subject": entry.subject,
                "data": data,
                "hash": previous,
            }
        )
    tx.execute(_ADD, rows)
    tx.execute(_SET_HASH, {"hash": previous})


def verify(tx: Transaction) -> AuditReport:
    """Walk the chain and name the first entry that was edited, removed, moved or cut off the end."""
    head = tx.execute(sa.select(audit_head.c.length, audit_head.c.hash)).one_or_none()
    promised, last_hash = (0, GENESIS) if head is None else (head.length, head.hash)
    previous, seen = GENESIS, 0
    query = sa.select(audit).order_by(audit.c.seq)
    with tx.execute(query, execution_options={"yield_per": ROWS_PER_FETCH}) as rows:
        for row in rows:
            link = _link(previous, row.seq, row.at, row.actor, row.action, row.subject, row.data)
            if row.seq != seen + 1 or row.hash != link:
                return AuditReport(ok=False, first_bad_seq=seen + 1, count=promised)
            previous, seen = link, row.seq
    if seen < promised:
        return AuditReport(ok=False, first_bad_seq=seen + 1, count=promised)
    if seen > promised or previous != last_hash:
        return AuditReport(ok=False, first_bad_seq=min(seen, promised + 1), count=promised)
    return AuditReport(ok=True, first_bad_seq=None, count=promised)


def of_subject(tx: Transaction, subject: str, limit: int) -> list[Entry]:
    """What happened to a subject, oldest first."""
    query = sa.select(audit).where(audit.c.subject == subject).order_by(audit.c.seq).limit(limit)
    rows = tx.execute(query)
    return [Entry(row.at, row.actor, row.action, row.subject, load(row.data)) for row in rows]


def _lengthen(tx: Transaction, by: int) -> tuple[int, bytes]:
    """Lock the head and promise `by` more entries: the new count and the hash to go on from."""
    row = {"head": HEAD, "length": by, "hash": GENESIS}
    head = tx.execute(_longer(tx.dialect.name), row).one()
    return head.length, head.hash


@cache
def _longer(dialect: str) -> sa.Insert:
    first = insert_in(dialect, audit_head)
    longer = first.on_conflict_do_update(
        index_elements=["head"], set_={"length": audit_head.c.length + first.excluded.length}
    )
    return longer.returning(audit_head.c.length, audit_head.c.hash)


def _link(previous: bytes, seq: int, at: datetime, *fields: str) -> bytes:
    microseconds = (at - EPOCH) // MICROSECOND
    return hashlib.sha256(previous + canonical([seq, microseconds, *fields]).encode()).digest()
