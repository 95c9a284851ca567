"""Anchors: how far every chain of the record reached, in a few letters that are kept elsewhere."""

import re
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.record import chains, old_chain, record
from storage.record.chain_check import ANCHORS
from storage.record.chains import PROGRAM, ChainEntry
from storage.sql.json_documents import canonical
from storage.tables import record_entries, record_heads

# Short enough to be read out; without the key no second chain is made to begin like it.
SHOWN = 16  # hexadecimal digits of the link
_FORM = re.compile(rf"([1-9]\d{{0,17}})-([0-9a-f]{{{SHOWN},64}})")


@dataclass(frozen=True, slots=True)
class Anchor:
    """The number of an entry among the anchors, and how its link begins; it binds all chains as they were."""

    length: int
    link: str

    def __str__(self) -> str:
        return f"{self.length}-{self.link}"

    @classmethod
    def parse(cls, text: str) -> "Anchor":
        """The anchor of its text; raises ValueError for another text."""
        match = _FORM.fullmatch(text.strip().lower())
        if match is None:
            raise ValueError("not an anchor; it looks like 12-9f86d081884c7d65")
        return cls(int(match[1]), match[2])


def last(tx: sa.Connection) -> Anchor | None:
    """The latest anchor; None where none was made."""
    query = sa.select(record_heads).where(record_heads.c.chain == ANCHORS)
    head = tx.execute(query).one_or_none()
    return None if head is None else Anchor(head.length, head.link.hex()[:SHOWN])


def cast(tx: sa.Connection, now: datetime) -> bool:
    """Put on record how far every chain reaches; False where none is longer than at the last anchor."""
    # Without the anchors' own chain: else each anchor would be news for the next.
    reached = [[chain, length, link.hex()] for chain, length, link in chains.heads(tx) if chain != ANCHORS]
    if (old := old_chain.head(tx)) is not None:
        reached.append([old_chain.CHAIN, old[0], old[1].hex()])
    data = canonical({"heads": reached})
    if not reached or data == _latest(tx):
        return False
    record.enter(tx, ANCHORS, ChainEntry(now, PROGRAM, "record.anchored", "", data))
    return True


def _latest(tx: sa.Connection) -> str | None:
    entries = record_entries.c
    query = sa.select(entries.data).where(entries.chain == ANCHORS).order_by(entries.seq.desc()).limit(1)
    return tx.execute(query).scalar_one_or_none()
