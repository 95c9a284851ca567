"""First answers to signed webhooks, so that a replay gets the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.engine.deletion import forget
from storage.sql.rows import columns_of, value_of
from storage.sql.upserts import ensure
from storage.tables import receipts

KEYS_PER_QUERY = 500  # SQLite compiles at most 32,766 parameters, of which each key takes two
_FIND = sa.select(receipts).where(
    sa.tuple_(receipts.c.service, receipts.c.webhook_id).in_(sa.bindparam("keys", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was answered to a `webhook-id`: the HTTP status and the JSON body."""

    service: str
    webhook_id: str
    body_digest: bytes
    status: int
    answer: Any
    received_at: datetime


def add_many(tx: Transaction, new: Sequence[Receipt]) -> None:
    """Store answers; the first to a webhook id stays."""
    # A replay must get the very answer of the first try, also after the case has moved on.
    ensure(tx, receipts, [columns_of(receipt) for receipt in new])


def find_many(tx: Transaction, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Receipt]:
    """The first answers to these `(service, webhook id)`."""
    wanted = list(dict.fromkeys(keys))
    stored: dict[tuple[str, str], Receipt] = {}
    for start in range(0, len(wanted), KEYS_PER_QUERY):
        for row in tx.execute(_FIND, {"keys": wanted[start : start + KEYS_PER_QUERY]}):
            stored[row.service, row.webhook_id] = value_of(Receipt, row)
    return stored


def forget_before(tx: Transaction, moment: datetime) -> int:
    """Drop a portion of the answers from before a moment; how many."""
    return forget(tx, receipts.c.row_id, receipts.c.received_at, moment)
