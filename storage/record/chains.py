"""Chains of entries, each linked under a key to the entry before it; a chain for each task and tier."""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from storage.record.canonical_bytes import framed
from storage.record.coverage import Encoder
from storage.record.keyring import Keyring
from storage.sql.json_documents import dump
from storage.sql.upserts import insert_in
from storage.tables import record_entries, record_heads

GENESIS = bytes(32)
GENERAL = "general"
"""What is about no case; the names of cases' chains hold a slash, so no task and tier make this name."""

PROGRAM = "second look"
"""The actor of what nobody did."""

LINKED = ("chain", "seq", "at", "actor", "action", "subject", "data", "rows", "key_id")
_ADD = sa.insert(record_entries)
_SET_LINK = sa.update(record_heads).where(record_heads.c.chain == sa.bindparam("of_chain"))
_ENCODER = Encoder(record_entries, LINKED)


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """What an entry says; `at` is None where the moment is not certain."""

    at: datetime | None
    actor: str
    action: str
    subject: str
    data: str = "{}"


SealedEntry = tuple[ChainEntry, Sequence[Any]]
"""An act with the seals, as JSON, of the rows that were written by it."""


def chain_of(task: str, tier: str) -> str:
    """The chain of the cases of a task and tier."""
    return f"{task}/{tier}"


def append(tx: sa.Connection, acts: Mapping[str, Sequence[SealedEntry]], keyring: Keyring) -> None:
    """Add acts to their chains. Each chain's head stays locked until the commit, so this comes last.

    Raises KeyMissing.
    """
    key_id, secret = keyring.signer
    rows: list[dict[str, Any]] = []
    heads = []
    for chain in sorted(acts):  # in one order everywhere, so that two transactions never wait for each other
        length, link = _lengthen(tx, chain, len(acts[chain]))
        for seq, (act, sealed) in enumerate(acts[chain], start=length - len(acts[chain]) + 1):
            values = (chain, seq, act.at, act.actor, act.action, act.subject, act.data, dump(sealed), key_id)
            row: dict[str, Any] = dict(zip(LINKED, values, strict=True))
            link = row["link"] = link_of(secret, link, _ENCODER(row))
            rows.append(row)
        heads.append({"of_chain": chain, "link": link})
    tx.execute(_ADD, rows)
    tx.execute(_SET_LINK, heads)


def link_of(secret: bytes, previous: bytes, encoded: Sequence[bytes]) -> bytes:
    """The HMAC-SHA256 that binds an entry, encoded in the order of `LINKED`, to the entry before it."""
    return hmac.digest(secret, previous + framed(encoded), "sha256")


def heads(tx: sa.Connection) -> Iterator[tuple[str, int, bytes]]:
    """Each chain with its length and its last link, in the order of their names."""
    for row in tx.execute(sa.select(record_heads).order_by(record_heads.c.chain)):
        yield row.chain, row.length, row.link


def _lengthen(tx: sa.Connection, chain: str, by: int) -> tuple[int, bytes]:
    """Lock the chain's head and promise `by` more entries: the new length and the link to go on from."""
    row = {"chain": chain, "length": by, "link": GENESIS}
    head = tx.execute(_longer(tx.dialect.name), row).one()
    return head.length, head.link


@cache
def _longer(dialect: str) -> sa.Insert:
    first = insert_in(dialect, record_heads)
    longer = first.on_conflict_do_update(
        index_elements=["chain"], set_={"length": record_heads.c.length + first.excluded.length}
    )
    return longer.returning(record_heads.c.length, record_heads.c.link)
