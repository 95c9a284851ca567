"""The errors of storage: a tree, where a class's docstring is its message."""


class StorageError(Exception):
    """The database did not do what was asked."""

    def __init__(self, detail: str = "") -> None:
        summary = (type(self).__doc__ or "").strip()
        super().__init__(f"{summary} {detail}".strip())
        self.detail = detail


class CaseUnknown(StorageError):
    """There is no such case."""


class DatabaseUnavailable(StorageError):
    """The database does not answer; try again shortly."""


class SchemaMissing(DatabaseUnavailable):
    """The database was never migrated to this version: run `secondlook database upgrade`."""


class DataRefused(StorageError):
    """The database refuses this data: a character, number or reference that it cannot store."""


class UnsupportedDatabase(StorageError):
    """Second Look keeps its data in a SQLite file or in PostgreSQL; write sqlite:///FILE or postgresql://…"""


class SchemaTooNew(StorageError):
    """A newer version of Second Look has migrated this database; start that version or a later one."""


class KeyMissing(StorageError):
    """Nothing goes on record without a key: set SECONDLOOK_AUDIT_KEYS, or start `secondlook serve` once."""


class NestedWrite(StorageError):
    """A write transaction was begun inside another on the same thread."""
