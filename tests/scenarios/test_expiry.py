"""A case's time runs out: nothing is decided unless the policy says so, and then it is called expired."""

from datetime import timedelta

import pytest

from tests.scenarios.calling import in_thread
from tests.scenarios.calm import SHORTLY, after, arrive
from tests.scenarios.people import JONAS, MAYA, Case
from tests.scenarios.rules import changed
from tests.scenarios.world import World

TOPIC = 'due_in = "4h"\nexperts = { channel_members = true }\n\n# Two answers'
LARGE = {"text": "A transfer abroad.", "fields": {"amount": 25000}}
NADIA_ONLY = 'experts = { people = ["U0NADIA"] }\n'
DAY = timedelta(days=1)


@pytest.fixture
def policy_text() -> str:
    """Topics take the prediction, appeals are denied, large payments close; others stay open."""
    return changed(
        (TOPIC, f'on_expiry = "accept_prediction"\nexpires_in = "2d"\n{TOPIC}'),
        ("quorum = 2\n", 'quorum = 2\non_expiry = "safe_label"\nsafe_label = "deny"\nexpires_in = "2d"\n'),
        (NADIA_ONLY, f'{NADIA_ONLY}on_expiry = "close"\nexpires_in = "2d"\n'),
    )


def expire(world: World, case: Case) -> None:
    """Two days pass; a second before nothing has happened."""
    after(world, 2 * DAY - SHORTLY)
    assert world.shop.read(case.case_id)["status"] == "open"
    after(world, SHORTLY)


def test_a_case_is_kept_open_for_ever_unless_the_policy_says_otherwise(world: World) -> None:
    case = world.post_case()
    for _ in range(3):
        after(world, 40 * DAY)
    arrive(world)
    assert world.shop.read(case.case_id)["status"] == "open"
    assert (world.shop.decisions(), world.inbox.tries) == ([], 0)
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Fraud")
    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert event.data["decision"]["method"] == "single"


def test_the_prediction_is_taken_and_a_late_answer_is_told_so(world: World) -> None:
    case = world.post_case(task="topic", label="loan")
    maya = world.person(MAYA)
    old_screen = maya.message(case)
    expire(world, case)

    (event,) = world.inbox.events(case.case_id)
    decision = event.data["decision"]
    assert (event.type, decision["label"], decision["method"]) == ("case.decided", "loan", "expired")
    assert (decision["decided_by"], event.data["labels"]) == ([], [])
    known = world.shop.read(case.case_id)
    assert (known["status"], known["decision"]["method"]) == ("decided", "expired")
    assert [line["method"] for line in world.shop.decisions()] == ["expired"]
    assert "✓ Loan — by default (the time ran out)" in maya.reads(case)
    assert maya.buttons(case) == []
    ((_, told),) = in_thread(world, case)
    assert "The time for this case ran out." in told

    maya.press(case, "Confirm: Loan", old_screen)

    said = world.eventually(lambda: maya.private_words(case))
    assert "Loan, by nobody, when its time ran out. Your answer was not recorded." in said
    after(world, 2 * DAY)
    assert len(world.shop.decisions()) == world.inbox.tries == 1


def test_the_safe_label_is_taken_though_one_expert_saw_it_otherwise(world: World) -> None:
    case = world.post_case(task="appeal", label="grant")
    maya = world.person(MAYA)
    maya.press(case, "Confirm: Grant")
    world.eventually(lambda: "1 of 2 answers in" in maya.reads(case))

    expire(world, case)

    (event,) = world.inbox.events(case.case_id)
    decision = event.data["decision"]
    assert (decision["label"], decision["method"], decision["decided_by"]) == ("deny", "expired", [])
    assert [label["label"] for label in event.data["labels"]] == ["grant"]
    assert "✓ Deny — by default (the time ran out)" in maya.reads(case)


def test_a_case_can_close_without_a_decision(world: World) -> None:
    case = world.post_case(input=LARGE)
    jonas = world.person(JONAS)
    after(world, 2 * DAY)

    known = world.shop.read(case.case_id)
    assert (known["status"], known["decision"], world.inbox.tries) == ("expired", None, 0)
    assert "Closed without a decision: nobody answered in time." in jonas.reads(case)
    assert jonas.buttons(case) == []


def test_an_answer_in_time_is_not_overruled(world: World) -> None:
    case = world.post_case(task="topic", label="loan")
    maya = world.person(MAYA)
    after(world, 2 * DAY - SHORTLY)
    maya.press(case, "Confirm: Loan")
    world.eventually(lambda: "✓ Loan" in maya.reads(case))

    after(world, DAY)

    assert [line["method"] for line in world.shop.decisions()] == ["single"]
    assert world.inbox.types(case.case_id) == ["case.decided"]


def test_what_expired_while_nothing_ran_is_decided_once(world: World) -> None:
    cases = [world.post_case(f"topic-{number}", task="topic", label="card") for number in range(3)]
    arrive(world)
    world.stop()
    world.clock.advance(5 * DAY)
    world.start()
    world.restart()
    arrive(world)
    assert [world.inbox.types(case.case_id) for case in cases] == [["case.decided"]] * 3
    assert world.inbox.tries == 3
