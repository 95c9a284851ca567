"""Takes the rows of earlier versions into the record as they are, portion by portion."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.record import completion, coverage, old_chain, record, seals
from storage.record.chain_check import COMPLETE, TAKEN_IN
from storage.record.chains import PROGRAM, ChainEntry
from storage.record.coverage import COVERED, Coverage
from storage.sql.json_documents import canonical, load
from storage.tables import record_entries

OVERLAP = timedelta(hours=1)
"""So long after the first portion a replica of an earlier version may still write; that is taken in too."""


def begin(tx: sa.Connection) -> None:
    """Note that rows of an earlier version are to be taken in; does nothing where there are none."""
    if any(tx.execute(sa.select(sa.exists(sa.select(covered.table)))).scalar() for covered in COVERED):
        data = _data(tx, {}, is_caught_up=False)
        record.enter(tx, TAKEN_IN, ChainEntry(None, PROGRAM, "record.begun", "", data))


def is_over(tx: sa.Connection) -> bool:
    """Whether nothing is left to take in."""
    last = _last(tx)
    return last is None or last.action == COMPLETE


def portion(tx: sa.Connection, now: datetime) -> int:
    """Take in up to 500 more rows; how many. It is over when none is left, an hour after the first."""
    last = _last(tx)
    if last is None or last.action == COMPLETE:
        return 0
    reached = load(last.data)
    is_early = now - (_began_at(tx) or now) < OVERLAP
    if is_early and reached["is_caught_up"]:
        return 0  # what comes now is on record already, but for what an earlier version may still write
    until = dict(reached["until"])
    sealed = list(_sealed(tx, until))
    action = "record.taken_in" if sealed or is_early else COMPLETE
    data = _data(tx, until, is_caught_up=len(sealed) < completion.PORTION)
    record.enter(tx, TAKEN_IN, ChainEntry(now, PROGRAM, action, "", data), sealed)
    return len(sealed)


def _sealed(tx: sa.Connection, until: dict[str, int]) -> Iterator[list[Any]]:
    """The seals of the next portion of rows; `until` grows with them."""
    left = completion.PORTION
    for covered in COVERED:
        arrivals = _next(tx, covered, until.get(covered.name, 0), left)
        if not arrivals:
            continue
        completion.complete(tx, covered, arrivals)  # first: what is sealed below has to stay as it is
        arrival = covered.table.c[covered.arrival]
        for row in coverage.stored(tx, covered, arrival >= arrivals[0], arrival <= arrivals[-1]):
            yield seals.seal_of_stored(covered, row, record.secret_of(tx))
        until[covered.name] = arrivals[-1]
        left -= len(arrivals)
        if not left:
            return


def _next(tx: sa.Connection, covered: Coverage, after: int, limit: int) -> list[int]:
    arrival = covered.table.c[covered.arrival]
    query = sa.select(arrival).where(arrival > after).order_by(arrival).limit(limit)
    return list(tx.execute(query).scalars())


def _data(tx: sa.Connection, until: dict[str, int], *, is_caught_up: bool) -> str:
    """How far the rows were taken in, and how far the old chain reached."""
    old = old_chain.head(tx)
    heads = [] if old is None else [[old_chain.CHAIN, old[0], old[1].hex()]]
    return canonical({"until": until, "is_caught_up": is_caught_up, "heads": heads})


def _last(tx: sa.Connection) -> Any:
    entries = record_entries.c
    query = sa.select(record_entries).where(entries.chain == TAKEN_IN).order_by(entries.seq.desc()).limit(1)
    return tx.execute(query).one_or_none()


def _began_at(tx: sa.Connection) -> datetime | None:
    """When the first portion was taken in."""
    entries = record_entries.c
    # The second: the first, of the upgrade, knows no moment.
    query = sa.select(entries.at).where(entries.chain == TAKEN_IN, entries.seq == 2)
    return tx.execute(query).scalar_one_or_none()
