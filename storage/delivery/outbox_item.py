"""Something to deliver once: a callback, a notice or a digest, kept until it has arrived."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.sql.rows import value_of


@dataclass(frozen=True, slots=True)
class Item:
    """A delivery, unique by `key` for ever; those that share an `ordering_key` go in order."""

    item_id: str
    kind: str
    key: str
    payload: dict[str, Any]
    created_at: datetime
    ordering_key: str | None = None
    next_try_at: datetime | None = None
    failures: int = 0
    last_error: str | None = None
    dead_reason: str | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ItemClaim:
    """An item taken for delivery. A `previous_attempt_id` is open: it may have arrived."""

    row_id: int
    item: Item
    owner: str
    attempt: int
    previous_attempt_id: str | None
    previous_attempted_at: datetime | None


def item_of(row: Any) -> Item:
    """The item of a row."""
    return value_of(Item, row)


def item_claim_of(row: Any) -> ItemClaim:
    """The claim of a row that was just taken."""
    return ItemClaim(row.row_id, item_of(row), row.owner, row.attempt, row.attempt_id, row.attempted_at)
