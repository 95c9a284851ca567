"""A page of a channel's history as a value: which messages are there, whose, and what was said under them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.message import EVENT_TYPE, TOMBSTONE

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
    messages = tuple(_message(one) for one in answer.get("messages") or [])
    newest_first = sorted(messages, key=lambda one: one.ts, reverse=True)
    cursor = (answer.get("response_metadata") or {}).get("next_cursor")
    has_more = bool(messages) and bool(answer.get("has_more") or cursor)
    return HistoryPage(tuple(newest_first), is_last=not has_more)


def _message(message: JsonObject) -> ChannelMessage:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {} if metadata.get("event_type") == EVENT_TYPE else {}
    version = _version(payload.get("version"))  # reminders name their case too, but show no version of it
    return ChannelMessage(
        ts=str(message["ts"]),
        user_id=str(message.get("user") or ""),
        case_id=str(payload.get("case_id") or "") if version else "",
        version=version,
        is_answered=_is_answered(message),
        latest_reply=str(message.get("latest_reply") or ""),
        is_deleted=message.get("subtype") == TOMBSTONE,
    )


def _version(value: object) -> int:
    """What our own messages carry; whatever else somebody put there is no version."""
    text = str(value)
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_VERSION
    return int(text) if is_number else 0


def _is_answered(message: JsonObject) -> bool:
    """Slack names only the first few who replied; where it names none, anybody may have."""
    if not message.get("reply_count"):
        return False
    people = message.get("reply_users") or []
    others = [person for person in people if person != message.get("user")]
    return bool(others) or not people or int(message.get("reply_users_count") or 0) > len(people)
