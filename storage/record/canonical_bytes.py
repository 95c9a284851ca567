"""A value of a row as bytes: the same of what was written and of what either database gives back."""

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from storage.sql.column_types import EPOCH, MICROSECOND, Duration, JsonText, UtcMoment
from storage.sql.json_documents import JsonString, dump

Leaf = Callable[[Any], bytes]
NULL = b"\xff"  # no text, number or document is encoded so
_UNREADABLE = b"\xfe"
_whole: Leaf = b"%d".__mod__


def written(column: sa.Column[Any]) -> Leaf:
    """How a value that is not None is encoded as it is written to this column."""
    return next(leaf for kind, leaf, _ in _LEAVES if isinstance(column.type, kind))


def stored(column: sa.Column[Any]) -> Leaf:
    """How a value that `raw` selects is encoded; what no writer of ours stores is encoded apart."""
    leaf = next(leaf for kind, _, leaf in _LEAVES if isinstance(column.type, kind))

    def safe(value: Any) -> bytes:
        if value is None:
            return NULL
        try:
            return leaf(value)
        except (TypeError, ValueError, OverflowError):  # somebody else's: not our type, not our characters
            return _UNREADABLE + repr(value).encode(errors="backslashreplace")

    return safe


def raw(column: sa.Column[Any], dialect: str) -> sa.ColumnElement[Any]:
    """The column as the driver gives it, so that no value that somebody put there stops the reading."""
    if dialect == "postgresql" and isinstance(column.type, UtcMoment):
        return sa.extract("epoch", column).label(column.name)  # `infinity` is no datetime in Python
    if dialect == "postgresql" and isinstance(column.type, JsonText):
        return sa.cast(column, sa.Text).label(column.name)  # `json` keeps the text as it came
    return sa.type_coerce(column, sa.types.NullType()).label(column.name)


def framed(encoded: Sequence[bytes]) -> bytes:
    """The values in a row, with their lengths before them: nothing can move from a value into the next."""
    return b"".join((struct.pack(f"<{len(encoded)}I", *map(len, encoded)), *encoded))


@contextmanager
def lenient(tx: sa.Connection) -> Iterator[None]:
    """Let SQLite give text that is no UTF-8, rather than fail at it."""
    connection: Any = tx.connection.dbapi_connection
    if tx.dialect.name != "sqlite":
        yield
        return
    connection.text_factory = lambda raw: raw.decode(errors="surrogateescape")
    try:
        yield
    finally:
        connection.text_factory = str


def _moment(value: Any) -> bytes:
    return _whole((value - EPOCH) // MICROSECOND)


def _duration(value: Any) -> bytes:
    return _whole(value // MICROSECOND)


def _document(value: Any) -> bytes:
    return (value if type(value) is JsonString else dump(value)).encode()


def _float(value: Any) -> bytes:
    return repr(float(value) + 0.0).encode()  # SQLite keeps no negative zero


def _binary(value: bytes) -> bytes:
    return value.hex().encode()


def _stored_text(value: Any) -> bytes:
    return str.encode(value)


def _stored_whole(value: Any) -> bytes:
    return _whole(int.__index__(value))


def _stored_moment(value: Any) -> bytes:
    # SQLite: microseconds. PostgreSQL: seconds, exact (a Decimal), or a float before version 14.
    return _whole(value if isinstance(value, int) else round(value * 1_000_000))


def _stored_float(value: Any) -> bytes:
    return _float(float.__float__(value))


def _stored_binary(value: Any) -> bytes:
    return bytes.hex(value).encode()


# Never to be changed: seals of years ago are computed anew by these, and would all be called edits.
_LEAVES: tuple[tuple[type[Any], Leaf, Leaf], ...] = (
    (UtcMoment, _moment, _stored_moment),
    (Duration, _duration, _stored_whole),
    (JsonText, _document, _stored_text),
    (sa.Text, str.encode, _stored_text),
    (sa.Float, _float, _stored_float),
    (sa.Boolean, _whole, _stored_whole),
    (sa.Integer, _whole, _stored_whole),
    (sa.LargeBinary, _binary, _stored_binary),
)
