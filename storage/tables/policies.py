"""The policies that were active, and the replicas with the policies of their files."""

import sqlalchemy as sa
from sqlalchemy import Column, Table

from storage.sql.column_types import Document
from storage.tables.columns import metadata, moment, text

policies = Table(
    "policies",
    metadata,
    Column("version", sa.Text(), primary_key=True),
    Column("document", Document, nullable=False),
    Column("sequence", sa.BigInteger(), nullable=False),
    moment("first_seen_at"),
    # Not unique: replicas may activate at the same moment, and a refusal would stop one of them.
    Column("activation", sa.BigInteger()),
    moment("activated_at", is_null=True),
    text("activated_by", is_null=True),
)

replicas = Table(
    "replicas",
    metadata,
    Column("replica", sa.Text(), primary_key=True),
    text("policy_version"),
    moment("seen_at"),
)
