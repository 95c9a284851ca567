"""Policies as they were in force, each version kept whole: an open case keeps the answers of its opening."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.upserts import insert
from storage.tables import policies

_NEXT = sa.select(sa.func.coalesce(sa.func.max(policies.c.sequence), 0) + 1).scalar_subquery()
_NEWEST_FIRST = sa.select(policies.c.version).order_by(policies.c.sequence.desc(), policies.c.version)
_DOCUMENT = sa.select(policies.c.document).where(policies.c.version == sa.bindparam("this_version"))


def remember(tx: Transaction, version: str, document: dict[str, Any], now: datetime) -> None:
    """Keep the policy that is in force from `now` on; one that was before is the newest again."""
    new = insert(tx, policies).values(version=version, document=document, sequence=_NEXT, first_seen_at=now)
    tx.execute(
        new.on_conflict_do_update(index_elements=["version"], set_={"sequence": new.excluded.sequence})
    )


def newest_first(tx: Transaction) -> list[str]:
    """The versions that are kept, the one that came into force last first."""
    return list(tx.execute(_NEWEST_FIRST).scalars())


def document(tx: Transaction, version: str) -> Any:
    """What the policy of that version said; None where it is not kept or is no JSON any more."""
    try:
        return tx.execute(_DOCUMENT, {"this_version": version}).scalar()
    except ValueError:  # SQLite takes any text; a row that somebody mended by hand may hold one
        return None
