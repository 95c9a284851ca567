"""The schema: migrations and tables say the same, replicas may start together, newer schemas are refused."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from storage.delivery import claimed_events
from storage.engine import dialects, schema
from storage.engine.database import Database
from storage.engine.outage import outage_of
from storage.errors import SchemaMissing, SchemaTooNew
from storage.tables import metadata
from tests.patience import PATIENCE
from tests.storage.examples import NOW
from tests.worlds import postgres

UPGRADE = "import sys; from storage.engine.database import Database; Database(sys.argv[1]).upgrade()"
KILLED_UPGRADE = """
import os, signal, sys
from storage.engine import schema
from storage.engine.database import Database
with Database(sys.argv[1]).write() as tx:
    schema.upgrade(tx)
    os.kill(os.getpid(), signal.SIGKILL)
"""
OLD_DECISION = """
INSERT INTO decisions (decision_id, case_id, sequence, label, method, decided_at, policy_version,
  screen_version, decided_by) VALUES ('dec_1', 'case_1', 1, 'ok', 'single', 0, '1', 1, '[]')
"""
SCHEMA = {
    "sqlite": "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL",
    "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
}


def test_migrations_make_what_the_tables_say(database_url: str) -> None:
    engine = dialects.create(database_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_partial_indexes_are_those_of_the_tables_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    assert indexes(sqlite_url) == indexes(created(f"sqlite:///{tmp_path}/created.sqlite3"))


def test_partial_indexes_are_those_of_the_tables_on_postgresql(
    postgres_url: str, postgres_server: postgres.Server
) -> None:
    with postgres.fresh_database(postgres_server, "created", template="template0") as url:
        assert indexes(postgres_url) == indexes(created(url))


def created(url: str) -> str:
    """The address of a database made from the tables, without migrations."""
    engine = dialects.create(url)
    with engine.begin() as connection:
        metadata.create_all(connection)
    engine.dispose()
    return url


def indexes(url: str) -> set[str]:
    database = Database(url)
    with database.read() as tx:
        rows = tx.execute(sa.text(SCHEMA[database.dialect])).scalars()
        found = {str(row) for row in rows if "INDEX" in str(row)}
    database.dispose()
    assert len(found) > 10
    return {one for one in found if "alembic_version" not in one}


def test_upgrading_again_changes_nothing(database: Database) -> None:
    with database.write() as tx:
        claimed_events.claim(tx, "event:1", NOW)
    database.upgrade()
    with database.write() as tx:
        assert schema.is_current(tx)
        assert not claimed_events.claim(tx, "event:1", NOW)


def test_the_feed_of_an_older_schema_is_kept_and_takes_amendments(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/old.sqlite3")
    with database.write() as tx:
        upgrade_to(tx, "leads")
    with sqlite3.connect(tmp_path / "old.sqlite3") as connection:  # which checks no references
        connection.execute(OLD_DECISION)
        connection.execute("INSERT INTO decision_feed VALUES (7, 'dec_1', 'shop', 'decided')")
    connection.close()

    database.upgrade()

    line = "INSERT INTO decision_feed VALUES (:cursor, 'dec_1', 'shop', 'amended', :cursor)"
    with database.write() as tx:
        tx.execute(sa.text(line), [{"cursor": 8}, {"cursor": 9}])
        kept = tx.execute(sa.text("SELECT cursor, event, revision FROM decision_feed ORDER BY cursor")).all()
    database.dispose()
    assert [tuple(row) for row in kept] == [(7, "decided", 0), (8, "amended", 8), (9, "amended", 9)]


def upgrade_to(tx: sa.Connection, revision: str) -> None:
    """Bring an empty database to an older schema."""
    scripts = ScriptDirectory(schema.MIGRATIONS)

    def steps(at: str, _: object) -> list[object]:
        return list(scripts._upgrade_revs(revision, at))

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=tx)
        environment.run_migrations()


def test_a_newer_schema_is_refused(database: Database) -> None:
    with database.write() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    with pytest.raises(SchemaTooNew, match="from_the_future"):
        database.upgrade()


def start_together(url: str, count: int = 4) -> list[int]:
    replicas = [subprocess.Popen([sys.executable, "-c", UPGRADE, url]) for _ in range(count)]
    return [replica.wait(PATIENCE) for replica in replicas]


def test_replicas_may_start_together_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite3"
    assert start_together(url) == [0, 0, 0, 0]
    database = Database(url)
    database.ping()
    database.dispose()


def test_replicas_may_start_together_on_postgresql(postgres_server: postgres.Server) -> None:
    with postgres.fresh_database(postgres_server, "together", template="template0") as url:
        assert start_together(url) == [0, 0, 0, 0]


def test_a_killed_migration_leaves_nothing_and_starts_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite3"
    killed = subprocess.run([sys.executable, "-c", KILLED_UPGRADE, url], check=False)
    database = Database(url)
    with database.read() as tx:
        assert sa.inspect(tx).get_table_names() == []
    database.upgrade()
    database.dispose()
    assert killed.returncode == -signal.SIGKILL


def test_a_database_that_was_never_migrated_says_so(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new.sqlite3")
    with pytest.raises(SchemaMissing, match=r"upgrade`\. no such table") as caught, database.write() as tx:
        claimed_events.claim(tx, "event:1", NOW)
    assert "never migrated" in outage_of(caught.value).words
    database.dispose()
