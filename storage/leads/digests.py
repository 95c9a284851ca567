"""Digests as they were made, so that whoever reads them later reads the same numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.rows import columns_of, value_of
from storage.sql.upserts import add_once
from storage.tables import digests


@dataclass(frozen=True, slots=True)
class StoredDigest:
    """A team's digest as JSON; `key` names its period for ever."""

    key: str
    team: str
    since_at: datetime
    until_at: datetime
    made_at: datetime
    document: dict[str, Any]


def keep(tx: Transaction, digest: StoredDigest) -> bool:
    """Store a digest; False when that of the period was stored before, which stays as it is."""
    return add_once(tx, digests, columns_of(digest))


def get(tx: Transaction, key: str) -> StoredDigest | None:
    """The digest of that name; None if none was made."""
    return next(iter(_selected(tx, sa.select(digests).where(digests.c.key == key))), None)


def history(tx: Transaction, team: str, limit: int) -> list[StoredDigest]:
    """The team's own digests, newest first: not those that somebody asked for alone."""
    is_own = digests.c.key.startswith("digest:", autoescape=True)
    of_team = sa.select(digests).where(digests.c.team == team, is_own)
    return _selected(tx, of_team.order_by(digests.c.until_at.desc(), digests.c.row_id.desc()).limit(limit))


def _selected(tx: Transaction, query: sa.Select[Any]) -> list[StoredDigest]:
    return [value_of(StoredDigest, row) for row in tx.execute(query)]
