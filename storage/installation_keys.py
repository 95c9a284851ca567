"""Keys that belong to this installation alone: made once, and kept though every other secret is changed."""

from datetime import datetime

import sqlalchemy as sa

from storage.engine.database import Transaction
from storage.sql.upserts import ensure
from storage.tables import installation_keys


def find(tx: Transaction, name: str) -> bytes | None:
    """The key of this name; None where none was made yet."""
    return tx.execute(_secret_of(name)).scalar_one_or_none()


def keep(tx: Transaction, name: str, new: bytes, now: datetime) -> bytes:
    """The key of this name, which is `new` if there was none before: of several at once the first counts."""
    ensure(tx, installation_keys, [{"name": name, "secret": new, "made_at": now}])
    # Read back, not returned as it came: another process may have been faster.
    return tx.execute(_secret_of(name)).scalar_one()


def _secret_of(name: str) -> sa.Select[bytes]:
    return sa.select(installation_keys.c.secret).where(installation_keys.c.name == name)
