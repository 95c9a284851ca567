"""The policies that were in force."""

import sqlalchemy as sa
from sqlalchemy import Column, Table

from storage.sql.column_types import Document
from storage.tables.columns import metadata, moment

policies = Table(
    "policies",
    metadata,
    Column("version", sa.Text(), primary_key=True),
    Column("document", Document, nullable=False),
    Column("sequence", sa.BigInteger(), nullable=False),
    moment("first_seen_at"),
)
