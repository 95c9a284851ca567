"""Keeps keys that are an installation's own, such as the one of its experts' pseudonyms."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

from storage.migrations.migration_tables import moments

revision = "pseudonyms"
down_revision = "codes"


def upgrade() -> None:
    """Add the table; each key is made when it is needed first."""
    op.create_table(
        "installation_keys",
        Column("name", sa.Text(), nullable=False),
        Column("secret", sa.LargeBinary(), nullable=False),
        *moments("made_at"),
        sa.PrimaryKeyConstraint("name", name="pk_installation_keys"),
    )
