"""How people are called upon: the notices about cases, where they stand and when they came."""

from datetime import UTC, datetime
from typing import Any

from tests.scenarios.people import LEADS, PAYMENTS, SAM, Case
from tests.scenarios.words import words
from tests.scenarios.world import World

JsonObject = dict[str, Any]
Notice = tuple[datetime, str]
"""When it came, and its words with people as `<@U…>`."""


def sent_at(message: JsonObject) -> datetime:
    """The minute in which a message came, by the clock of the local Slack."""
    return datetime.fromtimestamp(float(message["ts"]), UTC).replace(second=0, microsecond=0)


def in_channel(world: World, channel: str) -> list[Notice]:
    """The notices that stand in a channel outside of threads."""
    messages = world.person(SAM).messages(channel)
    return [_notice(message) for message in messages if not _shows_case(message) and not message["ephemeral"]]


def in_thread(world: World, case: Case) -> list[Notice]:
    """The notices under a case's message."""
    replies = world.person(SAM).thread(case)
    return [_notice(reply) for reply in replies if reply["is_bot"] and not reply["ephemeral"]]


def to_person(world: World, user_id: str) -> list[Notice]:
    """The notices that one person got as direct messages."""
    return [_notice(message) for message in world.person(user_id).direct_messages()]


def all_notices(world: World, *cases: Case) -> list[Notice]:
    """Every notice in the threads of these cases, in both channels and in SAM's direct messages."""
    threads = [notice for case in cases for notice in in_thread(world, case)]
    return sorted([*threads, *in_channel(world, PAYMENTS), *in_channel(world, LEADS), *to_person(world, SAM)])


def _notice(message: JsonObject) -> Notice:
    return sent_at(message), f"{message['text']}\n{words(message)}"


def _shows_case(message: JsonObject) -> bool:
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return "version" in payload
