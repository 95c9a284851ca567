"""The processes that serve, when each was there last, and which policy its file holds."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.upserts import insert
from storage.tables import replicas


@dataclass(frozen=True, slots=True)
class Replica:
    """A process; `policy_version` is that of its file as it could be read last."""

    name: str
    policy_version: str
    seen_at: datetime


def see(tx: Transaction, replica: Replica) -> datetime | None:
    """Note that the replica is there; when it was before, None if it was not."""
    row = replicas.c.replica == replica.name
    before: datetime | None = tx.execute(sa.select(replicas.c.seen_at).where(row)).scalar()
    changed = {"policy_version": replica.policy_version, "seen_at": replica.seen_at}
    new = insert(tx, replicas).values(replica=replica.name, **changed)
    tx.execute(new.on_conflict_do_update(index_elements=["replica"], set_=changed))
    return before


def leave(tx: Transaction, name: str) -> None:
    """The replica ends."""
    tx.execute(sa.delete(replicas).where(replicas.c.replica == name))


def seen_since(tx: Transaction, moment: datetime) -> list[Replica]:
    """The replicas that were there after a moment, by name."""
    # A process that was killed leaves its row: only the moment tells the living from the dead.
    query = sa.select(replicas).where(replicas.c.seen_at > moment).order_by(replicas.c.replica)
    return [Replica(row.replica, row.policy_version, row.seen_at) for row in tx.execute(query)]


def forget_before(tx: Transaction, moment: datetime) -> None:
    """Drop those that ended long ago without a word."""
    tx.execute(sa.delete(replicas).where(replicas.c.seen_at < moment))
