"""The weekly digest as a person of the team's channel reads it."""

from datetime import datetime
from typing import Any

from tests.scenarios.calling import sent_at
from tests.scenarios.people import SAM
from tests.scenarios.world import World

JsonObject = dict[str, Any]
TEAM = """
[teams.{name}]
channel = "{channel}"
timezone = "{timezone}"
tasks = ["fraud", "topic"]
digest_day = "{day}"
digest_at = "{at}"
"""


def team(name: str, timezone: str, day: str = "mon", at: str = "09:00", channel: str = "leads") -> str:
    """A team of the policy."""
    return TEAM.format(name=name, timezone=timezone, day=day, at=at, channel=channel)


def digests(world: World, channel: str) -> list[JsonObject]:
    """The digests that stand in a channel."""
    return [one for one in world.person(SAM).messages(channel) if "Weekly digest" in one["text"]]


def digests_at(world: World, channel: str) -> list[datetime]:
    """When they came."""
    return [sent_at(one) for one in digests(world, channel)]


def rows(message: JsonObject) -> dict[str, tuple[str, str]]:
    """The lines of a message's table: this week and the week before, by what they are about."""
    (table,) = [block for block in message["blocks"] if block["type"] == "table"]
    lines = [[cell["text"] for cell in row] for row in table["rows"]]
    return {name: (now, before) for name, now, before, *_ in lines}


def details(world: World, channel: str, message: JsonObject) -> list[JsonObject]:
    """The messages in the digest's thread: errors, models, what experts say, and the file."""
    return world.person(SAM).replies(channel, message)
