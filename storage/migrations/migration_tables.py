"""What the tables of the migrations are made of; kept apart from today's tables, which may change."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.sql.column_types import UtcMoment

FLAGS = {"is_audit", "is_open", "is_due", "is_pending", "is_waiting"}


def partial(name: str, table: str, columns: list[str], *conditions: str, unique: bool = False) -> None:
    """An index over the few rows that meet every condition."""
    on_sqlite = sa.text(" AND ".join(f"{each} = 1" if each in FLAGS else each for each in conditions))
    on_postgresql = sa.text(" AND ".join(conditions))
    where: dict[str, Any] = {"sqlite_where": on_sqlite, "postgresql_where": on_postgresql}
    op.create_index(name, table, columns, unique=unique, **where)


def texts(*names: str, nullable: bool = False) -> list[Column[str]]:
    """Text columns."""
    return [Column(name, sa.Text(), nullable=nullable) for name in names]


def moments(*names: str, nullable: bool = False) -> list[Column[datetime]]:
    """Aware UTC moments."""
    return [Column(name, UtcMoment(), nullable=nullable) for name in names]


def lease() -> list[Column[Any]]:
    """Who works on the row, and what came of the last call."""
    return [
        *texts("owner", "attempt_id", "last_error", "dead_reason", nullable=True),
        Column("attempt", sa.Integer(), server_default="0", nullable=False),
        Column("failures", sa.Integer(), server_default="0", nullable=False),
        *moments("attempted_at", nullable=True),
        *moments("next_try_at"),
    ]
