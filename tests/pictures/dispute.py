"""Plays a dispute in the local Slack, up to the message in which an adjudicator settles it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.sandbox import Sandbox
from tests.scenarios.people import JONAS, MAYA, NADIA
from tests.scenarios.world import POLICY, running_world

CLAIM = """
[tasks.claim]
question = "Is this damage covered?"
rationale = "always"
labels = [
    { name = "covered", title = "Covered", description = "storm, hail, fire", example = "hail on the roof" },
    { name = "not_covered", title = "Not covered", description = "wear, flood", example = "an old gutter" },
]

[[tasks.claim.tiers]]
name = "claims"
channel = "payments"
accept_above = "always_review"
due_in = "1d"
quorum = 2
adjudicators = ["U0NADIA"]
experts = { channel_members = true }
"""
WHAT_HAPPENED = (
    "Water came in through the roof light on the night of the storm. The seal around it was twelve years old."
)


@contextmanager
def disputed(folder: Path) -> Iterator[Sandbox]:
    """A local Slack in which two experts differ and Nadia has been asked for the last word."""
    policy = POLICY.replace('"appeal"]', '"appeal", "claim"]') + CLAIM
    url = f"sqlite:///{folder / 'dispute.db'}"
    with running_world(url, is_socket=True, policy_text=policy) as world:
        case = world.post_case("claim-1087", "claim", "covered", 0.74, input={"text": WHAT_HAPPENED})
        for user_id, label, reason in (
            (MAYA, "covered", "The storm broke the pane, the report of the fire brigade says so."),
            (JONAS, "not_covered", "The pane is whole: water came past the old seal, which is wear."),
        ):
            expert = world.person(user_id)
            expert.press(case, "Answer with a reason…")
            world.eventually(expert.window)
            expert.fill_in(label=label, rationale=reason)
        world.eventually(world.person(NADIA).direct_messages)
        world.settle()
        yield world.slack
