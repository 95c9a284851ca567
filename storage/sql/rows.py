"""Frozen values whose fields are named as the columns that hold them, there and back."""

from typing import Any, TypeVar

from storage.sql.upserts import Row

T = TypeVar("T")


def columns_of(value: Any) -> Row:
    """The columns of a dataclass with slots."""
    # A field's name is a column's here: it never changes, and a new field needs a migration.
    return {name: getattr(value, name) for name in value.__slots__}


def value_of(kind: type[T], row: Any, **others: Any) -> T:
    """The value of a row, which has all of its fields but the `others`, and may have more."""
    names = (name for name in kind.__slots__ if name not in others)  # type: ignore[attr-defined]
    return kind(**{name: getattr(row, name) for name in names}, **others)
