"""Nothing ran for two days and much is overdue: people hear of it in few messages, the most urgent first."""

from datetime import datetime, timedelta

import pytest

from tests.scenarios.calling import all_notices, in_channel, in_thread, to_person
from tests.scenarios.calm import SHORTLY, after, arrive
from tests.scenarios.people import LEADS, MAYA, PAYMENTS, SAM, Case
from tests.scenarios.rules import changed
from tests.scenarios.world import World

STEPS = """escalation = [
    { after = "1h", to = "thread", repeat = "1h", times = 5 },
    { after = "2h", to = "people", people = ["U0SAM"] },
    { after = "3h", to = "channel", channel = "leads" },
]"""
NAMED = 'experts = { people = ["U0NADIA"] }\n'


@pytest.fixture
def policy_text() -> str:
    """Large payments escalate, too."""
    return changed((NAMED, f"{NAMED}{STEPS}\n"))


def post(world: World, external_id: str, **more: object) -> Case:
    """Each a minute after the one before."""
    after(world, timedelta(minutes=1))
    return world.post_case(external_id, input={"text": f"The text of {external_id}.", **more})


def miss_two_days(world: World) -> datetime:
    """When it runs again; `arrive` may take some moments from then on."""
    arrive(world)
    world.stop()
    world.clock.advance(timedelta(days=2))
    back_at = world.clock.now()
    world.start()
    arrive(world)
    return back_at


def named(text: str, external_ids: list[str]) -> list[str]:
    """Those of the cases that a notice names, in its order."""
    found = [one for one in external_ids if f"The text of {one}." in text]
    return sorted(found, key=lambda one: text.index(f"The text of {one}."))


def test_many_overdue_cases_make_one_message_to_each_place(world: World) -> None:
    ordinary = [f"order-{number:02}" for number in range(11)]
    cases = [post(world, external_id) for external_id in reversed(ordinary)]
    cases.append(post(world, "large", fields={"amount": 25000}))

    back_at = miss_two_days(world)

    urgent_first = ["large", *reversed(ordinary)]
    told = {
        "payments": in_channel(world, PAYMENTS),
        "sam": to_person(world, SAM),
        "leads": in_channel(world, LEADS),
    }
    for where, notices in told.items():
        ((at, text),) = notices
        assert back_at <= at < back_at + SHORTLY, where
        assert named(text, urgent_first) == urgent_first[:10], where
        assert "12 cases" in text, where
        assert "and 2 more" in text, where
    assert len(all_notices(world, *cases)) == 3

    after(world, timedelta(days=1))
    assert len(all_notices(world, *cases)) == 3


def test_of_a_single_case_each_missed_step_is_told_once(world: World) -> None:
    case = post(world, "large", fields={"amount": 25000})

    miss_two_days(world)

    told = [text for _, text in in_thread(world, case)]
    assert sum("(5 of 5)" in text for text in told) == 1
    assert sum(f"<@{SAM}>" in text for text in told) == 1
    assert len(in_channel(world, LEADS)) == 1
    assert len(all_notices(world, case)) == 3


def test_one_person_asked_about_several_cases_gets_one_direct_message(world: World) -> None:
    cases = [post(world, external_id) for external_id in ("order-1", "order-2", "order-3")]

    after(world, timedelta(hours=2))

    ((_, text),) = to_person(world, SAM)
    assert named(text, ["order-1", "order-2", "order-3"]) == ["order-1", "order-2", "order-3"]
    assert "3 cases need your second look" in text
    assert not any(f"<@{SAM}>" in words for case in cases for _, words in in_thread(world, case))
    assert to_person(world, MAYA) == []


def test_a_case_decided_meanwhile_is_not_named(world: World) -> None:
    cases = [post(world, f"order-{number}") for number in range(3)]
    maya = world.person(MAYA)
    maya.press(cases[1], "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(cases[1]))

    miss_two_days(world)

    ((_, text),) = to_person(world, SAM)
    assert named(text, ["order-0", "order-1", "order-2"]) == ["order-0", "order-2"]
    assert in_thread(world, cases[1]) == []
