"""What a task's data looked like when it was last described, such as all that was labeled, for novelty."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.rows import columns_of, value_of
from storage.sql.upserts import insert
from storage.tables import profiles


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A profile as JSON; a task has at most one of each `kind`, such as `novelty`."""

    task: str
    kind: str
    profile: dict[str, Any]
    made_at: datetime


def save(tx: Transaction, profile: StoredProfile) -> None:
    """Store a profile in place of the task's older profile; nothing changes where a newer is there."""
    new = insert(tx, profiles).values(columns_of(profile))
    tx.execute(
        new.on_conflict_do_update(
            index_elements=["task", "kind"],
            set_={"profile": new.excluded.profile, "made_at": new.excluded.made_at},
            # Two replicas may describe at once: the slower has read the older data.
            where=new.excluded.made_at >= profiles.c.made_at,
        )
    )


def of_kind(tx: Transaction, kind: str) -> list[StoredProfile]:
    """The profiles of a kind, by task."""
    query = sa.select(profiles).where(profiles.c.kind == kind).order_by(profiles.c.task)
    return [value_of(StoredProfile, row) for row in tx.execute(query)]


def made_at(tx: Transaction, kind: str) -> dict[str, datetime]:
    """When each task's profile of a kind was made: whether the large ones have to be read again."""
    query = sa.select(profiles.c.task, profiles.c.made_at).where(profiles.c.kind == kind)
    return {row.task: row.made_at for row in tx.execute(query)}
