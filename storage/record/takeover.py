"""Takes the rows of earlier versions into the record as they are found, portion by portion."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.record import coverage, old_chain, record, seals
from storage.record.chain_check import COMPLETE, TAKEN_IN
from storage.record.chains import PROGRAM, Act
from storage.record.coverage import COVERED, Coverage
from storage.record.seals import SALT
from storage.sql.json_documents import canonical, load
from storage.tables import predictions, record_entries

PORTION = 500
NO_ORIGIN = predictions.c.origin.is_(None)
OVERLAP = timedelta(hours=1)
"""So long after the first portion a replica of an earlier version may still write; that is taken in too."""


def begin(tx: sa.Connection) -> None:
    """Note that rows of an earlier version are to be taken in; does nothing where there are none."""
    if any(tx.execute(sa.select(sa.exists(sa.select(covered.table)))).scalar() for covered in COVERED):
        record.enter(tx, TAKEN_IN, Act(None, PROGRAM, "record.begun", "", _data(tx, {}, is_caught_up=False)))


def is_over(tx: sa.Connection) -> bool:
    """Whether nothing is left to take in."""
    last = _last(tx)
    return last is None or last.action == COMPLETE


def portion(tx: sa.Connection, now: datetime) -> int:
    """Take in up to 500 more rows; how many. It is over when none is left, an hour after the first."""
    last = _last(tx)
    if last is None or last.action == COMPLETE:
        return 0
    data = load(last.data)
    is_early = now - (_began_at(tx) or now) < OVERLAP
    if is_early and data["is_caught_up"]:
        return 0  # what comes now is on record already, but for what an earlier version may still write
    until = dict(data["until"])
    sealed = list(_sealed(tx, until))
    if sealed or is_early:
        act = Act(now, PROGRAM, "record.taken_in", "", _data(tx, until, is_caught_up=len(sealed) < PORTION))
    else:
        act = Act(now, PROGRAM, COMPLETE, "", _data(tx, until, is_caught_up=True))
    record.enter(tx, TAKEN_IN, act, sealed)
    return len(sealed)


def has_origins(tx: sa.Connection) -> bool:
    """Whether every prediction has its origin; version 0.1, while it still runs, may write more without."""
    return not tx.execute(sa.select(sa.exists().where(NO_ORIGIN))).scalar_one()


def fill_origins(tx: sa.Connection) -> int:
    """Fill the origin of up to 500 more predictions of version 0.1, oldest first; how many."""
    # Without word on record: no seal of a row that lacks its origin covers that, `_complete` sees to it.
    bare = sa.select(predictions.c.row_id).where(NO_ORIGIN).order_by(predictions.c.row_id).limit(PORTION)
    rows = tx.execute(bare).scalars().all()
    tx.execute(_origin_of_kind(predictions.c.row_id.in_(rows)))
    return len(rows)


def _origin_of_kind(is_meant: sa.ColumnElement[bool]) -> sa.Update:
    return sa.update(predictions).where(is_meant, NO_ORIGIN).values(origin=predictions.c.kind)


def _sealed(tx: sa.Connection, until: dict[str, int]) -> Iterator[list[Any]]:
    """The seals of the next portion of rows; `until` grows with them."""
    left = PORTION
    for covered in COVERED:
        arrivals = _next(tx, covered, until.get(covered.name, 0), left)
        if not arrivals:
            continue
        _complete(tx, covered, arrivals)
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


def _complete(tx: sa.Connection, covered: Coverage, arrivals: list[int]) -> None:
    """Give a salt to the rows that have none: a row that was changed since the upgrade has one.

    Predictions get their origin, too: once it is covered it has to stay as it is.
    """
    if not covered.has_salt:
        return
    table = covered.table
    if table is predictions:
        tx.execute(_origin_of_kind(table.c.row_id.between(arrivals[0], arrivals[-1])))
    is_bare = (table.c[covered.arrival] == sa.bindparam("of_arrival")) & table.c[SALT].is_(None)
    rows = [{"of_arrival": arrival, "new_salt": record.new_salt(tx)} for arrival in arrivals]
    tx.execute(sa.update(table).where(is_bare).values({SALT: sa.bindparam("new_salt")}), rows)


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
    query = sa.select(entries.at).where(entries.chain == TAKEN_IN, entries.seq == 2)
    return tx.execute(query).scalar_one_or_none()
