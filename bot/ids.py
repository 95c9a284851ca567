"""Makes the ids of cases, labels and everything else that is named."""

import secrets


def new_id(prefix: str) -> str:
    """A new id such as `case_9f…` with 128 random bits: unique without asking anybody, never guessable."""
    return f"{prefix}_{secrets.token_hex(16)}"
