"""Whether the database answers, is migrated to this version, and can be written."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bot.doctor.finding import CheckFinding, fail, ok, warn
from storage.delivery import claimed_events
from storage.engine.database import Database
from storage.errors import StorageError
from storage.record.keyring import NO_KEYS

T = TypeVar("T")

SQLITE = "sqlite:///"
REACH = "Check SECONDLOOK_DATABASE_URL, that the server runs, and that this user may connect."
WRITABLE = "Let this user write: a full disk, a read-only file or a replica refuse it."


def check_database(url: str, now: datetime, origin: str) -> tuple[CheckFinding, ...]:
    """What there is to say about the database at `url`; creates nothing. `origin`: where `url` is set."""
    absent = absent_file(url)  # first: to connect to a SQLite file creates it
    if absent is not None:
        return (replace(absent, mend=f"{absent.mend} {origin}"),)
    try:
        database = Database(url, keyring=NO_KEYS)
    except StorageError as error:
        return (fail("database", f"{error} {origin}", REACH),)
    try:
        return _checked(database, now, origin)
    finally:
        database.dispose()


def absent_file(url: str) -> CheckFinding | None:
    """About a SQLite file that does not exist yet; None for everything else."""
    path = Path(url.removeprefix(SQLITE).split("?")[0])
    if not url.startswith(SQLITE) or path.exists():
        return None
    if not path.parent.is_dir():
        return fail(
            "database", f"The directory of {path} does not exist.", "Create it, or name another file."
        )
    return warn("database", f"{path} does not exist yet.", "`secondlook serve` creates it.")


def read_in(url: str, find: Callable[[Database], Iterable[T]]) -> tuple[T, ...]:
    """What `find` reads in the database; nothing where it cannot tell, which the check of it says itself."""
    if absent_file(url) is not None:
        return ()
    try:
        database = Database(url, keyring=NO_KEYS)
    except StorageError:
        return ()
    try:
        return tuple(find(database))
    except StorageError:
        return ()
    finally:
        database.dispose()


def _checked(database: Database, now: datetime, origin: str) -> tuple[CheckFinding, ...]:
    from storage.engine import schema  # with Alembic: only where there is a database to ask

    try:
        with database.read() as tx:
            is_current = schema.is_current(tx)
    except StorageError as error:
        return (fail("database", f"{error} {origin}", REACH),)
    if not is_current:
        mend = "`secondlook database upgrade` (also `secondlook serve`) migrates it; back it up before."
        return (warn("database", f"{database.dialect}, not of this version yet.", mend),)
    return (_written(database, now),)


def _written(database: Database, now: datetime) -> CheckFinding:
    try:
        with database.write() as tx:
            claimed_events.claim(tx, "doctor", now)
            claimed_events.release(tx, "doctor")  # in the same transaction: the examination leaves no row
    except StorageError as error:
        return fail("database", f"{database.dialect} answers, but cannot be written: {error}", WRITABLE)
    return ok("database", f"{database.dialect}, migrated, writable")
