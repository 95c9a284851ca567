"""Column types that mean the same on both dialects."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from routing.slack_channel import ChannelId
from storage.sql.json_documents import JsonString, dump, load

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class UtcMoment(TypeDecorator[datetime]):
    """An aware UTC datetime: `timestamptz` on PostgreSQL, microseconds since 1970 on SQLite.

    Refuses a naive datetime with ValueError, which reaches the caller as `DataRefused`.
    """

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that the database knows."""
        is_sqlite = dialect.name == "sqlite"
        return dialect.type_descriptor(sa.BigInteger() if is_sqlite else sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """The stored form of an aware datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone")
        # Whole microseconds: moments are compared for equality, which fractions of a float cannot promise.
        return (value - EPOCH) // MICROSECOND if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (overrides)
        """The aware UTC datetime of a stored form."""
        if value is None:
            return None
        # PostgreSQL answers in the session's time zone.
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return EPOCH + timedelta(microseconds=value)


class Duration(TypeDecorator[timedelta]):
    """A timedelta as microseconds."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:  # noqa: ARG002 (overrides)
        """Microseconds."""
        return None if value is None else value // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:  # noqa: ARG002 (overrides)
        """The timedelta of microseconds."""
        return None if value is None else timedelta(microseconds=value)


class ChannelText(TypeDecorator[ChannelId]):
    """A Slack channel as its text, so that rows from before there were workspaces go on."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: ChannelId | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (overrides)
        """Its text."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> ChannelId | None:  # noqa: ARG002 (overrides)
        """The channel of its text."""
        return None if value is None else ChannelId.parse(value)


class JsonText(TypeDecorator[Any]):
    """A JSON value, written here so that what cannot be written is refused before the driver sees it.

    The engines' `json_serializer` therefore passes text on as it is.
    """

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 (overrides)
        """Compact JSON; a document that was written before, as it is."""
        return value if value is None or type(value) is JsonString else dump(value)


class JsonValue(JsonText):
    """A JSON value that may be a bare number: kept as text on SQLite.

    SQLite calls a column of the type JSON numeric, and turns the text of a number in it into a number
    (SQLite's documentation, "Datatypes", 3.1).
    """

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type that the database knows."""
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else self.impl_instance)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The value of its text."""
        return load(value) if dialect.name == "sqlite" and value is not None else value


ArrivalId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Integer keys that cluster rows by arrival; on SQLite only INTEGER is the rowid."""

Document = JsonText()
"""JSON kept in the order it came in (so not `jsonb`)."""
