"""The policy changes while cases are open: they are answered as before, or it is said politely why not."""

from datetime import timedelta

import pytest

from bot.demo.person import HandsRefused
from tests.scenarios.calling import in_thread
from tests.scenarios.calm import after, arrive
from tests.scenarios.people import LEADS, MAYA, NADIA, PAYMENTS, SAM, Case
from tests.scenarios.rules import changed
from tests.scenarios.shop import prediction
from tests.scenarios.words import words
from tests.scenarios.world import World

LOAN = '    { name = "loan", title = "Loan", description = "a loan", example = "a rate" },\n'
TOPIC = 'due_in = "4h"\nexperts = { channel_members = true }\n\n# Two answers'
LATE = timedelta(days=3)


@pytest.fixture
def policy_text() -> str:
    """Topics expire after four days."""
    return changed((TOPIC, f'on_expiry = "accept_prediction"\nexpires_in = "4d"\n{TOPIC}'))


def restart_with(world: World, *changes: tuple[str, str]) -> None:
    """Restart with a changed policy and let three days pass."""
    world.stop()
    world.policy_text = changed(*changes, policy=world.policy_text)
    world.start()


def let_time_pass(world: World) -> None:
    """Every tick works on what is open."""
    world.clock.advance(LATE)
    for tick in world.app.ticks.all():
        tick.act()
    world.app.deliveries.wake()
    arrive(world)


def is_open(world: World, case: Case) -> bool:
    return bool(world.shop.read(case.case_id)["status"] == "open")


def test_a_case_whose_tier_is_gone_is_for_those_of_the_riskiest(world: World) -> None:
    case = world.post_case()
    restart_with(world, ('name = "ordinary"', 'name = "usual"'))
    maya, nadia = world.person(MAYA), world.person(NADIA)

    maya.press(case, "Confirm: Fraud")
    assert "may be answered by people named in the policy" in world.eventually(lambda: maya.told(case))
    let_time_pass(world)
    assert is_open(world, case)

    nadia.press(case, "Confirm: Fraud")
    world.eventually(lambda: f"✓ Fraud — by @{NADIA}" in nadia.reads(case))
    assert world.shop.read(case.case_id)["tier"] == "ordinary"


def test_a_case_whose_label_is_gone_can_be_answered_with_the_others(world: World) -> None:
    case = world.post_case(task="topic", label="loan")
    restart_with(world, (LOAN, ""))
    maya = world.person(MAYA)

    maya.press(case, "Confirm: Loan")
    assert "This task has no such label." in world.eventually(lambda: maya.told(case))
    maya.press(case, "Label…")
    with pytest.raises(HandsRefused):
        maya.fill_in(label="loan")
    let_time_pass(world)
    assert is_open(world, case)

    maya.fill_in(label="card")
    world.eventually(lambda: "✓ Card" in maya.reads(case))
    assert "The model said loan" in maya.reads(case)
    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert (event.data["prediction"]["label"], event.data["decision"]["label"]) == ("loan", "card")


def test_a_case_whose_channel_is_another_now_stays_where_it_is(world: World) -> None:
    case = world.post_case(task="topic", label="card")
    restart_with(world, ('id = "C0PAYMENTS"', 'id = "C0GENERAL"'), ('id = "C0LEADS"', f'id = "{PAYMENTS}"'))
    restart_with(world, ('id = "C0GENERAL"', f'id = "{LEADS}"'))
    maya, sam = world.person(MAYA), world.person(SAM)

    maya.press(case, "Confirm: Card")
    assert "you are not among them" in world.eventually(lambda: maya.told(case))
    let_time_pass(world)
    sam.press(case, "Confirm: Card")

    world.eventually(lambda: f"✓ Card — by @{SAM}" in sam.reads(case))
    assert len(sam.messages_of(case)) == 1


def test_a_case_whose_channel_has_another_name_is_answered_as_before(world: World) -> None:
    case = world.post_case()
    text = world.policy_text
    assert "desk" not in text
    world.stop()
    world.policy_text = text.replace("channels.payments", "channels.desk").replace('"payments"', '"desk"')
    world.start()
    maya = world.person(MAYA)

    let_time_pass(world)
    assert in_thread(world, case)
    maya.press(case, "Confirm: Fraud")

    world.eventually(lambda: "✓ Fraud" in maya.reads(case))


def test_a_case_whose_task_is_gone_is_answered_politely(world: World) -> None:
    case = world.post_case()
    world.stop()
    whole = world.policy_text
    world.policy_text = whole.replace("tasks.fraud", "tasks.scam").replace(
        '"fraud", "topic"', '"scam", "topic"'
    )
    world.start()
    maya = world.person(MAYA)

    maya.press(case, "Confirm: Fraud")
    assert "The policy no longer has this task." in world.eventually(lambda: maya.told(case))
    let_time_pass(world)
    assert is_open(world, case)
    maya.open_home()
    assert "0 cases wait" in words(world.eventually(maya.home))
    refused = world.shop.post(prediction("order-2", "fraud", "fraud", 0.7))
    assert refused.status_code == 422
    assert in_thread(world, case) == []

    world.stop()
    world.policy_text = whole
    world.start()
    after(world, timedelta(hours=1))
    assert len(world.eventually(lambda: in_thread(world, case))) == 2
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided"])


def test_a_case_whose_task_was_gone_for_a_while_still_expires(world: World) -> None:
    case = world.post_case(task="topic", label="card")
    world.stop()
    whole = world.policy_text
    world.policy_text = whole.replace("tasks.topic", "tasks.theme").replace('"topic"', '"theme"')
    world.start()
    let_time_pass(world)
    let_time_pass(world)
    assert is_open(world, case)

    world.stop()
    world.policy_text = whole
    world.start()
    assert is_open(world, case)
    after(world, timedelta(hours=1))

    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert event.data["decision"]["method"] == "expired"


def test_a_stricter_policy_says_under_which_version_each_case_was_opened_and_decided(world: World) -> None:
    case = world.post_case()
    opened_under = world.shop.read(case.case_id)["policy_version"]
    due_at = world.shop.read(case.case_id)["due_at"]
    restart_with(world, ("accept_above = 0.95\ndue_in", 'accept_above = "always_review"\ndue_in'))
    maya = world.person(MAYA)

    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))

    known = world.shop.read(case.case_id)
    assert (known["policy_version"], known["due_at"]) == (opened_under, due_at)
    assert known["decision"]["policy_version"] != opened_under
    new = world.post_case("order-2", confidence=0.99)
    assert world.shop.read(new.case_id)["policy_version"] == known["decision"]["policy_version"]
