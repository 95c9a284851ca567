"""The record: chains of entries with the digests of rows as they were written; and the chain before it."""

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table

from storage.sql.column_types import ArrivalId
from storage.tables.columns import metadata, moment, text

record_entries = Table(
    "record_entries",
    metadata,
    Column("chain", sa.Text(), primary_key=True),
    Column("seq", sa.BigInteger(), primary_key=True, autoincrement=False),
    moment("at", is_null=True),
    text("actor"),
    text("action"),
    text("subject"),
    # Text, not JSON: a link is taken over the very letters.
    text("data"),
    text("rows"),
    text("key_id"),
    Column("link", sa.LargeBinary(), nullable=False),
    Index("ix_record_entries_subject", "subject"),
)
record_heads = Table(
    "record_heads",
    metadata,
    Column("chain", sa.Text(), primary_key=True),
    Column("length", sa.BigInteger(), nullable=False),
    Column("link", sa.LargeBinary(), nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", ArrivalId, primary_key=True, autoincrement=False),
    moment("at"),
    text("actor"),
    text("action"),
    text("subject"),
    text("data"),
    Column("hash", sa.LargeBinary(), nullable=False),
    Index("ix_audit_subject", "subject", "seq"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("head", ArrivalId, primary_key=True, autoincrement=False),
    Column("length", sa.BigInteger(), nullable=False),
    Column("hash", sa.LargeBinary(), nullable=False),
)
