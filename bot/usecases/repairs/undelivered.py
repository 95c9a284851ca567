"""What could not be delivered: counted, and explained to who asks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage.delivery import dead_letters, holds
from storage.delivery.projection_state import Projection
from storage.engine.database import Transaction

_REFUSED = re.compile(r"\(([a-z][a-z0-9_]*)\) (.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is not delivered: Slack's code, empty where there is none, and what to do, in words."""

    code: str
    words: str


def cause(reason: str) -> Cause:
    """The cause in a stored reason: it holds Slack's code in brackets, then the mend, where Slack refused."""
    match = _REFUSED.search(reason)
    return Cause(match[1], match[2].strip()) if match else Cause("", reason)


@dataclass(frozen=True, slots=True)
class UndeliveredCounts:
    """How much is dead, and how much waits for a repair in Slack."""

    dead: int
    held: int


def counts(tx: Transaction) -> UndeliveredCounts:
    """Count it."""
    return UndeliveredCounts(dead_letters.count(tx), holds.count(tx))


def troubles_of(tx: Transaction, messages: Mapping[str, Sequence[Projection]]) -> dict[str, str]:
    """Why cases that have no message have none, in words; without those whose message is about to come."""
    held = {place.channel_id: place.reason for place in holds.all_of(tx) if not place.is_for_updates}
    troubles: dict[str, str] = {}
    for case_id, rows in messages.items():
        reasons = [row.dead_reason or held.get(row.channel_id) or held.get(None) for row in rows]
        if all(reasons) and not any(row.ts for row in rows):
            troubles[case_id] = cause(str(reasons[0])).words
    return troubles
