"""The keys under which the record is written, so that whoever can write its table cannot mend it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from storage.errors import KeyMissing

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Keyring:
    """Pairs of a key's id and its secret: the first signs, all verify; `str` shows no more than the ids.

    `new_salt` makes what is kept beside each row's content: once it is erased too, no digest tells of it.
    """

    keys: tuple[tuple[str, bytes], ...] = field(repr=False)
    new_salt: Callable[[], bytes] = field(default=partial(secrets.token_bytes, SALT_BYTES), repr=False)

    def __str__(self) -> str:
        return f"Keyring({', '.join(key_id for key_id, _ in self.keys)})"

    @property
    def signer(self) -> tuple[str, bytes]:
        """The key that signs; raises KeyMissing where there is none."""
        if not self.keys:
            raise KeyMissing
        return self.keys[0]

    def secret(self, key_id: str) -> bytes | None:
        """The secret of this id, None where it is not here."""
        return next((secret for name, secret in self.keys if name == key_id), None)


NO_KEYS = Keyring(())
"""For looking only: nothing can be put on record."""

OPEN = Keyring((("", b""),))
"""A chain that everybody can compute; a keyring with keys never takes its entries for its own."""
