"""What came of what a service posted: values that the edge puts into status codes and bodies."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.cases.predictions import PostedKey, StoredPrediction

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BodyIdentity:
    """What names a posted prediction for ever, and what tells whether another body says the same.

    The digest is made where it is asked for: that of an earlier version costs as much as reading the body.
    """

    key: PostedKey
    body_digest: Callable[[], bytes | None]

    def is_of(self, stored: StoredPrediction) -> bool:
        """Whether it was stored under this name from a body that says the same."""
        return stored.key == self.key and stored.body_digest == self.body_digest()


@dataclass(frozen=True, slots=True)
class Admission:
    """The prediction is stored now; `due_at` is None where nobody reviews it."""

    prediction: StoredPrediction
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Repetition:
    """It was posted before with the same body, and stands as it was stored then."""

    prediction: StoredPrediction
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Its id was posted before with another body, of which these parts differ; nothing was stored."""

    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejection:
    """It is turned away at the door, unless it was stored before; `why` is the edge's own.

    `identities`: what a body that was stored before would be known by, as each version names it.
    """

    why: Exception
    identities: tuple[BodyIdentity, ...] = ()


ItemOutcome = Admission | Repetition | Conflict | Rejection


@dataclass(frozen=True, slots=True)
class Reception:
    """What came of each item of a request, in order."""

    items: tuple[ItemOutcome, ...]
    is_batch: bool = False


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What the edge answered to a request first: kept in its own words, as no later version would say it."""

    status: int
    body: JsonObject


@dataclass(frozen=True, slots=True)
class RequestConflict:
    """The request's `webhook_id` came before with another body; nothing was stored."""


Outcome = Reception | FirstAnswer | RequestConflict
