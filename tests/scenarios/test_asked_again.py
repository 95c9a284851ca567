"""What nobody answers in time is asked of another person, whose answer counts as any other's."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.scenarios.asking import asked_about, next_asked
from tests.scenarios.calm import at
from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import LEADS, MAYA
from tests.scenarios.rules import changed
from tests.scenarios.weekly import details, digests, team
from tests.scenarios.words import buttons, controls, options, words
from tests.scenarios.world import World

ORDINARY = 'name = "ordinary"\nchannel = "payments"\naccept_above = 0.95\ndue_in = "4h"\n'
AGAIN = 'audit = 1.0\nask_again = true\nask_for = "1h"\n'
BERLIN_9 = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CLOSES = 'on_expiry = "close"\nexpires_in = "5h"\n'


@pytest.fixture
def policy_text() -> str:
    """All that goes through is checked; a check closes an hour after it is due."""
    rules = changed((ORDINARY, f"{ORDINARY}{AGAIN}{CLOSES}"))
    return rules + team("leads", "Europe/Berlin")


@everywhere
def test_an_audit_nobody_answers_is_asked_of_a_second_person_who_answers_after_its_end(world: World) -> None:
    case = world.post_case(confidence=0.99)
    maya = world.person(MAYA)
    world.advance(timedelta(hours=3, minutes=59))
    assert asked_about(world, case) == []

    world.advance(timedelta(minutes=1))

    second, theirs = next_asked(world, case)
    assert "Nobody has answered this in time, so it is asked of you." in second.reads(theirs)
    assert second.buttons(theirs) == ["Fraud", "Fine"]
    for hidden in ("Confirm", "model says Fraud", "gbm", "99"):
        assert hidden not in second.reads(theirs)
    world.advance(timedelta(minutes=60))
    world.eventually(lambda: "Closed without a decision: nobody answered in time." in maya.reads(case))
    third, place = next_asked(world, case, second)

    third.press(place, "Fraud")

    world.eventually(lambda: "✓ Fraud" in maya.reads(case))
    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert (event.type, event.data["decision"]["method"]) == ("case.decided", "single")
    world.eventually(lambda: "Thank you: you answered Fraud." in third.reads(place))
    world.eventually(lambda: "Nobody has to answer this any more" in second.reads(theirs))
    assert buttons(second.message(theirs)) == []


def test_whoever_is_asked_after_the_end_can_hand_it_on_or_say_why(world: World) -> None:
    case = world.post_case(confidence=0.99)
    world.advance(timedelta(hours=5))
    second, theirs = next_asked(world, case)
    (menu,) = [element for _, element in controls(second.message(theirs)) if element["type"] == "overflow"]
    assert list(options(menu)) == ["Answer with a reason…", "Can't tell…", "Not me", "Show all"]
    second.pick(theirs, "Not me")
    world.eventually(lambda: "Somebody else is asked" in second.reads(theirs))

    third, place = next_asked(world, case, second)
    third.pick(place, "Answer with a reason…")
    assert "model" not in words(third.window() or {}).casefold()
    third.fill_in(label="fine", rationale="a customer since 2019")

    world.eventually(lambda: "✓ Fine" in third.reads(case))
    assert "a customer since 2019" in third.reads(case)


@pytest.mark.parametrize("world", ["socket-sqlite", "socket-postgresql"], indirect=True)
def test_the_digest_counts_what_was_asked_again_and_what_was_answered(world: World) -> None:
    case, silent = world.post_case(confidence=0.99), world.post_case("order-2", confidence=0.98)
    world.advance(timedelta(hours=4))
    second, theirs = next_asked(world, case)
    second.press(theirs, "Fraud")
    world.eventually(lambda: "✓ Fraud" in second.reads(case))
    assert asked_about(world, silent)

    at(world, BERLIN_9)

    (digest,) = digests(world, LEADS)
    thread = " ".join(words(message) for message in details(world, LEADS, digest))
    again = "fraud: 2 cases not answered in time; 2 asked of another person, 1 answered since."
    assert again in thread
