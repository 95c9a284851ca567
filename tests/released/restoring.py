"""Takes up what a version left behind: its database, migrated to the newest schema, and its Slack."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa

from storage.engine.database import Database
from tests.released.bank import bank
from tests.released.dumps import restore_postgres, restore_sqlite
from tests.released.slack_state import restore
from tests.released.versions import Version
from tests.scenarios.world import World
from tests.worlds.postgres import Server, fresh_database

EMPTY = "template0"
_MOVE = {
    "sqlite": "UPDATE outbox SET payload = replace(payload, :was, :now)",
    "postgresql": "UPDATE outbox SET payload = replace(payload::text, :was, :now)::json",
}


@contextmanager
def restored(version: Version, dialect: str, folder: Path, server: Server | None = None) -> Iterator[str]:
    """The address of the version's database as it was, not migrated."""
    text, name = version.dump(dialect), f"{version.name}_{uuid4().hex}"
    if server is None or dialect == "sqlite":
        path = folder / f"{name}.sqlite3"
        restore_sqlite(path, text)
        yield f"sqlite:///{path}"
    else:
        with fresh_database(server, name, EMPTY) as url:
            restore_postgres(server, name, text)
            yield url


def migrate(url: str) -> None:
    """Bring the database to the newest schema."""
    database = Database(url)
    database.upgrade()
    database.dispose()


def taken_up(version: Version, dialect: str, url: str) -> AbstractContextManager[World]:
    """The version's bank at the moment of recording, its application not started."""

    def prepare(world: World) -> None:
        restore(world.slack, version.packed("slack")[dialect])
        _move_callbacks(url, dialect, version.callback_url, world.inbox.url)

    policy = version.policy_text.replace(version.callback_url, "$callback_url")
    return bank(url, policy, version.recorded_at, prepare)


def _move_callbacks(url: str, dialect: str, was: str, now: str) -> None:
    """Let the service be where it is today: callbacks carry its address."""
    engine = engine_of(url)
    with engine.begin() as connection:
        connection.execute(sa.text(_MOVE[dialect]), {"was": was, "now": now})
    engine.dispose()


def engine_of(url: str) -> sa.Engine:
    """A plain engine, for what only a test wants to know of a database."""
    return sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
