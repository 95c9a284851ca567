"""What may happen twice and must count once: Slack events, clicks, digests."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.engine.deletion import forget
from storage.sql.upserts import add_once, insert
from storage.tables import events


def claim(tx: Transaction, key: str, now: datetime) -> bool:
    """True for the first to come with this key, such as `event:Ev1`; False for every repeat."""
    # An INSERT decides who was first: two replicas that look before they write would both be.
    return add_once(tx, events, {"key": key, "claimed_at": now})


def advance(tx: Transaction, key: str, moment: datetime) -> bool:
    """True for a key that is new or was last claimed for an earlier moment, else False."""
    return _claim_after(tx, key, moment, moment)


def lease(tx: Transaction, key: str, now: datetime, length: timedelta) -> bool:
    """True for a key that is new or was last claimed longer ago, else False."""
    return _claim_after(tx, key, now, now - length)


def _claim_after(tx: Transaction, key: str, moment: datetime, last: datetime) -> bool:
    claimed = insert(tx, events).values(key=key, claimed_at=moment)
    newer = claimed.on_conflict_do_update(
        index_elements=["key"], set_={"claimed_at": moment}, where=events.c.claimed_at < last
    )
    return tx.execute(newer, execution_options={"preserve_rowcount": True}).rowcount == 1


def is_claimed(tx: Transaction, key: str) -> bool:
    """Whether somebody came with this key."""
    return tx.execute(sa.select(events.c.key).where(events.c.key == key)).first() is not None


def release(tx: Transaction, key: str) -> None:
    """Let the key be claimed again."""
    tx.execute(sa.delete(events).where(events.c.key == key))


def is_free(prefix: str, name: sa.Column[str]) -> sa.ColumnElement[bool]:
    """For queries that leave out what was done: whether nobody has claimed the key `prefix` + `name`."""
    # With its type: PostgreSQL cannot tell what a bare parameter beside `||` is.
    return ~sa.exists().where(events.c.key == sa.literal(prefix, sa.Text()) + name)


def forget_before(tx: Transaction, moment: datetime) -> int:
    """Drop a portion of the keys claimed before a moment; how many."""
    return forget(tx, events.c.key, events.c.claimed_at, moment)
