"""Who is asked about a case by name, and the case as they have it in their direct messages."""

from dataclasses import replace

from bot.demo.experts import case_of
from tests.scenarios.people import AIKO, JONAS, MAYA, NADIA, SAM, Case, Expert
from tests.scenarios.world import World

Asked = tuple[Expert, Case]
"""A person, and the case in the channel in which only they see it."""


def asked_about(world: World, case: Case) -> list[Asked]:
    """Everybody who has a direct message that shows the case."""
    people = [world.person(user_id) for user_id in (AIKO, JONAS, MAYA, NADIA, SAM)]
    return [
        (person, replace(case, channel=channel)) for person in people for channel in _places(person, case)
    ]


def next_asked(world: World, case: Case, *before: Expert) -> Asked:
    """The person who is asked next, after those `before`; waits for it."""

    earlier = {person.user_id for person in before}

    def others() -> list[Asked]:
        return [pair for pair in asked_about(world, case) if pair[0].user_id not in earlier]

    world.tick()
    (pair,) = world.eventually(others)
    return pair


def _places(person: Expert, case: Case) -> list[str]:
    return [
        channel["id"]
        for channel in person._get("state")["channels"]
        if channel["is_im"] and any(case_of(one) == case.case_id for one in person.messages(channel["id"]))
    ]
