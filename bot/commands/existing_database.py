"""The database of this installation, for commands that look into it."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.doctor.database import absent_file
from bot.errors import BotError
from bot.record_keys import keyring
from bot.settings import Settings
from storage.engine.database import Database


class NothingStored(BotError):
    """There is no database to look into."""


@contextmanager
def existing_database(settings: Settings) -> Iterator[Database]:
    """The database of the settings, closed at the end; raises NothingStored rather than create a file."""
    absent = absent_file(settings.database_url)
    if absent is not None:
        raise NothingStored(f"{absent.what} {absent.mend} {settings.database_origin}")
    database = Database(settings.database_url, keyring=keyring(settings))
    try:
        yield database
    finally:
        database.dispose()
