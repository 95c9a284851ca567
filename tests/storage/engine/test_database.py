"""Transactions: what they keep, what they refuse, and how failures are named."""

import threading
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.cases import escalation_steps
from storage.delivery import claimed_events
from storage.engine import dialects
from storage.engine.database import Database
from storage.errors import (
    DatabaseUnavailable,
    DataRefused,
    NestedWrite,
    StorageError,
    UnsupportedDatabase,
)
from tests.storage.examples import NOW


def test_a_block_that_ends_is_committed(database: Database) -> None:
    with database.write() as tx:
        claimed_events.claim(tx, "event:1", NOW)
    with database.write() as tx:
        assert not claimed_events.claim(tx, "event:1", NOW)


def test_an_error_in_the_block_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        assert claimed_events.claim(tx, "event:1", NOW) / 0
    with database.write() as tx:
        assert claimed_events.claim(tx, "event:1", NOW)


def test_writes_do_not_nest(database: Database) -> None:
    with database.write(), pytest.raises(NestedWrite), database.write():
        pass
    with database.write() as tx:
        assert claimed_events.claim(tx, "event:1", NOW)


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.read() as early:
        assert early.execute(sa.text("SELECT count(*) FROM events")).scalar_one() == 0
        with database.write() as tx:
            claimed_events.claim(tx, "event:1", NOW)
        assert early.execute(sa.text("SELECT count(*) FROM events")).scalar_one() == 0


def test_a_naive_datetime_is_refused(database: Database) -> None:
    with pytest.raises(DataRefused, match="without a time zone"), database.write() as tx:
        claimed_events.claim(tx, "event:1", datetime(2026, 11, 20))  # noqa: DTZ001 (the point of the test)


def test_a_lone_surrogate_is_refused(database: Database) -> None:
    with pytest.raises(DataRefused), database.write() as tx:
        claimed_events.claim(tx, "event:\ud800", NOW)


def test_a_dangling_reference_is_refused(database: Database) -> None:
    with pytest.raises(DataRefused), database.write() as tx:
        escalation_steps.take(tx, "case_none", 1, "thread", NOW)


def test_nul_is_refused_by_postgresql_and_the_next_write_works(postgres_url: str) -> None:
    database = Database(postgres_url)
    with pytest.raises(DataRefused), database.write() as tx:
        claimed_events.claim(tx, "event:\0", NOW)
    with database.write() as tx:
        assert claimed_events.claim(tx, "event:1", NOW)
    database.dispose()


def test_a_wrong_statement_is_not_called_unavailability(postgres_url: str) -> None:
    database = Database(postgres_url)
    with pytest.raises(StorageError) as caught, database.read() as tx:
        tx.execute(sa.text("SELECT * FROM no_such_table"))
    assert type(caught.value) is StorageError
    database.dispose()


def test_a_missing_row_is_an_error_of_storage(database: Database) -> None:
    with pytest.raises(StorageError, match="No row was found"), database.read() as tx:
        tx.execute(sa.text("SELECT key FROM events")).scalar_one()


def test_a_pool_that_is_used_up_is_unavailable(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialects, "WAIT_FOR_TURN", 0.01)
    database = Database(sqlite_url)
    with ExitStack() as held:
        for _ in range(dialects.POOL_SIZE + dialects.POOL_OVERFLOW):
            held.enter_context(database.read())
        with pytest.raises(DatabaseUnavailable, match="All connections are in use"):
            database.ping()
    database.ping()
    database.dispose()


def test_an_absent_server_is_unavailable() -> None:
    database = Database("postgresql://postgres@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable):
        database.ping()


def test_a_folder_that_is_missing_is_unavailable(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/missing/secondlook.sqlite3")
    with pytest.raises(DatabaseUnavailable):
        database.ping()


@pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(UnsupportedDatabase):
        Database(url)


def test_no_message_holds_the_password() -> None:
    database = Database("postgresql://postgres:hunter2@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable) as caught:
        database.ping()
    assert "hunter2" not in str(caught.value) + repr(database)


def test_many_threads_write_one_after_another(database: Database) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 10):
            with database.write() as tx:
                claimed_events.claim(tx, f"event:{number}", NOW)

    threads = [threading.Thread(target=write, args=(start,)) for start in range(0, 80, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as tx:
        assert tx.execute(sa.text("SELECT count(*) FROM events")).scalar_one() == 80


def test_sqlite_is_durable_and_checks_references(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.read() as tx:
        pragmas = {name: tx.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in PRAGMAS}
    database.dispose()
    assert pragmas == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5_000}


def test_a_connection_in_use_at_the_end_is_closed_when_it_is_given_back(postgres_url: str) -> None:
    database = Database(postgres_url)
    with database.read() as tx:
        used = tx.connection.dbapi_connection
        database.dispose()
    assert used is not None
    assert used.closed
