"""What must be delivered, stored in the transaction that caused it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from storage.delivery import leases
from storage.delivery.outbox_item import Item, ItemClaim, item_claim_of, item_of
from storage.engine.database import Transaction
from storage.engine.deletion import forget
from storage.sql.upserts import Row, add_new
from storage.tables import outbox

__all__ = ["Item", "ItemClaim"]


def add_many(tx: Transaction, items: Sequence[Item]) -> set[str]:
    """Store the items whose key is new; those keys."""
    return set(add_new(tx, outbox, [_columns(item) for item in items], outbox.c.key))


def claim(
    tx: Transaction, kinds: Collection[str], owner: str, now: datetime, lease_for: timedelta, limit: int
) -> list[ItemClaim]:
    """Take up to `limit` items whose time has come and that wait for no earlier item of their order."""
    parameters = {"kinds": list(kinds), "now": now, "most": limit}
    rows = leases.take(tx, outbox, _ready(), owner, now + lease_for, **parameters)
    return [item_claim_of(row) for row in rows]


@cache
def _ready() -> sa.Select[Any]:
    # A dead item is not pending: those behind it in order do not wait for it.
    earlier = outbox.alias("earlier")
    # What is being delivered is pending until it has arrived, so that nothing overtakes it.
    must_wait = (
        sa.select(earlier.c.row_id)
        .where(earlier.c.is_pending, earlier.c.ordering_key.is_not(None))
        .where(earlier.c.ordering_key == outbox.c.ordering_key, earlier.c.row_id < outbox.c.row_id)
        .exists()
    )
    is_wanted = outbox.c.kind.in_(sa.bindparam("kinds", expanding=True))
    is_time = outbox.c.next_try_at <= sa.bindparam("now")
    return (
        sa.select(outbox.c.row_id)
        .where(outbox.c.is_pending, is_wanted, is_time, ~must_wait)
        .order_by(outbox.c.next_try_at, outbox.c.row_id)
        .limit(sa.bindparam("most"))
    )


def recall(
    tx: Transaction, kind: str, prefix: str, owner: str, now: datetime, lease_for: timedelta, limit: int
) -> list[ItemClaim]:
    """Take back up to `limit` items whose key begins so, as long as nobody has begun to deliver them."""
    parameters = {"only_kind": kind, "prefix": prefix, "most": limit}
    rows = leases.take(tx, outbox, _unsent(), owner, now + lease_for, **parameters)
    return [item_claim_of(row) for row in rows]


@cache
def _unsent() -> sa.Select[Any]:
    begins_so = outbox.c.key.startswith(sa.bindparam("prefix", type_=sa.Text()))
    return (
        sa.select(outbox.c.row_id)
        .where(outbox.c.is_pending, outbox.c.kind == sa.bindparam("only_kind"), begins_so)
        # Neither what a sender holds nor what it may have sent before it died.
        .where(outbox.c.owner.is_(None), outbox.c.attempt_id.is_(None))
        .order_by(outbox.c.row_id)
        .limit(sa.bindparam("most"))
    )


def record_attempt(tx: Transaction, held: ItemClaim, attempt_id: str, now: datetime) -> bool:
    """Note, before the call, the id that the message will carry; False: the lease is lost, do not call."""
    return leases.change(tx, outbox, held, leases.attempted(attempt_id, now))


def note(tx: Transaction, held: ItemClaim, payload: dict[str, Any]) -> bool:
    """Keep with the item what another try need not do again; False when the lease was lost."""
    return leases.change(tx, outbox, held, {"payload": payload})


def finish(tx: Transaction, held: ItemClaim, now: datetime) -> bool:
    """It has arrived; False when the lease was lost meanwhile."""
    return leases.change(tx, outbox, held, {"is_pending": False, "delivered_at": now, **leases.finished()})


def fail(
    tx: Transaction, held: ItemClaim, retry_at: datetime, reason: str, *, is_certain: bool = False
) -> bool:
    """Try again later. `is_certain`: the call surely had no effect, so there is nothing to look up."""
    return leases.change(tx, outbox, held, leases.failed(outbox, retry_at, reason, is_certain=is_certain))


def postpone(tx: Transaction, held: ItemClaim, retry_at: datetime) -> bool:
    """Give the item back without counting a failure."""
    return leases.change(tx, outbox, held, leases.postponed(retry_at))


def hold(
    tx: Transaction,
    held: ItemClaim,
    now: datetime,
    retry_at: datetime,
    reason: str,
    *,
    is_certain: bool = False,
) -> bool:
    """Let it wait for a repair, which is no failure of its own."""
    return leases.change(tx, outbox, held, leases.held(outbox, now, retry_at, reason, is_certain=is_certain))


def bury(tx: Transaction, held: ItemClaim, reason: str) -> bool:
    """Stop trying: a dead letter that says why, until it is revived; those behind it in order go on."""
    return leases.change(tx, outbox, held, {"is_pending": False, **leases.buried(reason)})


def revive(tx: Transaction, item_ids: Collection[str] | None, now: datetime) -> int:
    """Try dead items again, all with None; how many of these were dead."""
    is_dead: sa.ColumnElement[bool] = outbox.c.dead_reason.is_not(None)
    if item_ids is not None:
        is_dead &= outbox.c.item_id.in_(item_ids)
    values = {**leases.revived(now), "is_pending": True}
    return tx.execute(sa.update(outbox).where(is_dead).values(values)).rowcount


def get(tx: Transaction, item_id: str) -> Item | None:
    """The item, delivered or not."""
    row = tx.execute(sa.select(outbox).where(outbox.c.item_id == item_id)).one_or_none()
    return None if row is None else item_of(row)


def dead(tx: Transaction, limit: int = 1_000) -> list[Item]:
    """The dead letters, oldest first."""
    query = sa.select(outbox).where(outbox.c.dead_reason.is_not(None))
    return [item_of(row) for row in tx.execute(query.order_by(outbox.c.row_id).limit(limit))]


def oldest_undelivered_at(tx: Transaction) -> datetime | None:
    """When the item that has waited longest was created; None when nothing waits but for a repair."""
    query = sa.select(outbox.c.created_at).where(outbox.c.is_pending, outbox.c.held_since.is_(None))
    return tx.execute(query.order_by(outbox.c.created_at).limit(1)).scalar_one_or_none()


def forget_before(tx: Transaction, moment: datetime) -> int:
    """Drop a portion of what was delivered before a moment; how many."""
    # By delivery: what is pending or dead has no such moment and stays, however old, for somebody to judge.
    return forget(tx, outbox.c.row_id, outbox.c.delivered_at, moment)


def _columns(item: Item) -> Row:
    return {
        "item_id": item.item_id,
        "kind": item.kind,
        "key": item.key,
        "ordering_key": item.ordering_key,
        "payload": item.payload,
        "created_at": item.created_at,
        "is_pending": True,
        "next_try_at": item.next_try_at or item.created_at,
    }
