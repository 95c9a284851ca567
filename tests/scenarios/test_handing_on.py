"""What an expert can do instead of answering: can't tell, escalate, reassign, put off, ask why."""

from datetime import timedelta

import pytest

from bot.demo.person import HandsRefused
from tests.scenarios.calling import in_channel, in_thread, to_person
from tests.scenarios.calm import SHORTLY, after, arrive
from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import AIKO, JONAS, LEADS, MAYA, SAM
from tests.scenarios.words import words
from tests.scenarios.world import World

DIEGO = "U0DIEGO"


def test_who_cannot_tell_leaves_the_case_to_others(world: World) -> None:
    case = world.post_case()
    maya, jonas = world.person(MAYA), world.person(JONAS)

    maya.pick(case, "Can't tell…")
    maya.fill_in(note="The address is cut off.")

    told = world.eventually(lambda: maya.private_words(case))
    assert "Noted that you can't tell. The case goes on waiting for others." in told
    arrive(world)
    assert (world.shop.read(case.case_id)["status"], world.inbox.tries) == ("open", 0)
    jonas.press(case, "Confirm: Fraud")
    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert [label["label"] for label in event.data["labels"]] == ["fraud"]
    assert "case.abstained" in world.audited(case)


@everywhere
def test_a_bad_input_is_shown_to_whoever_looks_next_and_read_by_its_service(world: World) -> None:
    case = world.post_case()
    maya, jonas = world.person(MAYA), world.person(JONAS)

    maya.pick(case, "Can't tell…")
    maya.fill_in(obstacle="bad_input", note="A blank scan.")

    told = world.eventually(lambda: maya.private_words(case))
    assert "Noted that the input is bad; whoever runs the service can read what you wrote." in told
    world.eventually(lambda: "calls the input bad: A blank scan." in jonas.reads(case))
    (bad,) = world.shop.bad_inputs()
    assert (bad["external_id"], bad["note"], bad["task"]) == (case.external_id, "A blank scan.", "fraud")


def test_escalating_by_hand_asks_the_next_people_at_once_and_only_once(world: World) -> None:
    case = world.post_case()
    maya = world.person(MAYA)

    maya.pick(case, "Escalate…")
    maya.fill_in(note="I know the owner.")

    ((_, text),) = world.eventually(lambda: in_thread(world, case))
    assert f"<@{SAM}>" in text
    assert "I know the owner." in text
    maya.pick(case, "Escalate…")
    maya.fill_in()
    world.eventually(lambda: in_channel(world, LEADS))
    maya.pick(case, "Escalate…")
    with pytest.raises(HandsRefused, match="Nobody is named beyond the people who were asked"):
        maya.fill_in()

    after(world, timedelta(hours=8))
    assert (len(in_thread(world, case)), len(in_channel(world, LEADS))) == (1, 1)


def test_a_case_given_to_somebody_is_theirs(world: World) -> None:
    case = world.post_case()
    maya, jonas = world.person(MAYA), world.person(JONAS)

    maya.pick(case, "Reassign…")
    maya.fill_in(person=JONAS)

    world.eventually(lambda: f"Assigned to <@{JONAS}>" in maya.reads(case))
    ((_, text),) = world.eventually(lambda: to_person(world, JONAS))
    assert "This case is now yours." in text
    assert f"/permalink/C0PAYMENTS/{maya.message(case)['ts']}" in str(jonas.direct_messages())
    jonas.press(case, "Confirm: Fraud")
    world.eventually(lambda: f"✓ Fraud — by @{JONAS}" in maya.reads(case))


def test_a_case_cannot_be_given_to_somebody_who_may_not_answer_it(world: World) -> None:
    case = world.post_case()
    maya = world.person(MAYA)
    maya.pick(case, "Reassign…")

    with pytest.raises(HandsRefused, match="That person may not answer this case"):
        maya.fill_in(person=DIEGO)

    arrive(world)
    assert "Assigned" not in maya.reads(case)
    assert to_person(world, DIEGO) == []
    maya.fill_in(person=AIKO)
    world.eventually(lambda: f"Assigned to <@{AIKO}>" in maya.reads(case))


def test_put_off_reminders_wait_but_neither_the_due_time_nor_the_people_to_ask_next(world: World) -> None:
    case = world.post_case()
    maya = world.person(MAYA)
    due_at = world.shop.read(case.case_id)["due_at"]

    maya.pick(case, "Snooze…")
    maya.fill_in(until="4h")

    told = world.eventually(lambda: maya.private_words(case))
    assert "The due time stays, and others are still asked" in told
    world.eventually(lambda: "Reminders sleep until" in maya.reads(case))
    assert world.shop.read(case.case_id)["due_at"] == due_at
    after(world, timedelta(hours=4) - SHORTLY)
    ((_, asked),) = in_thread(world, case)
    assert f"<@{SAM}>" in asked
    assert len(in_channel(world, LEADS)) == 1
    after(world, SHORTLY)
    assert (len(in_thread(world, case)), len(in_channel(world, LEADS))) == (2, 1)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))


def test_why_am_i_asked_says_why_in_sentences_and_changes_nothing(world: World) -> None:
    case = world.post_case()
    maya = world.person(MAYA)

    maya.pick(case, "Why am I asked?")

    window = maya.window()
    assert window is not None
    said = words(window)
    known = world.shop.read(case.case_id)
    assert "The model is less sure than 95 %, from where such cases go through by themselves." in said
    assert "Every case like this one is looked at by a person." in said
    for unwanted in (*known["reasons"], "ordinary", known["policy_version"]):
        assert unwanted not in said
    assert known["status"] == "open"
