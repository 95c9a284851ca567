"""Experts and their leads read how often experts are right; a pause is proposed, kindly, and ends."""

import pytest

from tests.scenarios.everywhere import everywhere
from tests.scenarios.history import answered_before
from tests.scenarios.people import JONAS, LEADS, MAYA, PAYMENTS, SAM, Case, Expert, JsonObject
from tests.scenarios.rules import changed
from tests.scenarios.words import words
from tests.scenarios.world import World

TEAM = """
[teams.leads]
channel = "leads"
tasks = ["fraud"]
"""
IN_LEADS = Case("", "", LEADS)


@pytest.fixture
def policy_text() -> str:
    """Leads in a channel apart, and a bar that only Jonas is surely below."""
    bar = ("[tasks.fraud]\n", "[tasks.fraud]\npause_below = 0.8\n")
    return changed(bar) + TEAM


def told(world: World, person: Expert, channel: str, text: str) -> JsonObject:
    """The message in the channel that says `text`; waits for it."""
    return world.eventually(lambda: [each for each in person.messages(channel) if text in words(each)])[0]


def told_alone(world: World, person: Expert, text: str) -> JsonObject:
    """The direct message that says `text`; waits for it."""
    return world.eventually(lambda: [each for each in person.direct_messages() if text in words(each)])[0]


@everywhere
def test_everybody_reads_their_own_numbers_and_leads_a_list_by_name(world: World) -> None:
    answered_before(world)
    maya, sam = world.person(MAYA), world.person(SAM)

    maya.open_home()
    world.eventually(lambda: "Is this payment fraudulent? Of" in words(maya.home()))
    assert "that you were asked about by name and others settled, too, you were right in" in words(
        maya.home()
    )
    for other in ("jonas", "aiko"):
        assert other not in words(maya.home())

    maya.type_command("experts")
    told(world, maya, PAYMENTS, "You are in no such channel")
    sam.type_command("experts")
    listed = words(told(world, sam, PAYMENTS, "In the order of the alphabet."))
    assert listed.index("aiko") < listed.index("jonas") < listed.index("maya")


@everywhere
def test_a_lead_pauses_somebody_who_objects_and_the_lead_ends_it(world: World) -> None:
    answered_before(world)
    jonas, sam = world.person(JONAS), world.person(SAM)

    proposal = told(world, sam, LEADS, "Perhaps jonas")
    assert len([each for each in sam.messages(LEADS) if "Perhaps" in words(each)]) == 1
    sam.press(IN_LEADS, "Pause for now", proposal)
    pause = told_alone(world, jonas, "You have a pause")
    assert "If you see it otherwise" in words(pause)

    case = world.post_case()
    jonas.press(case, "Confirm: Fraud")
    world.eventually(lambda: "You have a pause from cases of this question" in jonas.private_words(case))
    assert world.inbox.events(case.case_id) == []

    dm = next(each["id"] for each in jonas._get("state")["channels"] if each["is_im"])
    jonas.press(Case("", "", dm), "I see it otherwise", pause)
    plea = told(world, sam, LEADS, "asks you to look again")
    sam.press(IN_LEADS, "End the pause", plea)
    told_alone(world, jonas, "is over")

    jonas.press(case, "Confirm: Fraud")
    world.eventually(lambda: world.inbox.events(case.case_id))
