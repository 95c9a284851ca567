"""Rows that workers take for a while: who may take a row, and who may still finish it."""

from datetime import datetime
from functools import cache
from typing import Any, Protocol

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.upserts import Row


class Lease(Protocol):
    """A claim: only the same owner's same attempt may finish it."""

    @property
    def row_id(self) -> int:
        """The row."""

    @property
    def owner(self) -> str:
        """The process or thread that took it."""

    @property
    def attempt(self) -> int:
        """How often the row had been taken then."""


def take(
    tx: Transaction, table: sa.Table, ready: sa.Select[Any], owner: str, until: datetime, **parameters: Any
) -> list[sa.Row[Any]]:
    """Lease the rows whose `row_id` the query `ready` selects, passing over those that others hold locked.

    `ready` is made once and kept; it takes the `parameters`. The lease's end is `next_try_at`: a worker that
    dies gives its row back by doing nothing.
    """
    values = {**parameters, "new_owner": owner, "leased_until": until}
    # RETURNING keeps no order, on neither dialect.
    return sorted(tx.execute(_take(table, ready), values).all(), key=lambda row: int(row.row_id))


@cache
def _take(table: sa.Table, ready: sa.Select[Any]) -> sa.UpdateBase:
    # A CTE: PostgreSQL may run a subquery with LIMIT and SKIP LOCKED more than once, and take more rows.
    chosen = ready.with_for_update(skip_locked=True, of=table).cte("ready")
    leased = {
        "owner": sa.bindparam("new_owner"),
        "attempt": table.c.attempt + 1,
        "next_try_at": sa.bindparam("leased_until", type_=table.c.next_try_at.type),
    }
    is_chosen = table.c.row_id.in_(sa.select(chosen.c.row_id))
    return sa.update(table).where(is_chosen).values(leased).returning(table)


def change(tx: Transaction, table: sa.Table, held: Lease, values: Row) -> bool:
    """Change a row that is still held; False when the lease has passed to another."""
    # The attempt counts, too: the same owner may have taken the row again after its lease had ended.
    is_mine = (
        (table.c.row_id == held.row_id) & (table.c.owner == held.owner) & (table.c.attempt == held.attempt)
    )
    return tx.execute(sa.update(table).where(is_mine).values(values)).rowcount == 1


def attempted(attempt_id: str, now: datetime) -> Row:
    """The row of a call that is about to be made."""
    # Committed before the call: a process that dies in between
    # leaves the id by which the message can be looked up.
    return {"attempt_id": attempt_id, "attempted_at": now}


def finished() -> Row:
    """The row after a success."""
    return {"owner": None, "failures": 0, "last_error": None, "held_since": None, **_NO_ATTEMPT}


def failed(table: sa.Table, retry_at: datetime, reason: str, *, is_certain: bool) -> Row:
    """The row after a failure; only a call that surely had no effect is forgotten."""
    # Forgotten too early, the next try would post a second time what had arrived without an answer.
    kept = _NO_ATTEMPT if is_certain else {}
    return {
        "owner": None,
        "failures": table.c.failures + 1,
        "next_try_at": retry_at,
        "last_error": reason,
        "held_since": None,
        **kept,
    }


def postponed(retry_at: datetime) -> Row:
    """The row returned without a failure on its record."""
    return {"owner": None, "next_try_at": retry_at}


def held(table: sa.Table, now: datetime, retry_at: datetime, reason: str, *, is_certain: bool) -> Row:
    """The row that waits for a repair since `now` or longer, which is no failure of its own."""
    kept = _NO_ATTEMPT if is_certain else {}
    since = sa.func.coalesce(table.c.held_since, sa.literal(now, table.c.held_since.type))
    return {"owner": None, "next_try_at": retry_at, "last_error": reason, "held_since": since, **kept}


def buried(reason: str) -> Row:
    """The row that is tried no more, and why."""
    return {"owner": None, "dead_reason": reason, "last_error": reason}


def revived(now: datetime) -> Row:
    """A dead row that is to be tried again."""
    # The attempt stays: what died of silence may be in the channel, and is looked up before it is posted.
    return {"dead_reason": None, "held_since": None, "failures": 0, "owner": None, "next_try_at": now}


_NO_ATTEMPT: Row = {"attempt_id": None, "attempted_at": None}
