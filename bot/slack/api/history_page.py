"""A page of a channel's history as a value: which messages are there, whose, and what answers they have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.blocks.message import EVENT_TYPE, TOMBSTONE
from bot.slack.blocks.screens import screen_of
from bot.usecases.review.screen import Screen

JsonObject = Mapping[str, Any]
_LONGEST_VERSION = 9


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """A message outside threads; `case_id` and `version` say which case it shows, else they are empty and 0.

    `is_answered`: somebody else than its author has replied. `latest_reply` may be empty all the same.
    """

    ts: str
    user_id: str
    case_id: str = ""
    version: int = 0
    is_answered: bool = False
    latest_reply: str = ""
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Messages, newest first; `is_last`: there are no older ones in the span that was asked for."""

    messages: tuple[ChannelMessage, ...]
    is_last: bool


def page_of(answer: JsonObject) -> HistoryPage:
    """Slack's answer to `conversations.history`."""
    messages = sorted(
        # Sorted here: how far a page reaches is read from its last message, and Slack promises no order.
        map(_message, answer.get("messages") or []),
        key=lambda message: message.ts,
        reverse=True,
    )
    cursor = (answer.get("response_metadata") or {}).get("next_cursor")
    # An empty page is the last whatever it says: whoever reads on does so from its oldest message.
    has_more = bool(messages) and bool(answer.get("has_more") or cursor)
    return HistoryPage(tuple(messages), is_last=not has_more)


def _message(message: JsonObject) -> ChannelMessage:
    screen = screen_by_metadata(message) or _by_controls(message)
    return ChannelMessage(
        ts=str(message["ts"]),
        user_id=str(message.get("user") or ""),
        case_id=screen.case_id if screen else "",
        version=screen.version if screen else 0,
        is_answered=_is_answered(message),
        latest_reply=str(message.get("latest_reply") or ""),
        is_deleted=message.get("subtype") == TOMBSTONE,
    )


def screen_by_metadata(message: JsonObject) -> Screen | None:
    """The case that a message shows; reminders name theirs too, but show no version of it."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {} if metadata.get("event_type") == EVENT_TYPE else {}
    version, case_id = str(payload.get("version")), str(payload.get("case_id") or "")
    # Metadata is what any app may have written: a version that is no number of ours is no message of ours.
    is_version = version.isascii() and version.isdigit() and len(version) <= _LONGEST_VERSION
    return Screen(case_id, int(version)) if case_id and is_version else None


def _by_controls(message: JsonObject) -> Screen | None:
    """The same by the names of its blocks, where Slack does not give the metadata."""
    names = (str(block.get("block_id")) for block in message.get("blocks") or [] if isinstance(block, dict))
    return next((screen for screen in map(screen_of, names) if screen and screen.case_id), None)


def _is_answered(message: JsonObject) -> bool:
    """Slack names only the first few who replied; where it names none, anybody may have."""
    if not message.get("reply_count"):
        return False
    people = message.get("reply_users") or []
    others = [person for person in people if person != message.get("user")]
    return bool(others) or not people or int(message.get("reply_users_count") or 0) > len(people)
