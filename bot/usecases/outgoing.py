"""What use cases put in the outbox: callbacks to services and notices to people, as values and as JSON."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from routing.label import ExpertId
from routing.slack_channel import ChannelId, ChannelName

JsonObject = dict[str, Any]
# Rows of every released version hold these words, and the payloads' keys below: they never change.
CALLBACK = "callback"
NOTICE = "notice"
REMINDER = "reminder"
DIGEST = "digest"
NEWS = "news"
ASK = "ask"
PAUSE = "pause"
SHAPE = "shape"
"""Where an item's payload keeps what Slack did not take of it."""


@dataclass(frozen=True, slots=True)
class Callback:
    """An event about a case for its service; `event` is its type, such as `case.decided`.

    Its outbox key names decision and endpoint, its ordering key is the case's id.
    """

    service: str
    url: str
    event: str
    occurred_at: datetime
    data: JsonObject

    def to_payload(self) -> JsonObject:
        """The callback as JSON for the outbox."""
        return {
            "service": self.service,
            "url": self.url,
            "event": self.event,
            "occurred_at": self.occurred_at.isoformat(),
            "data": self.data,
        }

    @classmethod
    def from_payload(cls, payload: JsonObject) -> Self:
        """The callback from the outbox's JSON."""
        moment = datetime.fromisoformat(payload["occurred_at"])
        return cls(payload["service"], payload["url"], payload["event"], moment, payload["data"])


class Occasion(StrEnum):
    """Why a notice is sent."""

    REMINDER = "reminder"
    ESCALATION = "escalation"
    DISPUTE = "dispute"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    EXPIRED = "expired"
    NOTE = "note"
    REVEAL = "reveal"


class Place(StrEnum):
    """Where a notice is shown: under the case's message, in a channel, or in a person's direct messages."""

    THREAD = "thread"
    CHANNEL = "channel"
    DM = "dm"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something people should know about a case or several, most urgent first.

    `people` are user ids to mention (in a DM: whoever gets it); `channel_id` is where a channel notice
    goes, for a thread the channel of the case's message (None: the case's own channel). A notice that asks
    for an answer is dropped when none of its cases waits any more; `note` is a sentence shown with it.
    """

    about: Occasion
    place: Place
    case_ids: tuple[str, ...]
    people: tuple[str, ...] = ()
    channel_id: ChannelId | None = None
    note: str = ""

    def to_payload(self) -> JsonObject:
        """The notice as JSON for the outbox."""
        return {
            "about": self.about.value,
            "place": self.place.value,
            "case_ids": list(self.case_ids),
            "people": list(self.people),
            "channel_id": self.channel_id and str(self.channel_id),
            "note": self.note,
        }

    @classmethod
    def from_payload(cls, payload: JsonObject) -> Self:
        """The notice from the outbox's JSON."""
        return cls(
            about=Occasion(payload["about"]),
            place=Place(payload["place"]),
            case_ids=tuple(payload["case_ids"]),
            people=tuple(payload["people"]),
            channel_id=ChannelId.parse(payload["channel_id"]) if payload["channel_id"] else None,
            note=payload["note"],
        )


@dataclass(frozen=True, slots=True)
class NamedAsk:
    """Somebody is to be asked about a case in their direct messages."""

    case_id: str
    expert: ExpertId

    def to_payload(self) -> JsonObject:
        """The ask as JSON for the outbox."""
        return {"case_id": self.case_id, "team_id": self.expert.team_id, "user_id": self.expert.user_id}

    @classmethod
    def from_payload(cls, payload: JsonObject) -> Self:
        """The ask from the outbox's JSON."""
        return cls(payload["case_id"], ExpertId(payload["team_id"], payload["user_id"]))


@dataclass(frozen=True, slots=True)
class News:
    """Something a team should know about a task rather than a case: a threshold, an alarm.

    `sentence` says what happened, `details` what is to be read of it, `advice` what to do; `case_ids` are
    examples. `alarm_keys` name the alarms that it tells. With a `channel`, by its name in the policy, that
    channel reads it, whatever the team.
    """

    team: str
    sentence: str
    details: tuple[str, ...] = ()
    advice: str = ""
    case_ids: tuple[str, ...] = ()
    alarm_keys: tuple[str, ...] = ()
    channel: ChannelName | None = None

    def to_payload(self) -> JsonObject:
        """The news as JSON for the outbox."""
        return {
            "team": self.team,
            "sentence": self.sentence,
            "details": list(self.details),
            "advice": self.advice,
            "case_ids": list(self.case_ids),
            "alarm_keys": list(self.alarm_keys),
            "channel": self.channel,
        }

    @classmethod
    def from_payload(cls, payload: JsonObject) -> Self:
        """The news from the outbox's JSON."""
        return cls(
            team=payload["team"],
            sentence=payload["sentence"],
            details=tuple(payload["details"]),
            advice=payload["advice"],
            case_ids=tuple(payload["case_ids"]),
            alarm_keys=tuple(payload["alarm_keys"]),
            channel=payload.get("channel"),  # earlier versions wrote to teams alone
        )


class PauseOccasion(StrEnum):
    """What there is to tell of a pause."""

    PROPOSED = "proposed"
    BEGUN = "begun"
    PROTESTED = "protested"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PauseNews:
    """What happened about an expert's pause, for the leads of `team`; without a team for the person."""

    pause_id: str
    occasion: PauseOccasion
    team: str = ""

    def to_payload(self) -> JsonObject:
        """The news as JSON for the outbox."""
        return {"pause_id": self.pause_id, "occasion": self.occasion.value, "team": self.team}

    @classmethod
    def from_payload(cls, payload: JsonObject) -> Self:
        """The news from the outbox's JSON."""
        return cls(payload["pause_id"], PauseOccasion(payload["occasion"]), payload["team"])
