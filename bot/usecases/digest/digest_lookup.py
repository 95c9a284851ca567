"""Looks up a digest as it was made: what was shown once stays what its buttons speak of."""

from pydantic import ValidationError

from bot.usecases.digest.digest_document import from_document
from routing.digest.digest import Digest
from storage.engine.database import Transaction
from storage.leads import digests


def find(tx: Transaction, key: str) -> tuple[str, Digest] | None:
    """The team and the digest of that name; None if none is kept that this version can read."""
    stored = digests.get(tx, key)
    try:
        return (stored.team, from_document(stored.document)) if stored else None
    except ValidationError:
        return None
