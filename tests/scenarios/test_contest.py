"""Somebody does not agree with what was decided: others decide it anew, or a lead does at once."""

from datetime import timedelta

import pytest

from bot.demo.person import HandsRefused
from tests.scenarios.calling import in_thread
from tests.scenarios.calm import after
from tests.scenarios.everywhere import everywhere
from tests.scenarios.people import AIKO, JONAS, MAYA, NADIA, SAM, Case
from tests.scenarios.rules import changed
from tests.scenarios.words import controls as controls_of
from tests.scenarios.words import options, words
from tests.scenarios.world import World

DAY = timedelta(days=1)
TOPIC = 'due_in = "4h"\nexperts = { channel_members = true }\n\n# Two answers'
WHY = "The bank called her, and it was her."


@pytest.fixture
def policy_text() -> str:
    """Decisions can be contested for two days; topics take the prediction after a day."""
    return changed(
        ('name = "scenarios"\n', 'name = "scenarios"\ncontest_for = "2d"\n'),
        (TOPIC, f'on_expiry = "accept_prediction"\nexpires_in = "1d"\n{TOPIC}'),
    )


def offers(world: World, case: Case) -> list[str]:
    """What the menu of the case's message offers."""
    elements = [element for _, element in controls_of(world.person(MAYA).message(case))]
    return [text for element in elements for text in options(element)]


@everywhere
def test_an_objection_has_a_senior_decide_and_the_service_hears_what_came_of_it(world: World) -> None:
    case = world.post_case(task="appeal", label="deny")
    maya, jonas, aiko, nadia = map(world.person, (MAYA, JONAS, AIKO, NADIA))
    maya.press(case, "Confirm: Deny")
    jonas.press(case, "Confirm: Deny")
    world.eventually(lambda: "✓ Deny — by @U0JONAS and @U0MAYA" in aiko.reads(case))

    aiko.pick(case, "Object…")
    window = aiko.window() or {}
    assert "Decided: Deny." in words(window)
    assert "@U0MAYA says Deny" in words(window)
    with pytest.raises(HandsRefused, match="complete this required field"):
        aiko.fill_in()
    aiko.fill_in(reason=WHY, label="grant")

    world.eventually(
        lambda: "<@U0AIKO> objects to the decision*, the last word has <@U0NADIA>" in aiko.reads(case)
    )
    (call,) = world.eventually(nadia.direct_messages)
    for expected in (
        "Somebody objects to what was decided. Please decide: your answer is the last word.",
        f"@U0AIKO objects to Deny: {WHY}",
        "@U0AIKO says Grant",
        "@U0MAYA says Deny",
        "@U0JONAS says Deny",
        "The model says Deny",
    ):
        assert expected in words(call)
    assert "Your objection is recorded." in world.eventually(lambda: aiko.private_words(case))
    contested = world.shop.read(case.case_id)
    assert (contested["status"], contested["decision"]["label"], contested["labels"]) == (
        "disputed",
        "deny",
        [],
    )
    assert [(each["reason"], each["outcome"]) for each in contested["contests"]] == [(WHY, None)]
    nadia.press(case, "Grant")

    world.eventually(lambda: "✓ Grant — by @U0NADIA (after an objection)" in nadia.reads(case))
    assert f"@U0AIKO objected: {WHY}" in nadia.reads(case)
    assert "Corrected. Before: Deny" in nadia.reads(case)
    kinds = ["case.decided", "case.contested", "case.corrected"]
    world.eventually(lambda: world.inbox.types(case.case_id) == kinds)
    corrected = world.inbox.events(case.case_id)[2].data
    assert (corrected["decision"]["method"], corrected["decision"]["sequence"]) == ("adjudicated", 2)
    assert [each["outcome"] for each in corrected["contests"]] == ["corrected"]
    assert [line["event"] for line in world.shop.decisions()] == ["decided", "contested", "decided"]


@everywhere
def test_where_nobody_settles_it_one_more_person_is_asked_and_may_uphold_it(world: World) -> None:
    case = world.post_case(label="fraud")
    maya, jonas, aiko = map(world.person, (MAYA, JONAS, AIKO))
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))

    jonas.pick(case, "Object…")
    jonas.fill_in(reason=WHY)

    world.eventually(lambda: "objects to the decision*, one more answer is asked" in aiko.reads(case))
    assert "1 of 2 answers in" in aiko.reads(case)
    assert WHY not in aiko.reads(case)
    told = world.eventually(lambda: [text for _, text in in_thread(world, case) if "objects" in text])
    assert "It stands until then." in told[0]
    aiko.press(case, "Confirm: Fraud")

    world.eventually(lambda: "✓ Fraud — by @U0AIKO and @U0MAYA (they agree)" in maya.reads(case))
    assert "Upheld after an objection. Before: Fraud" in maya.reads(case)
    world.eventually(
        lambda: world.inbox.types(case.case_id) == ["case.decided", "case.contested", "case.upheld"]
    )
    jonas.pick(case, "Object…")
    world.eventually(lambda: "You have objected to this case before" in jonas.private_words(case))
    assert jonas.window() is None


def test_a_senior_who_says_what_is_right_overrides_at_once(world: World) -> None:
    case = world.post_case(task="appeal", label="deny")
    maya, jonas, nadia = map(world.person, (MAYA, JONAS, NADIA))
    maya.press(case, "Confirm: Deny")
    jonas.press(case, "Confirm: Deny")
    world.eventually(lambda: "✓ Deny" in nadia.reads(case))

    nadia.pick(case, "Object…")
    assert "takes the place of the decision at once" in words(nadia.window() or {})
    nadia.fill_in(reason=WHY, label="grant")

    world.eventually(
        lambda: "✓ Grant — by @U0NADIA (in place of what was decided before)" in maya.reads(case)
    )
    assert WHY in maya.reads(case)
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided", "case.corrected"])
    assert world.inbox.events(case.case_id)[1].data["decision"]["method"] == "overridden"
    assert world.shop.read(case.case_id)["contests"][0]["is_override"] is True


def test_whoever_decided_corrects_and_after_its_time_nobody_objects(world: World) -> None:
    case = world.post_case(label="fraud")
    maya, sam = world.person(MAYA), world.person(SAM)
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))
    assert "Object…" in offers(world, case)

    maya.pick(case, "Object…")
    assert "use “Correct…”" in world.eventually(lambda: maya.private_words(case))
    sam.pick(case, "Object…")
    after(world, 2 * DAY)

    assert "Object…" not in offers(world, case)
    with pytest.raises(HandsRefused, match="too late to object"):
        sam.fill_in(reason=WHY)
    assert world.inbox.types(case.case_id) == ["case.decided"]


def test_what_a_time_out_decided_is_answered_after_all(world: World) -> None:
    case = world.post_case(task="topic", label="loan")
    maya = world.person(MAYA)
    after(world, DAY)
    assert "✓ Loan — by default (the time ran out)" in maya.reads(case)
    assert "It can still be answered." in maya.reads(case)
    assert maya.buttons(case) == ["Confirm: Loan", "Answer with a reason…"]

    maya.pick(case, "Card")

    world.eventually(lambda: "✓ Card — by @U0MAYA" in maya.reads(case))
    assert "Corrected. Before: Loan" in maya.reads(case)
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided", "case.corrected"])
    assert world.shop.read(case.case_id)["decision"]["method"] == "single"


def test_what_a_time_out_decided_stays_once_its_time_is_over(world: World) -> None:
    case = world.post_case(task="topic", label="loan")
    after(world, DAY)
    after(world, 2 * DAY)
    assert world.person(MAYA).buttons(case) == []
