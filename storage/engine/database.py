"""The engine and its transactions: the only place where a transaction begins or ends."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from storage.engine import deadline, dialects
from storage.errors import DatabaseUnavailable, DataRefused, NestedWrite, SchemaMissing, StorageError
from storage.record import record, takeover
from storage.record.keyring import OPEN, Keyring

Transaction = sa.Connection
PING_SECONDS = 5.0


class Database:
    """A database, SQLite or PostgreSQL; every method may be called from any thread.

    Each transaction raises `DatabaseUnavailable` when the database does not answer (retry), `DataRefused`
    when it will never take these values, and rolls back on any error. Rows or files that another process
    holds locked are waited for `wait_for_lock` seconds, a connection or the turn to write `wait_for_turn`;
    a transaction that is not over `within` so many seconds ends, whatever it waits for. What is
    written goes on record under the `keyring`.
    """

    def __init__(
        self,
        url: str,
        wait_for_lock: float = dialects.WAIT_FOR_LOCK,
        wait_for_turn: float | None = None,
        within: float | None = None,
        *,
        keyring: Keyring = OPEN,
    ) -> None:
        self._url = url
        self._within = within
        self._keyring = keyring
        self._wait_for_turn = dialects.WAIT_FOR_TURN if wait_for_turn is None else wait_for_turn
        self._engine = dialects.create(url, wait_for_lock, self._wait_for_turn)
        keyed = self._engine.execution_options(**{record.KEYRING: keyring})
        self._writes = keyed.execution_options(**dialects.WRITE)
        self._reads = keyed.execution_options(**dialects.read_options(self._engine))
        self._line = dialects.write_lock(self._engine)
        self._mine = threading.local()

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    def hurried(self, seconds: float) -> "Database":
        """The same database for acts that a person waits for: ended so soon, on connections of its own."""
        return Database(self._url, seconds, seconds, within=seconds, keyring=self._keyring)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that commits at the end of the block; it must not nest."""
        if getattr(self._mine, "is_writing", False):
            raise NestedWrite  # else it would wait for its own turn
        self._mine.is_writing = True
        try:
            # In this order: the turn comes before a connection is taken, and the record is written last.
            with (
                deadline.within(self._within),
                self._turn(),
                _translated(),
                self._writes.begin() as tx,
                record.kept(tx),
            ):
                yield tx
        finally:
            self._mine.is_writing = False

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A read-only transaction that sees a single moment of the database."""
        with deadline.within(self._within), _translated(), self._reads.begin() as tx:
            yield tx

    def upgrade(self) -> None:
        """Create or migrate the schema; safe when replicas start together; raises `SchemaTooNew`.

        Rows from before the record are noted there as to be taken in.
        """
        from storage.engine import schema  # with Alembic, which who only reads need not wait for

        with self._turn(), _translated(), self._writes.begin() as tx, record.kept(tx):
            had_record = schema.has_record(tx)
            schema.upgrade(tx)
            if not had_record:
                takeover.begin(tx)

    def ping(self) -> None:
        """Raise `DatabaseUnavailable` unless the database answers a query within five seconds."""
        with deadline.within(PING_SECONDS), self.read() as tx:
            tx.execute(sa.select(1))

    def dispose(self) -> None:
        """Close the idle connections, and what a thread still uses as soon as it gives it back."""
        pool = self._engine.pool
        self._engine.dispose()
        # Given back to a pool that nobody asks any more, a connection would stay open until it is forgotten.
        sa.event.listen(pool, "checkin", _close)

    def _turn(self) -> AbstractContextManager[None]:
        return nullcontext() if self._line is None else dialects.turn(self._line, self._wait_for_turn)


def _close(connection: Any, _record: object) -> None:
    if connection is not None:
        connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except exc.SQLAlchemyError as error:
        raise _storage_error(error) from error
    except (UnicodeEncodeError, OverflowError) as error:  # sqlite3 raises these bare
        raise DataRefused(type(error).__name__) from error


def _storage_error(error: exc.SQLAlchemyError) -> StorageError:
    if isinstance(error, exc.DBAPIError):
        kind = _dbapi_kind(error)
        return kind(_first_line(error.orig or error))
    if isinstance(error, exc.StatementError):
        return DataRefused(_first_line(error.orig or error))
    if isinstance(error, exc.TimeoutError):
        return DatabaseUnavailable("All connections are in use.")
    return StorageError(_first_line(error))


def _dbapi_kind(error: exc.DBAPIError) -> Callable[[str], StorageError]:
    # First: a line that broke says nothing about the values, whatever class the driver gives its error.
    if error.connection_invalidated:
        return DatabaseUnavailable
    if isinstance(error, exc.DataError | exc.IntegrityError):
        return DataRefused
    # A statement that this schema does not know is our fault: to try it again would hide that.
    if isinstance(error, exc.ProgrammingError):
        return StorageError
    # SQLite has no code of its own for it, and waiting would not help.
    return SchemaMissing if "no such table" in str(error.orig) else DatabaseUnavailable


def _first_line(error: BaseException) -> str:
    # Later lines of a PostgreSQL message quote the values, which do not belong in a log.
    return str(error).strip().split("\n", 1)[0]
