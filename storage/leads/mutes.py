"""Findings that a team does not want to hear of for a while."""

from datetime import datetime

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.upserts import insert
from storage.tables import mutes


def mute(tx: Transaction, team: str, subject: str, muted_by: str, until: datetime) -> None:
    """Tell the team nothing of `subject` before `until`; muting again sets the moment anew."""
    new = insert(tx, mutes).values(team=team, subject=subject, muted_by=muted_by, until_at=until)
    tx.execute(
        new.on_conflict_do_update(
            index_elements=["team", "subject"],
            set_={"muted_by": new.excluded.muted_by, "until_at": new.excluded.until_at},
        )
    )


def muted(tx: Transaction, team: str, now: datetime) -> frozenset[str]:
    """The subjects of which the team hears nothing at `now`."""
    query = sa.select(mutes.c.subject).where(mutes.c.team == team, mutes.c.until_at > now)
    return frozenset(tx.execute(query).scalars())
