"""A Slack message seen as the image of a durable row: wanted, shown, claimed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message that should exist and show its case's present state; priority 0 is the riskiest."""

    case_id: str
    channel_id: str
    priority: int
    due_at: datetime
    wanted_at: datetime | None = None
    kind: str = "case"

    @property
    def projection_id(self) -> str:
        """Names the message by what it shows and where."""
        return f"{self.kind}:{self.case_id}:{self.channel_id}"


@dataclass(frozen=True, slots=True)
class Projection:
    """A message: `ts` is Slack's id of it once posted; it is due while `shown_version` lags behind."""

    row_id: int
    projection_id: str
    case_id: str
    channel_id: str
    kind: str
    wanted_version: int
    shown_version: int
    ts: str | None
    attempt_id: str | None
    attempted_at: datetime | None
    failures: int
    next_try_at: datetime
    last_error: str | None
    dead_reason: str | None
    priority: int
    due_at: datetime
    times_lost: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A projection taken for sending. A `previous_attempt_id` is open: look it up before posting."""

    projection: Projection
    owner: str
    attempt: int
    previous_attempt_id: str | None
    previous_attempted_at: datetime | None

    @property
    def row_id(self) -> int:
        """The claimed row."""
        return self.projection.row_id


def projection_of(row: Any) -> Projection:
    """The projection of a row."""
    return Projection(**{name: getattr(row, name) for name in Projection.__slots__})


def claim_of(row: Any) -> Claim:
    """The claim of a row that was just taken."""
    return Claim(projection_of(row), row.owner, row.attempt, row.attempt_id, row.attempted_at)
