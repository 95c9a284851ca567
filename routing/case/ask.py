"""Somebody asked about a case by name: what for, until when it is theirs, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing.label import ExpertId
from routing.slack_channel import ChannelId


class AskPurpose(StrEnum):
    """What somebody is asked for: a second answer, a check of a claim that it was wrong, or the first.

    The first is asked of another person after nobody answered in time.
    """

    SECOND_OPINION = "second_opinion"
    CLAIM = "claim"
    FOLLOW_UP = "follow_up"


class AskState(StrEnum):
    """What came of an ask: it runs, it was answered or handed on, or its time ran out."""

    WAITING = "waiting"
    ANSWERED = "answered"
    DECLINED = "declined"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Ask:
    """An expert who is asked about a case, once for ever; it is theirs until `lease_until`.

    `channel_id` is their direct messages, None until these are open.
    """

    case_id: str
    expert: ExpertId
    purpose: AskPurpose
    asked_at: datetime
    lease_until: datetime
    state: AskState = AskState.WAITING
    channel_id: ChannelId | None = None
