"""A Slack message seen as the image of a durable row: wanted, shown, claimed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.slack_channel import ChannelId, ChannelName
from storage.sql.rows import value_of


@dataclass(frozen=True, slots=True)
class WantedMessage:
    """A message that should exist and show its case's present state; priority 0 is the riskiest.

    `channel` is the policy's name of `channel_id` where that is not the case's own channel.
    """

    case_id: str
    channel_id: ChannelId
    priority: int
    due_at: datetime
    wanted_at: datetime | None = None
    kind: str = "case"
    channel: ChannelName | None = None

    @property
    def projection_id(self) -> str:
        """Names the message by what it shows and where."""
        return projection_id(self.kind, self.case_id, self.channel_id)


@dataclass(frozen=True, slots=True)
class Projection:
    """A message: `ts` is Slack's id of it once posted; it is due while `shown_version` lags behind.

    `form` is what Slack took of it last (None: all of it) after so many `refusals`, since `formed_at`.
    """

    row_id: int
    projection_id: str
    case_id: str
    channel_id: ChannelId
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
    channel: ChannelName | None
    form: str | None
    refusals: int
    formed_at: datetime | None

    @property
    def shape(self) -> "Shape":
        """In which form it is shown."""
        return Shape(self.form, self.refusals, self.formed_at)


@dataclass(frozen=True, slots=True)
class Shape:
    """In which form a message is shown (None: whole), after how many refusals, and since when."""

    form: str | None = None
    refusals: int = 0
    formed_at: datetime | None = None

    def columns(self) -> dict[str, Any]:
        """The shape as the row's columns."""
        return {"form": self.form, "refusals": self.refusals, "formed_at": self.formed_at}


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


def projection_id(kind: str, case_id: str, channel_id: ChannelId) -> str:
    """What names a message of a case in a channel."""
    # With the channel: an escalation shows the same case in a second place, and each has its own message.
    return f"{kind}:{case_id}:{channel_id}"


def projection_of(row: Any) -> Projection:
    """The projection of a row."""
    return value_of(Projection, row)


def claim_of(row: Any) -> Claim:
    """The claim of a row that was just taken."""
    return Claim(projection_of(row), row.owner, row.attempt, row.attempt_id, row.attempted_at)
