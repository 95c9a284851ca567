"""INSERT … ON CONFLICT in the words of each dialect."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]


def insert(tx: sa.Connection, table: sa.Table) -> postgresql.Insert:
    """An INSERT that knows ON CONFLICT; typed as PostgreSQL's, whose methods SQLite's shares."""
    return insert_in(tx.dialect.name, table)


def add_new(tx: sa.Connection, table: sa.Table, rows: Sequence[Row], key: sa.Column[Any]) -> list[Any]:
    """Insert the rows that break no unique key, in a single statement; the `key` of each inserted row."""
    if not rows:
        return []
    return list(tx.execute(_add_new(tx.dialect.name, table, key), rows).scalars())


def add_once(tx: sa.Connection, table: sa.Table, row: Row) -> bool:
    """Insert the row; False when a row with the same unique key is there."""
    # SQLAlchemy keeps the row count of an INSERT only where it is asked to.
    counted = {"preserve_rowcount": True}
    return tx.execute(_add_once(tx.dialect.name, table), row, execution_options=counted).rowcount == 1


def ensure(tx: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert the rows that are not there yet."""
    if rows:
        tx.execute(_add_once(tx.dialect.name, table), rows)


@cache
def insert_in(dialect: str, table: sa.Table) -> postgresql.Insert:
    """The same by the dialect's name, for statements that are made once and kept."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)  # type: ignore[return-value]


@cache
def _add_new(dialect: str, table: sa.Table, key: sa.Column[Any]) -> sa.Insert:
    return insert_in(dialect, table).on_conflict_do_nothing().returning(key)


@cache
def _add_once(dialect: str, table: sa.Table) -> sa.Insert:
    return insert_in(dialect, table).on_conflict_do_nothing()
