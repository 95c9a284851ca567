"""The only writer of the tables that the record covers: what it writes goes on record before the commit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from storage.errors import DataRefused
from storage.privacy import content_of
from storage.record import chains, coverage, seals
from storage.record.chains import GENERAL, PROGRAM, ChainEntry, SealedEntry, chain_of
from storage.record.keyring import Keyring
from storage.record.seals import DROPPED, ERASED, SALT, WRITTEN, State
from storage.sql import upserts
from storage.sql.json_documents import JsonString, dump
from storage.sql.upserts import Row
from storage.tables import predictions

INFO = "secondlook_record"
KEYRING = "secondlook_keyring"
"""Where a transaction has what it will put on record, and among its execution options the keys."""

KEYS_PER_QUERY = 500  # SQLite compiles at most 32,766 parameters and 1,000 levels of expression
SEALS_PER_ENTRY = 500
CHANGED = (PROGRAM, "rows.changed", "")
"""Actor, action and subject of an entry for rows that belong to no act."""

_PLACES = sa.select(predictions.c.case_id, predictions.c.task, predictions.c.tier).where(
    predictions.c.case_id.in_(sa.bindparam("case_ids", expanding=True))
)


@dataclass(slots=True)
class _TouchedRow:
    """The last state of a row in this transaction, what it was before, and the case that it belongs to."""

    coverage: coverage.Coverage
    row: Any
    case_id: str
    state: State
    before: tuple[bytes, ...]


@dataclass(slots=True)
class _PendingEntries:
    """What this transaction puts on record when it ends: acts, and rows with the chains of their cases."""

    keyring: Keyring
    acts: list[ChainEntry] = field(default_factory=list)
    rows: dict[tuple[str, str], _TouchedRow] = field(default_factory=dict)
    chains: dict[str, str] = field(default_factory=dict)
    special: dict[str, list[SealedEntry]] = field(default_factory=dict)


@contextmanager
def kept(tx: sa.Connection) -> Iterator[None]:
    """Put on record, at the end of the block, what was written in it.

    That locks the heads of the chains until the commit, so it comes last. Raises KeyMissing.
    """
    info = tx.info  # of the connection, with which it stays in the pool
    info[INFO] = _PendingEntries(keyring_of(tx))
    try:
        yield
        flush(tx)
    finally:
        del info[INFO]


def flush(tx: sa.Connection) -> None:
    """Put on record now what was written until now."""
    pending = _pending(tx)
    if not (pending.acts or pending.rows or pending.special):
        return
    _place(tx, pending, (touched.case_id for touched in pending.rows.values()))
    _place(tx, pending, (act.subject for act in pending.acts if act.subject))
    chains.append(tx, _by_chain(pending), pending.keyring)
    tx.info[INFO] = _PendingEntries(pending.keyring)


def act(tx: sa.Connection, acts: Iterable[ChainEntry]) -> None:
    """Put acts on record when the transaction ends, with the rows it writes of the case each is about."""
    _pending(tx).acts.extend(acts)


def enter(tx: sa.Connection, chain: str, act: ChainEntry, sealed: Sequence[Any] = ()) -> None:
    """Put an act about the record itself on a chain of its own, with seals of rows that stay as they are."""
    _pending(tx).special.setdefault(chain, []).append((act, sealed))


def keyring_of(tx: sa.Connection) -> Keyring:
    """The keys under which this transaction reads and writes the record."""
    keyring: Keyring = tx.get_execution_options()[KEYRING]
    return keyring


def secret_of(tx: sa.Connection) -> bytes:
    """The secret of the key that signs; raises KeyMissing."""
    _, secret = _pending(tx).keyring.signer
    return secret


def new_salt(tx: sa.Connection) -> bytes:
    """A new salt."""
    return _pending(tx).keyring.new_salt()


def add(tx: sa.Connection, table: sa.Table, rows: Sequence[Row], case_id: str | None = None) -> None:
    """Insert rows, which must be new. `case_id` names their case where the table has no such column."""
    if rows:
        tx.execute(_insert(table), _ready(tx, table, rows))
        _note(tx, table, rows, case_id=case_id)


def add_once(tx: sa.Connection, table: sa.Table, row: Row) -> bool:
    """Insert the row; False when a row with the same unique key is there."""
    (ready,) = _ready(tx, table, [row])
    is_new = upserts.add_once(tx, table, ready)
    if is_new:
        _note(tx, table, [ready])
    return is_new


def add_new(tx: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> set[str]:
    """Insert the rows that break no unique key; the keys of the new ones. No key may be there before."""
    (name,) = coverage.of(table).key
    ready = _ready(tx, table, rows)
    if len(ready) == 1:
        new = set(upserts.add_new(tx, table, ready, table.c[name]))
    else:
        # RETURNING makes a single statement of all rows, and PostgreSQL's driver is twice as long about it.
        upserts.ensure(tx, table, ready)
        new = set(_present(tx, table.c[name], [row[name] for row in ready]))
    _note(tx, table, [row for row in ready if row[name] in new])
    return new


def change(tx: sa.Connection, table: sa.Table, key: Row, values: Row, unless: str | None = None) -> bool:
    """Update the row of this key, only while its column `unless` is empty; False when there is none."""
    # Under its lock: what the row was is sealed with the change, and an edit in between would pass for ours.
    row = _locked(tx, table, key)
    if row is None or (unless is not None and row[unless] is not None):
        return False
    salt = {SALT: row[SALT] or new_salt(tx)} if SALT in table.c else {}  # none in a row of earlier versions
    _replace(tx, table, row, {**values, **salt}, WRITTEN)
    return True


def erase(tx: sa.Connection, table: sa.Table, key: Row) -> bool:
    """Take the content and its salt out of a row; what stays verifies. False when there is no such row."""
    row = _locked(tx, table, key)
    if row is None:
        return False
    covered = coverage.of(table)
    # A content column that no version of the seal covers yet is emptied all the same.
    values = {**dict.fromkeys(content_of(table.name)), **covered.blank(covered.key_of(row))}
    _replace(tx, table, row, {**values, SALT: None}, ERASED)
    return True


def drop(tx: sa.Connection, table: sa.Table, key: Row, case_id: str | None = None) -> bool:
    """Delete a row, leaving word of it on record; False when there is none. `case_id` as in `add`."""
    row = _locked(tx, table, key)
    if row is None:
        return False
    _place(tx, _pending(tx), [case_id or row["case_id"]])  # while its prediction can still tell the chain
    tx.execute(sa.delete(table).where(_is(table, key)))
    _note(tx, table, [row], case_id=case_id, state=DROPPED, before=_bodies(tx, table, row))
    return True


def _replace(tx: sa.Connection, table: sa.Table, row: Mapping[str, Any], values: Row, state: State) -> None:
    """Change a locked row. What it was goes on record too, so that no earlier edit of it is covered up."""
    covered = coverage.of(table)
    key = {f"this_{name}": row[name] for name in covered.key}
    tx.execute(_update(table, covered.key), {**values, **key})
    _note(tx, table, [{**row, **values}], state=state, before=_bodies(tx, table, row))


def _bodies(tx: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> tuple[bytes, ...]:
    return seals.bodies(coverage.of(table), row, secret_of(tx))


def _locked(tx: sa.Connection, table: sa.Table, key: Row) -> Mapping[str, Any] | None:
    query = sa.select(table).where(_is(table, key)).with_for_update()
    row = tx.execute(query).mappings().one_or_none()
    return None if row is None else dict(row)


def _is(table: sa.Table, key: Row) -> sa.ColumnElement[bool]:
    return sa.and_(*(table.c[name] == value for name, value in key.items()))


def _pending(tx: sa.Connection) -> _PendingEntries:
    pending: _PendingEntries = tx.info[INFO]
    return pending


def _ready(tx: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> Sequence[Row]:
    """The same rows, made complete in place: with salts, and with their documents as they are stored."""
    covered, make_salt = coverage.of(table), _pending(tx).keyring.new_salt
    for row in rows:
        if covered.has_salt:
            row[SALT] = make_salt()
        for name in covered.documents:
            if row[name] is not None:
                row[name] = _written(row[name])
    return rows


def _written(value: Any) -> JsonString:
    try:
        return JsonString(dump(value))
    except (TypeError, ValueError, RecursionError) as error:
        raise DataRefused(str(error)) from error


def _note(
    tx: sa.Connection,
    table: sa.Table,
    rows: Iterable[Mapping[str, Any]],
    *,
    case_id: str | None = None,
    state: State = WRITTEN,
    before: tuple[bytes, ...] = (),
) -> None:
    pending, covered = _pending(tx), coverage.of(table)
    for row in rows:
        place = table.name, covered.key_of(row)
        earlier = pending.rows.get(place)
        # Of a row that is written twice here its first `before` counts: the state between was never there.
        was = before if earlier is None else earlier.before
        pending.rows[place] = _TouchedRow(covered, row, case_id or row["case_id"], state, was)
        if table is predictions:
            pending.chains[row["case_id"]] = chain_of(row["task"], row["tier"])


def _place(tx: sa.Connection, pending: _PendingEntries, case_ids: Iterable[str]) -> None:
    """Look up which chains these cases belong to; a case stays in the chain of its first tier for ever."""
    unknown = sorted(set(case_ids) - pending.chains.keys())
    for start in range(0, len(unknown), KEYS_PER_QUERY):
        for row in tx.execute(_PLACES, {"case_ids": unknown[start : start + KEYS_PER_QUERY]}):
            pending.chains[row.case_id] = chain_of(row.task, row.tier)


def _by_chain(pending: _PendingEntries) -> dict[str, list[SealedEntry]]:
    """The acts of each chain, every row's seal with an act on its case, or with an entry of its own."""
    waiting = _seals(pending)
    sealed: dict[str, list[SealedEntry]] = {**pending.special}
    for each in pending.acts:
        chain = pending.chains.get(each.subject, GENERAL)
        # With the first act on the case alone: a seal that stood
        # in two entries would be a change that never was.
        sealed.setdefault(chain, []).append((each, waiting.pop(each.subject, ())))
    loose: dict[str, list[Any]] = {}
    for case_id, of_case in waiting.items():
        loose.setdefault(pending.chains.get(case_id, GENERAL), []).extend(of_case)
    at = max((each.at for each in pending.acts if each.at is not None), default=None)
    for chain, left in loose.items():
        for start in range(0, len(left), SEALS_PER_ENTRY):
            portion = left[start : start + SEALS_PER_ENTRY]
            sealed.setdefault(chain, []).append((ChainEntry(at, *CHANGED), portion))
    return sealed


def _seals(pending: _PendingEntries) -> dict[str, list[Any]]:
    """The seals of every row touched, by case."""
    _, secret = pending.keyring.signer
    by_case: dict[str, list[Any]] = {}
    for touched in pending.rows.values():
        made = seals.seal(touched.coverage, touched.row, secret, touched.state, touched.before)
        by_case.setdefault(touched.case_id, []).append(made)
    return by_case


def _present(tx: sa.Connection, key: sa.Column[Any], keys: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(keys), KEYS_PER_QUERY):
        some = keys[start : start + KEYS_PER_QUERY]
        yield from tx.execute(sa.select(key).where(key.in_(some))).scalars()


@cache
def _insert(table: sa.Table) -> sa.Insert:
    return sa.insert(table)


@cache
def _update(table: sa.Table, key: tuple[str, ...]) -> sa.Update:
    return sa.update(table).where(*(table.c[name] == sa.bindparam(f"this_{name}") for name in key))
