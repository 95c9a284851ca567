"""A released version's database is brought to the newest schema, and nothing in it is lost."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from storage import audit
from storage.engine.database import Database
from storage.record import completion, takeover
from tests.released.restoring import engine_of, migrate, restored
from tests.released.versions import Version
from tests.worlds.postgres import Server

Recorded = tuple[Version, str]
Copies = Callable[[Version, str], AbstractContextManager[str]]


@pytest.fixture
def as_it_was(recorded: Recorded, tmp_path: Path, request: pytest.FixtureRequest) -> Any:
    """The address of the version's database, not migrated."""
    version, dialect = recorded
    server: Server | None = None if dialect == "sqlite" else request.getfixturevalue("postgres_server")
    with restored(version, dialect, tmp_path, server) as url:
        yield url


def test_the_schema_is_that_of_a_new_one_and_every_row_is_still_there(
    recorded: Recorded, as_it_was: str, request: pytest.FixtureRequest
) -> None:
    _, dialect = recorded
    before = rows(as_it_was)
    assert before["predictions"] > 1_000

    migrate(as_it_was)

    after = rows(as_it_was)
    assert {name: count for name, count in before.items() if after[name] < count} == {}
    fresh = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[dialect])
    assert schema(as_it_was) == schema(fresh)


def test_the_audit_trail_is_unbroken(upgraded_url: str) -> None:
    database = Database(upgraded_url)
    with database.read() as tx:
        report = audit.verify(tx)
    database.dispose()
    assert report.ok
    assert report.count > 1_000


def test_every_row_is_taken_into_the_record(recorded: Recorded, as_it_was: str) -> None:
    version, _ = recorded
    migrate(as_it_was)
    database = Database(as_it_was)
    with database.read() as tx:
        assert audit.verify(tx).waiting > 2_000
    while not is_taken_in(database, version.recorded_at):
        pass
    with database.read() as tx:
        report = audit.verify(tx)
    database.dispose()
    assert (report.findings, report.waiting) == ((), 0)
    assert report.rows > 2_000
    assert set(counts(as_it_was, "key", "labels")) == set(counts(as_it_was, "label", "labels"))
    assert set(counts(as_it_was, "loss", "decisions")) == {None, 0.0, 1.0}


def test_every_prediction_gets_the_origin_that_was_its_kind(as_it_was: str) -> None:
    before = counts(as_it_was, "kind")
    assert len(before) == 3
    migrate(as_it_was)
    assert counts(as_it_was, "origin") == {None: sum(before.values())}
    database = Database(as_it_was)
    with database.read() as tx:
        assert not completion.has_origins(tx)
    while is_filled(database):
        pass
    database.dispose()
    assert counts(as_it_was, "origin") == before


def is_filled(database: Database) -> int:
    """Fill the next portion; how many rows that were."""
    with database.write() as tx:
        return completion.fill_origins(tx)


def counts(url: str, column: str, table: str = "predictions") -> dict[Any, int]:
    """How many rows have each value of the column."""
    engine = engine_of(url)
    name: sa.ColumnElement[Any] = sa.column(column)
    query = sa.select(name, sa.func.count()).select_from(sa.table(table)).group_by(name)
    with engine.connect() as connection:
        rows = {row[0]: row[1] for row in connection.execute(query)}
    engine.dispose()
    return rows


def is_taken_in(database: Database, now: datetime) -> bool:
    """Take in the next portion, first at once and then two hours later; whether that was the last."""
    with database.write() as tx:
        portion = takeover.portion(tx, now) or takeover.portion(tx, now + timedelta(hours=2))
    with database.read() as tx:
        return not portion and takeover.is_over(tx)


def rows(url: str) -> dict[str, int]:
    """How many rows each table has."""
    engine = engine_of(url)
    with engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        rows = {
            name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
            for name in names
        }
    engine.dispose()
    return rows


def schema(url: str) -> Any:
    """Everything that the schema is made of, in no order."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
            return {(kind, name, table, _columns(sql)) for kind, name, table, sql in rows}
    with psycopg.connect(url) as opened:
        columns = opened.execute(
            "SELECT table_name, column_name, data_type, is_nullable, column_default"
            " FROM information_schema.columns WHERE table_schema = 'public'"
        ).fetchall()
        indexes = opened.execute("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'").fetchall()
        constraints = opened.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace"
        ).fetchall()
    return set(columns), set(indexes), set(constraints)


def _columns(sql: str | None) -> tuple[str, ...]:
    """A statement's lines in no order: a column that was added stands at the end."""
    return tuple(sorted(line.strip(" ,)\t") for line in (sql or "").splitlines()))
