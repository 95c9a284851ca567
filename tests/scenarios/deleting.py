"""Deleting a case's message by hand, as a person may in Slack."""

import requests

from tests.patience import PATIENCE
from tests.scenarios.people import SAM, Case
from tests.scenarios.world import World


def delete_the_message(world: World, case: Case) -> str:
    """Delete the one message of a case, once the bot knows it; its `ts`."""
    world.settle()
    ts = str(world.person(SAM).message(case)["ts"])
    body = {"as": SAM, "channel": case.channel, "ts": ts}
    requests.post(f"{world.slack.url}/ui/delete", json=body, timeout=PATIENCE).raise_for_status()
    return ts


def await_another(world: World, case: Case, old: str) -> None:
    """Wait for a message of the case in place of `old`; fails if more than one comes."""
    sam = world.person(SAM)
    world.eventually(lambda: [message for message in sam.messages_of(case) if message["ts"] != old])
    world.settle()
    assert len(sam.messages_of(case)) == 1
