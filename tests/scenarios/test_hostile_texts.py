"""Texts of a case that try to ping, disguise links or break the layout are shown as text."""

import re
from typing import Any

import pytest
import requests

from tests.patience import PATIENCE
from tests.scenarios.people import MAYA, SAM
from tests.scenarios.words import words
from tests.scenarios.world import World

JsonObject = dict[str, Any]
PINGS = "<!channel> <!here> <!everyone> <@U0SAM> <!subteam^S0DIGITS> @channel @sam"
LINK = "<https://evil.example/login|https://bank.example>"
TICKS = "```code``` `tick` *bold* _under_ ~strike~ > quote"
REVERSED = "invoice\u202egpj.exe\u2066\u200bhidden\ufeff"
MARKS = "a" + "\u0301" * 10_000
LONG = "w" * 4_000
INTERPRETED = re.compile(r"<(?!!date\^)[^>]*>")
"""What Slack takes for a mention or a link; dates are our own."""


def everywhere_in_a_case(text: str) -> JsonObject:
    """The text in every field that takes one."""
    short = text[:100]
    return {
        "input": {"text": text, "fields": {short: text[:1000]}},
        "evidence": [{"title": short, "text": text[:1000]}],
        "slices": {"country": short},
        "model": {"name": short, "version": short},
    }


def parts(value: Any) -> list[JsonObject]:
    """Every JSON object inside blocks."""
    if isinstance(value, list):
        return [found for one in value for found in parts(one)]
    if isinstance(value, dict):
        return [value, *(found for one in value.values() for found in parts(one))]
    return []


def mentions(world: World, user: str) -> int:
    """How often the person is called, in all channels."""
    query = {"as": user}
    state = requests.get(f"{world.slack.url}/ui/state", params=query, timeout=PATIENCE).json()
    return sum(int(channel["mentions"]) for channel in state["channels"])


def shown(world: World, text: str) -> JsonObject:
    """The message of a case that is full of the text; nobody is called by it and nothing is a link."""
    case = world.post_case(**everywhere_in_a_case(text))
    message = world.person(MAYA).message(case)
    everything = parts(message["blocks"])
    assert not {"user", "usergroup", "broadcast", "channel", "link"} & {
        str(one.get("type")) for one in everything
    }
    interpreted = [one["text"] for one in everything if one.get("type") == "mrkdwn"] + [message["text"]]
    assert not [one for one in interpreted if INTERPRETED.search(one)]
    assert all(one["verbatim"] for one in everything if one.get("type") == "mrkdwn")
    assert mentions(world, SAM) == mentions(world, MAYA) == 0
    return message


@pytest.mark.parametrize("text", [PINGS, LINK, TICKS], ids=["pings", "link", "ticks"])
def test_signs_of_slack_are_shown_as_they_were_written(world: World, text: str) -> None:
    message = shown(world, text)
    assert text in words(message)


@pytest.mark.parametrize("text", [REVERSED, MARKS, LONG], ids=["reversed", "marks", "long"])
def test_what_breaks_the_layout_is_taken_out(world: World, text: str) -> None:
    read = words(shown(world, text))
    assert not set(read) & set("\u202e\u2066\u200b\ufeff")
    assert "\u0301" * 4 not in read
    assert len(read) < 3_000


def test_a_rationale_cannot_ping_either(world: World) -> None:
    case = world.post_case()
    maya = world.person(MAYA)
    maya.answer_in_thread(case, f"fine: {PINGS}")
    world.eventually(lambda: "Fine — by @U0MAYA" in maya.reads(case))
    assert mentions(world, SAM) == 0
    assert not INTERPRETED.search(maya.message(case)["text"])
