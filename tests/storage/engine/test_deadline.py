"""An act that somebody waits for is over in time, whatever the database waits for."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from storage.engine import deadline, punctual_connection
from storage.engine.database import Database
from storage.errors import DatabaseUnavailable
from tests.patience import PATIENCE, eventually

SHORT = 0.2


@pytest.fixture
def hurried(database: Database) -> Iterator[Database]:
    found = database.hurried(SHORT)
    yield found
    found.dispose()


def seven_in_time(hurried: Database) -> bool:
    """Whether the answer was that of the question; False where it came too late."""
    try:
        with hurried.read() as tx:
            answer = tx.execute(sa.text("SELECT 7")).scalar()
    except DatabaseUnavailable:
        return False
    assert answer == 7
    return True


def test_without_a_deadline_nothing_presses() -> None:
    with deadline.within(None):
        assert deadline.left() is None


def test_the_nearest_deadline_counts_and_ends_with_its_block() -> None:
    with deadline.within(3_600):
        with deadline.within(SHORT), deadline.within(60):
            left = deadline.left()
            assert left is not None
            assert left <= SHORT
        after = deadline.left()
        assert after is not None
        assert after > 60
    assert deadline.left() is None


def test_another_thread_has_no_part_in_it() -> None:
    seen: list[float | None] = []
    with deadline.within(SHORT):
        thread = threading.Thread(target=lambda: seen.append(deadline.left()))
        thread.start()
        thread.join()
    assert seen == [None]


def test_a_statement_that_takes_longer_is_given_up_and_the_next_is_not_mixed_up_with_it(
    postgres_url: str,
) -> None:
    database = Database(postgres_url)
    hurried = database.hurried(SHORT)
    with pytest.raises(DatabaseUnavailable, match="has expired"), hurried.read() as tx:
        tx.execute(sa.text("SELECT pg_sleep(3600)"))
    with database.read() as tx:
        assert tx.execute(sa.text("SELECT 7")).scalar() == 7
    eventually(lambda: seven_in_time(hurried))  # a busy machine may take longer than that once more
    for one in (database, hurried):
        one.dispose()


def test_an_error_before_the_deadline_is_told_as_it_is(postgres_url: str) -> None:
    hurried = Database(postgres_url).hurried(3_600)
    with pytest.raises(DatabaseUnavailable, match="cannot execute INSERT") as refused, hurried.read() as tx:
        tx.execute(sa.text("INSERT INTO events VALUES ('a', now())"))
    assert "expired" not in str(refused.value)
    hurried.dispose()


def test_a_connection_that_is_lost_before_the_deadline_is_told_as_that(postgres_url: str) -> None:
    hurried = Database(postgres_url).hurried(3_600)
    with pytest.raises(DatabaseUnavailable) as refused, hurried.read() as tx:
        tx.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert "expired" not in str(refused.value)
    hurried.dispose()


def test_no_connection_is_begun_after_the_deadline() -> None:
    with deadline.within(0), pytest.raises(psycopg.OperationalError, match="has expired"):
        punctual_connection.connect("host=127.0.0.1 port=1")


def test_a_write_waits_for_others_no_longer_than_the_whole_of_its_time(
    database: Database, hurried: Database
) -> None:
    with database.write() as tx:
        tx.execute(sa.text("UPDATE audit_head SET length = length"))
        tx.execute(sa.text("DELETE FROM events"))
        failed = threading.Event()

        def act() -> None:
            try:
                with hurried.write() as mine:
                    mine.execute(
                        sa.text("LOCK TABLE events" if hurried.dialect == "postgresql" else "SELECT 1")
                    )
            except DatabaseUnavailable:
                failed.set()

        thread = threading.Thread(target=act)
        thread.start()
        thread.join(PATIENCE)
        assert failed.is_set()
