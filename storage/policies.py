"""Policies, each version kept whole: an open case keeps the answers of its opening."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.upserts import insert
from storage.tables import policies

_NEXT = sa.select(sa.func.coalesce(sa.func.max(policies.c.sequence), 0) + 1).scalar_subquery()
_NEWEST_FIRST = sa.select(policies.c.version).order_by(policies.c.sequence.desc(), policies.c.version)
_NEXT_ACTIVATION = sa.select(sa.func.coalesce(sa.func.max(policies.c.activation), 0) + 1).scalar_subquery()
_ACTIVE = (
    sa.select(policies.c.version, policies.c.activated_at, policies.c.activated_by)
    .where(policies.c.activation.is_not(None))
    # Two that were activated at the same moment have the same number: every replica takes the same of them.
    .order_by(policies.c.activation.desc(), policies.c.version)
    .limit(1)
)
_DOCUMENT = sa.select(policies.c.document).where(policies.c.version == sa.bindparam("this_version"))


@dataclass(frozen=True, slots=True)
class Activation:
    """Which version is active since when, and which replica's file brought it."""

    version: str
    at: datetime
    replica: str


def remember(tx: Transaction, version: str, document: dict[str, Any], now: datetime) -> None:
    """Keep the policy that is in force from `now` on; a version that was kept before is the newest again."""
    new = insert(tx, policies).values(version=version, document=document, sequence=_NEXT, first_seen_at=now)
    tx.execute(
        new.on_conflict_do_update(index_elements=["version"], set_={"sequence": new.excluded.sequence})
    )


def newest_first(tx: Transaction) -> list[str]:
    """The versions that are kept, that which came into force last first."""
    return list(tx.execute(_NEWEST_FIRST).scalars())


def document(tx: Transaction, version: str) -> Any:
    """The policy of that version; None where it is not kept or is no JSON any more."""
    try:
        return tx.execute(_DOCUMENT, {"this_version": version}).scalar()
    except ValueError:  # SQLite takes any text; a row that somebody mended by hand may hold any
        return None


def active(tx: Transaction) -> Activation | None:
    """The version that is active for all replicas; None in a database where none ever was."""
    row = tx.execute(_ACTIVE).first()
    return Activation(row.version, row.activated_at, row.activated_by) if row else None


def was_active(tx: Transaction, version: str) -> bool:
    """Whether this version is active or ever was."""
    has_number = (policies.c.version == version) & policies.c.activation.is_not(None)
    return tx.execute(sa.select(policies.c.version).where(has_number)).first() is not None


def activate(tx: Transaction, activation: Activation) -> None:
    """Make a version that is kept active."""
    values = {
        "activation": _NEXT_ACTIVATION,
        "activated_at": activation.at,
        "activated_by": activation.replica,
    }
    # A new number, not the moment: a version that comes back
    # is the latest again, whatever replicas' clocks say.
    tx.execute(sa.update(policies).where(policies.c.version == activation.version).values(values))
