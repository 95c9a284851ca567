"""What the tables are made of: the metadata and the columns that many share."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index

from routing.slack_channel import ChannelId
from storage.sql.column_types import ArrivalId, ChannelText, UtcMoment

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def row_id() -> Column[int]:
    """The key that clusters rows by arrival."""
    return Column("row_id", ArrivalId, primary_key=True, autoincrement=True)


def text(name: str, *, is_null: bool = False, is_unique: bool = False) -> Column[str]:
    """A text column."""
    return Column(name, sa.Text(), nullable=is_null, unique=is_unique or None)


def channel_id(*, is_unique: bool = False) -> Column[ChannelId]:
    """A channel in Slack."""
    return Column("channel_id", ChannelText(), nullable=False, unique=is_unique or None)


def moment(name: str, *, is_null: bool = False) -> Column[Any]:
    """An aware UTC moment."""
    return Column(name, UtcMoment(), nullable=is_null)


def count(name: str) -> Column[int]:
    """A whole number that begins at 0."""
    return Column(name, sa.Integer(), nullable=False, server_default="0")


def flag(name: str) -> Column[bool]:
    """A yes or no."""
    return Column(name, sa.Boolean(), nullable=False)


def case_id() -> Column[str]:
    """A reference to a prediction by its public id."""
    return Column("case_id", sa.Text(), ForeignKey("predictions.case_id"), nullable=False)


def expert() -> tuple[Column[str], Column[str]]:
    """The two columns that name a person."""
    return text("team_id"), text("user_id")


def salt() -> Column[bytes]:
    """What is hashed with the row's content, so that without it no digest tells of that."""
    return Column("salt", sa.LargeBinary())


def lease() -> tuple[Column[Any], ...]:
    """Who works on the row, and what came of the last call: `next_try_at` is also the lease's end."""
    return (
        text("owner", is_null=True),
        count("attempt"),
        text("attempt_id", is_null=True),
        moment("attempted_at", is_null=True),
        count("failures"),
        moment("next_try_at"),
        text("last_error", is_null=True),
        text("dead_reason", is_null=True),
        moment("held_since", is_null=True),
    )


def partial(
    name: str, condition: sa.ColumnElement[bool], *columns: Column[Any], unique: bool = False
) -> None:
    """An index over the few rows that meet a condition."""
    # SQLite uses the index only for queries that spell the condition the same way: `flag = 1`.
    spelled = condition == sa.literal_column("1") if isinstance(condition, Column) else condition
    Index(name, *columns, unique=unique, sqlite_where=spelled, postgresql_where=condition)
