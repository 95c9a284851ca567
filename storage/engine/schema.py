"""Brings the schema of a database up to this version of the program."""

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from storage.errors import SchemaTooNew
from storage.tables import record_heads

MIGRATIONS = Path(__file__).parents[1] / "migrations"
UPGRADE_LOCK = 4_025_113_007  # any number that nobody else uses


def upgrade(tx: sa.Connection) -> None:
    """Run the migrations that are missing; replicas that start together take turns; raises `SchemaTooNew`."""
    if tx.dialect.name == "postgresql":
        _take_turn(tx)
    scripts = _scripts()
    # After the turn was taken, not before: the replica that had it may have done the work.
    if is_current(tx):
        return
    _refuse_newer(tx, scripts)
    with EnvironmentContext(
        Config(), scripts, fn=lambda at, _: scripts._upgrade_revs("head", at)
    ) as environment:
        environment.configure(connection=tx)
        environment.run_migrations()


def has_record(tx: sa.Connection) -> bool:
    """Whether rows go on record here already: not before the upgrade to the first version that does so."""
    return sa.inspect(tx).has_table(record_heads.name)


def is_current(tx: sa.Connection) -> bool:
    """Whether the schema is as this version of the program writes it."""
    return set(MigrationContext.configure(tx).get_current_heads()) == set(_scripts().get_heads())


@cache
def _scripts() -> ScriptDirectory:
    # Read once: each reading runs every migration's module.
    return ScriptDirectory(MIGRATIONS)


def _take_turn(tx: sa.Connection) -> None:
    # A lock of the transaction, which works behind a pooler too. SQLite's writers take turns by themselves.
    tx.execute(sa.text("SET LOCAL lock_timeout = '120s'"))
    # A migration of a large table takes longer than any statement of the program may.
    tx.execute(sa.text("SET LOCAL statement_timeout = 0"))
    tx.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})


def _refuse_newer(tx: sa.Connection, scripts: ScriptDirectory) -> None:
    revisions = {script.revision for script in scripts.walk_revisions()}
    unknown = set(MigrationContext.configure(tx).get_current_heads()) - revisions
    if unknown:
        raise SchemaTooNew(f"Its schema is {', '.join(sorted(unknown))}.")
