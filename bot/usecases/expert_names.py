"""How a service reads of an expert: by Slack's id, by a pseudonym, or not at all."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.usecases.context import Context
from routing.label import ExpertId
from routing.policy import Exposure
from storage import installation_keys
from storage.engine.database import Transaction

PSEUDONYMS = "pseudonyms"
DIGITS = 10
"""Of hexadecimal: among 1,000 experts two share a pseudonym with a chance of 1 in 2,000,000."""


@dataclass(frozen=True, slots=True)
class ExpertNames:
    """The names of experts for a service; `key` is the installation's, where pseudonyms are wanted."""

    exposure: Exposure
    key: bytes = field(default=b"", repr=False)

    def name(self, expert: ExpertId) -> str | None:
        """What the service reads of the expert: always the same for a person, None where it reads nothing.

        A pseudonym is HMAC-SHA256 (RFC 2104) of the user id: Slack's ids are few enough to try them all, so
        that without a key a hash would hide nobody.
        """
        if self.exposure == "none":
            return None
        if self.exposure == "slack_id":
            return expert.user_id
        digest = hmac.new(self.key, expert.user_id.encode(), hashlib.sha256).hexdigest()
        return f"expert_{digest[:DIGITS]}"

    def names(self, experts: Iterable[ExpertId]) -> list[str] | None:
        """The names of several; None where the service reads nothing of any."""
        named = [self.name(expert) for expert in experts]
        return None if self.exposure == "none" else [name for name in named if name is not None]


def callback_names(ctx: Context, tx: Transaction, service: str) -> ExpertNames:
    """The names in callbacks to a service: Slack's ids where its policy says nothing, as ever."""
    exposure = _exposure(ctx, service) or "slack_id"
    if exposure != "pseudonym":
        return ExpertNames(exposure)
    key = installation_keys.find(tx, PSEUDONYMS)
    if key is None:
        # Not derived from another secret: when that is rotated, every expert would become another person.
        key = installation_keys.keep(tx, PSEUDONYMS, ctx.new_key(), ctx.clock.now())
    return ExpertNames(exposure, key)


def reading_names(ctx: Context, service: str) -> ExpertNames:
    """The names in what a service reads: none where its policy says nothing, as ever."""
    exposure = _exposure(ctx, service) or "none"
    if exposure != "pseudonym":
        return ExpertNames(exposure)
    # A look first: the key is made once, and whoever only reads should not stand in the writers' line.
    with ctx.database.read() as tx:
        key = installation_keys.find(tx, PSEUDONYMS)
    if key is not None:
        return ExpertNames(exposure, key)
    with ctx.database.write() as tx:
        return callback_names(ctx, tx, service)


def _exposure(ctx: Context, service: str) -> Exposure | None:
    terms = ctx.policy.services.get(service)
    return terms.expose_experts if terms else None
