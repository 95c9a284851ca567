"""What follows an act after Slack was answered: windows fill, messages come anew, people come and go."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from tests.released.bank import PRIYA
from tests.scenarios.people import MAYA, PAYMENTS, SAM
from tests.scenarios.words import words
from tests.scenarios.world import World

JsonObject = dict[str, Any]
_MEMBER = sa.text("SELECT user_id FROM memberships WHERE source = :source")
_SHOWN = sa.text("SELECT ts FROM projections WHERE case_id = :case_id AND channel_id = :channel")


def _replayed(world: World, _kept: JsonObject) -> bool:
    return "As it was" in words(world.person(SAM).window() or {})


def _turned(world: World, kept: JsonObject) -> bool:
    view = world.person(MAYA).window()
    return view is not None and view["blocks"] != kept["payload"]["view"]["blocks"]


def _home_is_drawn(world: World, kept: JsonObject) -> bool:
    before = kept["payload"]["event"]["view"]
    home = world.slack.state.homes[MAYA]
    return home.hash != before["hash"] and "Cases that wait for you" in words({"blocks": home.blocks})


def _comes_anew(world: World, kept: JsonObject) -> bool:
    event = kept["payload"]["event"]
    deleted_ts = event.get("deleted_ts") or event["message"]["ts"]
    with world.app.ctx.database.read() as tx:
        ts = tx.execute(_SHOWN, {"case_id": kept["case_id"], "channel": PAYMENTS}).scalar_one()
    return ts is not None and ts != deleted_ts and ts in world.slack.state.conversations[PAYMENTS].messages


def _members(world: World) -> set[str]:
    with world.app.ctx.database.read() as tx:
        return {row.user_id for row in tx.execute(_MEMBER, {"source": f"channel:{PAYMENTS}"})}


def _digest_arrives(world: World, _kept: JsonObject) -> bool:
    messages = world.person(SAM).direct_messages()
    return any("The last seven days: leads" in message["text"] for message in messages)


AFTERMATH: Mapping[str, Callable[[World, JsonObject], bool]] = {
    "replay_saves": _replayed,
    "long_page": _turned,
    "home_opened": _home_is_drawn,
    "deleted": _comes_anew,
    "deleted_with_replies": _comes_anew,
    "member_joined_channel": lambda world, _: PRIYA in _members(world),
    "member_left_channel": lambda world, _: SAM not in _members(world),
    "command_digest_leads": _digest_arrives,
}
"""Becomes true after the act of that name."""
