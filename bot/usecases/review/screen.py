"""Where somebody acts: a value, from the control that was pressed to the record."""

from dataclasses import dataclass
from datetime import datetime

from routing.slack_channel import ChannelId


@dataclass(frozen=True, slots=True)
class Screen:
    """A version of a case as somebody saw it, and the message it was on; empty where it was on none.

    `channel_id` and `ts` are the case's message, `thread_ts` the thread in which the control stands. A
    private question has a `question_ts` instead of `ts`, an address for its answer, and a reply it is about.
    `shown_at` is when a window to answer in was opened.
    """

    case_id: str
    version: int = 0
    channel_id: ChannelId | None = None
    ts: str = ""
    thread_ts: str = ""
    question_ts: str = ""
    reply_ts: str = ""
    response_url: str = ""
    shown_at: datetime | None = None
