"""Faults: processes killed while they write, two that want the same, servers and disks that fail."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from routing.slack_channel import ChannelId
from storage.delivery import claimed_events, outbox, projections
from storage.delivery.outbox import Item
from storage.engine.database import Database, Transaction
from storage.errors import DatabaseUnavailable
from tests.storage.examples import NOW, prediction, store
from tests.worlds import postgres

HANG_MID_WRITE = """
from storage.delivery import claimed_events
with database.write() as tx:
    claimed_events.claim(tx, "event:half", NOW)
    print("written", flush=True)
    sys.stdin.read()
"""
COMMIT_UNTIL_KILLED = """
from itertools import count
from storage.delivery import claimed_events
for number in count():
    with database.write() as tx:
        claimed_events.claim(tx, f"event:{number}", NOW)
    print(f"event:{number}", flush=True)
"""
CLAIM_ALL = """
from datetime import timedelta
from storage.delivery import outbox, projections
sys.stdin.readline()
at = NOW
while True:
    at += timedelta(seconds=1)
    with database.write() as tx:
        claim = projections.claim(tx, "me", at, timedelta(days=1), timedelta(0))
        items = outbox.claim(tx, ["callback"], "me", at, timedelta(days=1), 3)
    if claim is None and not items:
        break
    if claim:
        print(claim.projection.projection_id)
    for held in items:
        print(held.item.item_id)
"""
PREAMBLE = """
import sys
from storage.engine.database import Database
from tests.storage.examples import NOW
database = Database(sys.argv[1])
"""


@contextmanager
def process(program: str, url: str) -> Iterator[subprocess.Popen[str]]:
    """A second process on the same database, killed at the end."""
    command = [sys.executable, "-c", PREAMBLE + program, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def line(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def test_a_writer_killed_in_the_middle_leaves_nothing_and_holds_nothing(
    database: Database, database_url: str
) -> None:
    with process(HANG_MID_WRITE, database_url) as writer:
        assert line(writer) == "written"
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        with database.write() as tx:
            assert claimed_events.claim(tx, "event:half", NOW)


def test_what_was_told_as_committed_survives_the_kill(database: Database, database_url: str) -> None:
    with process(COMMIT_UNTIL_KILLED, database_url) as writer:
        told = [line(writer) for _ in range(25)]
        os.kill(writer.pid, signal.SIGKILL)
        assert writer.stdout is not None
        told += [rest.strip() for rest in writer.stdout if rest.endswith("\n")]
    with database.write() as tx:
        assert not any(claimed_events.claim(tx, key, NOW) for key in told)


def test_two_processes_never_claim_the_same_row(database: Database, database_url: str) -> None:
    numbers = range(30)
    with database.write() as tx:
        store(tx, [prediction(number) for number in numbers])
        for number in numbers:
            projections.want(tx, f"case_{number}", ChannelId.parse(f"C{number % 3}"), 1, NOW)
        outbox.add_many(tx, [Item(f"out_{number}", "callback", f"k{number}", {}, NOW) for number in numbers])
    with process(CLAIM_ALL, database_url) as first, process(CLAIM_ALL, database_url) as second:
        answers: list[str] = []
        threads = [
            threading.Thread(target=lambda one=one: answers.append(one.communicate("go\n")[0]))
            for one in (first, second)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    claimed = [row for answer in answers for row in answer.split()]
    wanted = {f"case:case_{n}:C{n % 3}" for n in numbers} | {f"out_{n}" for n in numbers}
    assert sorted(claimed) == sorted(wanted)


def test_a_database_that_another_process_keeps_busy_is_unavailable(sqlite_url: str) -> None:
    database = Database(sqlite_url, wait_for_lock=0.05)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseUnavailable, match="locked"), database.write() as tx:
        claimed_events.claim(tx, "event:1", NOW)
    with database.read() as tx:
        assert tx.execute(sa.text("SELECT count(*) FROM events")).scalar_one() == 0
    other.execute("ROLLBACK")
    other.close()
    with database.write() as tx:
        assert claimed_events.claim(tx, "event:1", NOW)
    database.dispose()


def test_a_row_that_another_session_holds_is_waited_for_and_then_given_up(postgres_url: str) -> None:
    database = Database(postgres_url, wait_for_lock=0.05)
    with psycopg.connect(postgres_url) as other:
        other.execute("INSERT INTO events VALUES ('event:1', now())")
        with pytest.raises(DatabaseUnavailable, match="lock timeout"), database.write() as tx:
            claimed_events.claim(tx, "event:1", NOW)
        other.rollback()
    with database.write() as tx:
        assert claimed_events.claim(tx, "event:1", NOW)
    database.dispose()


def test_a_full_disk_is_unavailability_and_stores_nothing(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    text = "x" * 4_000
    items = [Item(f"out_{number}", "notice", f"k{number}", {"text": text}, NOW) for number in range(50)]

    def fill(tx: Transaction) -> None:
        tx.exec_driver_sql("PRAGMA max_page_count=1")
        outbox.add_many(tx, items)

    with pytest.raises(DatabaseUnavailable, match="full"), database.write() as tx:
        fill(tx)
    database.dispose()
    with database.write() as tx:
        assert len(outbox.add_many(tx, items)) == 50
    database.dispose()


def test_a_connection_cut_in_a_transaction_is_unavailability_and_then_forgotten(postgres_url: str) -> None:
    database = Database(postgres_url)

    def claim_around_the_cut(tx: Transaction) -> None:
        claimed_events.claim(tx, "event:1", NOW)
        cut_others(postgres_url)
        claimed_events.claim(tx, "event:2", NOW)

    with pytest.raises(DatabaseUnavailable), database.write() as tx:
        claim_around_the_cut(tx)
    with database.write() as tx:
        assert claimed_events.claim(tx, "event:1", NOW)
    database.dispose()


def test_connections_cut_while_idle_are_replaced_unnoticed(postgres_url: str) -> None:
    database = Database(postgres_url)
    database.ping()
    cut_others(postgres_url)
    with database.write() as tx:
        assert claimed_events.claim(tx, "event:1", NOW)
    database.dispose()


def cut_others(url: str) -> None:
    cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
    with psycopg.connect(url) as other:
        other.execute(cut + " AND pid <> pg_backend_pid()")


@pytest.mark.usefixtures("postgres_server")  # skips where PostgreSQL cannot run
def test_a_crashed_server_is_unavailable_and_keeps_what_was_committed() -> None:
    with postgres.running(postgres.SAFE) as own:
        own.execute("CREATE DATABASE durable")
        database = Database(own.url("durable"))
        database.upgrade()
        with database.write() as tx:
            claimed_events.claim(tx, "event:1", NOW)
        own.stop()
        with pytest.raises(DatabaseUnavailable):
            database.ping()
        own.start()
        with database.write() as tx:
            assert not claimed_events.claim(tx, "event:1", NOW + timedelta(hours=1))
        database.dispose()
