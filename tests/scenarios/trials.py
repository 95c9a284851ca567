"""Cases that are put in: what the stories about them have in common."""

from datetime import timedelta
from typing import Any

from bot.demo.experts import case_of
from tests.scenarios.people import JONAS, MAYA, PAYMENTS, SAM, Case
from tests.scenarios.rules import changed
from tests.scenarios.words import words
from tests.scenarios.world import World

PAIR = 'due_in = "1d"\nquorum = 2\n'
REST = timedelta(days=15)


def with_trials(*settings: str) -> str:
    """The policy whose appeals, which two people answer, have these lines more."""
    return changed((PAIR, PAIR + "".join(f"{line}\n" for line in settings)))


def settle_one(world: World, external_id: str = "order-1", **more: Any) -> Case:
    """Two people grant an appeal, as the model says; it rests then until it comes again."""
    case = world.post_case(external_id, task="appeal", label="grant", **more)
    maya, jonas = world.person(MAYA), world.person(JONAS)
    maya.press(case, "Confirm: Grant")
    world.eventually(lambda: "1 of 2 answers in" in jonas.reads(case))
    jonas.press(case, "Confirm: Grant")
    world.eventually(lambda: "(they agree)" in maya.reads(case))
    world.settle()
    world.advance(REST)
    return case


def put_in(world: World, *posted: Case) -> Case:
    """The case that was put in beside those `posted`, once it has come."""
    (*_, case_id) = world.eventually(lambda: _others(world, posted))
    return Case(case_id, "")


def announcements(world: World) -> list[str]:
    """What the channel reads of checks."""
    read = [words(message) for message in world.person(SAM).messages(PAYMENTS)]
    return [text for text in read if "are checks" in text]


def _others(world: World, posted: tuple[Case, ...]) -> list[str]:
    names = {case.case_id for case in posted}
    shown = [case_of(message) for message in world.person(SAM).messages(PAYMENTS)]
    return [case_id for case_id in shown if case_id and case_id not in names]
