"""People, where they were last seen, and the key under which services know them."""

import sqlalchemy as sa
from sqlalchemy import Column, Table

from storage.tables.columns import flag, metadata, moment, text

experts = Table(
    "experts",
    metadata,
    *(Column(name, sa.Text(), primary_key=True) for name in ("team_id", "user_id")),
    text("name"),
    text("timezone", is_null=True),
    flag("is_active"),
    flag("is_guest"),
    Column("is_bot", sa.Boolean(), nullable=True),  # null: Slack was not asked who this is, or long ago
    moment("refreshed_at"),
)

membership_sources = Table(
    "membership_sources",
    metadata,
    Column("source", sa.Text(), primary_key=True),
    moment("refreshed_at"),
)

memberships = Table(
    "memberships",
    metadata,
    *(Column(name, sa.Text(), primary_key=True) for name in ("source", "team_id", "user_id")),
)

installation_keys = Table(
    "installation_keys",
    metadata,
    Column("name", sa.Text(), primary_key=True),
    Column("secret", sa.LargeBinary(), nullable=False),
    moment("made_at"),
)
