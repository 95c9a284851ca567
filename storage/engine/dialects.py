"""How a connection to each of the two databases is set up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError

from storage.engine import deadline
from storage.engine.sqlite_write_lock import FairLock, lock_for
from storage.errors import DatabaseUnavailable, UnsupportedDatabase
from storage.sql.json_documents import load

WRITE: dict[str, Any] = {"secondlook_is_write": True}
WAIT_FOR_TURN = 10.0  # seconds
WAIT_FOR_LOCK = 5.0  # seconds
POOL_SIZE = 8
POOL_OVERFLOW = 24
_ENGINE: dict[str, Any] = {
    "pool_size": POOL_SIZE,
    "max_overflow": POOL_OVERFLOW,
    "hide_parameters": True,  # an error's text goes to the log: no value of a case may be in it
    "json_serializer": str,  # `JsonText` has written it already
    "json_deserializer": load,
}
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # A 202 promises that the case is stored: with NORMAL, a WAL loses the last commits when the power fails.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA journal_size_limit=67108864",  # bytes; a long reader must not leave a giant WAL behind
    "PRAGMA cache_size=-16384",  # KiB
)
POSTGRES_OPTIONS = (
    # A process that stops inside a transaction would keep its rows locked: the server ends it after a minute.
    "-c timezone=UTC -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
    " -c work_mem=16MB"  # a report joins 100,000 decisions; with the default of 4 MB they go by the disk
)

POSTGRES_LIVENESS = {
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
"""A server that went without a word (a failover, a cut line) is noticed in seconds, not in hours."""


def create(url: str, wait_for_lock: float = WAIT_FOR_LOCK, wait_for_turn: float = WAIT_FOR_TURN) -> sa.Engine:
    """The engine for `url`, which waits so many seconds for a lock and for a connection of the pool.

    Raises `UnsupportedDatabase`.
    """
    try:
        # Hosting services still hand out the short scheme, which SQLAlchemy refuses since 1.4.
        parsed = sa.make_url(url.replace("postgres://", "postgresql://", 1))
    except ArgumentError as error:
        raise UnsupportedDatabase("The address cannot be read.") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _sqlite(parsed, round(wait_for_lock * 1_000), wait_for_turn)
    if backend == "postgresql":
        return _postgresql(parsed.set(drivername="postgresql+psycopg"), wait_for_lock, wait_for_turn)
    raise UnsupportedDatabase(f"Not {backend}.")


def read_options(engine: sa.Engine) -> dict[str, Any]:
    """Execution options of a transaction that only reads."""
    if engine.dialect.name == "sqlite":
        return {}
    # PostgreSQL's default sees a new moment with each statement: the figures of a digest would not add up.
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def write_lock(engine: sa.Engine) -> FairLock | None:
    """The line in which this process's writers to the same SQLite file wait; None on PostgreSQL."""
    if engine.dialect.name != "sqlite":
        return None
    return lock_for(str(Path(str(engine.url.database)).resolve()))


@contextmanager
def turn(line: FairLock, seconds: float) -> Iterator[None]:
    """Hold the lock; raises `DatabaseUnavailable` when the turn does not come in time."""
    if not line.acquire(seconds):
        raise DatabaseUnavailable(f"Other writers kept it busy for {seconds:.0f} s.")
    try:
        yield
    finally:
        line.release()


def _sqlite(url: sa.URL, busy_ms: int, wait_for_turn: float) -> sa.Engine:
    if url.database in (None, "", ":memory:"):
        raise UnsupportedDatabase("A database in memory is lost with the process.")
    engine = sa.create_engine(url.set(drivername="sqlite"), pool_timeout=wait_for_turn, **_ENGINE)
    event.listen(engine, "connect", _preparation(busy_ms))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _preparation(busy_ms: int) -> Callable[[Any, object], None]:
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin by itself: `_begin_sqlite` does
        connection.execute(f"PRAGMA busy_timeout={busy_ms}")  # first: turning to WAL needs the file alone
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)

    return prepare


def _begin_sqlite(connection: sa.Connection) -> None:
    # A deferred transaction that turns into a writer fails at once when another writer came first.
    is_write = connection.get_execution_options().get("secondlook_is_write", False)
    seconds = deadline.left()
    if is_write and seconds is not None:  # the turn in the line has used some of the time up
        connection.exec_driver_sql(f"PRAGMA busy_timeout={round(seconds * 1_000)}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


def _postgresql(url: sa.URL, wait_for_lock: float, wait_for_turn: float) -> sa.Engine:
    options = f"{POSTGRES_OPTIONS} -c lock_timeout={round(wait_for_lock * 1_000)}"
    connect_timeout = str(max(2, round(wait_for_lock)))  # whole seconds; libpq takes no less than two
    defaults = {
        "connect_timeout": connect_timeout,
        "application_name": "secondlook",
        "options": options,
        **POSTGRES_LIVENESS,
    }
    missing = {name: value for name, value in defaults.items() if name not in url.query}
    # A server that was restarted closed the pool's connections: without a ping the next act would fail.
    address, pooled = url.update_query_dict(missing), {"pool_timeout": wait_for_turn, "pool_pre_ping": True}
    engine = sa.create_engine(address, **pooled, **_ENGINE)
    event.listen(engine, "do_connect", _connect)
    return engine


def _connect(_dialect: object, _record: object, arguments: Any, parameters: Any) -> Any:
    from storage.engine import punctual_connection  # with its driver, which SQLite has no use for

    return punctual_connection.connect(*arguments, **parameters)
