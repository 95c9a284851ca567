"""The chain that versions before the record wrote: hashes without a key; it is only ever read."""

import hashlib
from typing import Any

import sqlalchemy as sa

from storage.record import canonical_bytes
from storage.record.canonical_bytes import NULL
from storage.record.chain_check import ChainReach
from storage.record.coverage import ROWS_PER_FETCH
from storage.record.findings import Fault, Findings
from storage.record.last_seals import LastSeals
from storage.sql.json_documents import canonical
from storage.tables import audit, audit_head

CHAIN = ""
"""Its name among the chains."""

_TEXTS = ("actor", "action", "subject", "data")


def head(tx: sa.Connection) -> tuple[int, bytes] | None:
    """Its length and its last hash; None where it has no entry."""
    row = tx.execute(sa.select(audit_head.c.length, audit_head.c.hash)).one_or_none()
    return None if row is None else (row.length, row.hash)


def check(tx: sa.Connection, findings: Findings, last_seals: LastSeals, *, is_complete: bool) -> int:
    """Walk it; how many entries it has. With `is_complete` nobody writes to it any more."""
    promises = list(last_seals.promises(CHAIN))
    reach = ChainReach(CHAIN, findings, iter(promises))
    names = ("seq", "at", *_TEXTS, "hash")
    columns = [canonical_bytes.raw(audit.c[name], tx.dialect.name) for name in names]
    query = sa.select(*columns).order_by(audit.c.seq)
    count = 0
    with tx.execute(query, execution_options={"yield_per": ROWS_PER_FETCH}) as rows:
        for seq, at, *texts, link in rows:
            count += 1
            previous = reach.previous
            own = link if isinstance(link, bytes) else b""
            if reach.arrive(seq, own) and _link(previous, seq, at, texts) != own:
                findings.add(Fault.ENTRY_CHANGED, CHAIN, seq)
    raw = [
        canonical_bytes.raw(column, tx.dialect.name) for column in (audit_head.c.length, audit_head.c.hash)
    ]
    stored_head = tx.execute(sa.select(*raw)).first()
    if stored_head is not None or count or promises:
        reach.end(None if stored_head is None else (stored_head[0], stored_head[1]))
    sealed = max((length for length, _ in promises), default=0)
    if is_complete and reach.last > sealed:
        findings.add(Fault.ENTRIES_ADDED, CHAIN, f"{sealed + 1}-{reach.last}")
    return count


def _link(previous: bytes, seq: int, at: Any, texts: list[Any]) -> bytes | None:
    encoded = canonical_bytes.stored(audit.c.at)(at)
    if encoded == NULL or not encoded.lstrip(b"-").isdigit():
        return None
    return hashlib.sha256(previous + canonical([seq, int(encoded), *texts]).encode()).digest()
