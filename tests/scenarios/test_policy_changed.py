"""The policy changes while cases are open: they keep their answers, and people who may give them."""

from datetime import timedelta
from functools import partial

import pytest

from bot.demo.person import HandsRefused
from storage.tables import policies
from tests.scenarios.calling import in_thread
from tests.scenarios.calm import after, arrive
from tests.scenarios.operating import restart_with
from tests.scenarios.people import JONAS, LEADS, MAYA, NADIA, PAYMENTS, SAM, Case
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


def let_time_pass(world: World) -> None:
    """Every tick works on what is open."""
    world.clock.advance(LATE)
    for tick in world.app.ticks.all():
        tick.act()
    world.app.deliveries.wake()
    arrive(world)


def is_open(world: World, case: Case) -> bool:
    return bool(world.shop.read(case.case_id)["status"] == "open")


def test_a_case_whose_tier_is_gone_is_for_the_people_it_had_last(world: World) -> None:
    case = world.post_case()
    restart_with(
        world, ('name = "ordinary"', 'name = "usual"'), ('people = ["U0SAM"]', 'people = ["U0AIKO"]')
    )
    maya, nadia = world.person(MAYA), world.person(NADIA)

    let_time_pass(world)
    assert is_open(world, case)
    assert any(f"<@{SAM}>" in text for _, text in world.eventually(lambda: in_thread(world, case)))

    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: f"✓ Fraud — by @{MAYA}" in nadia.reads(case))
    assert world.shop.read(case.case_id)["tier"] == "ordinary"


def test_of_a_tier_that_was_changed_before_it_went_the_last_people_count(world: World) -> None:
    case = world.post_case()
    ordinary = 'due_in = "4h"\nexperts = { channel_members = true }\nescalation'
    restart_with(world, (ordinary, 'due_in = "4h"\nexperts = { people = ["U0JONAS"] }\nescalation'))
    restart_with(world, ('name = "ordinary"', 'name = "usual"'))
    maya, jonas = world.person(MAYA), world.person(JONAS)

    maya.press(case, "Confirm: Fraud")
    refusal = world.eventually(lambda: maya.private_words(case))
    assert "may be answered by people named one by one" in refusal
    jonas.press(case, "Confirm: Fraud")

    world.eventually(lambda: f"✓ Fraud — by @{JONAS}" in maya.reads(case))


def test_people_of_a_tier_that_is_still_there_are_those_of_now(world: World) -> None:
    case = world.post_case()
    ordinary = 'due_in = "4h"\nexperts = { channel_members = true }\nescalation'
    restart_with(world, (ordinary, 'due_in = "4h"\nexperts = { people = ["U0JONAS"] }\nescalation'))
    maya, jonas = world.person(MAYA), world.person(JONAS)

    maya.press(case, "Confirm: Fraud")
    assert "you are not among them" in world.eventually(lambda: maya.private_words(case))
    jonas.press(case, "Confirm: Fraud")

    world.eventually(lambda: f"✓ Fraud — by @{JONAS}" in maya.reads(case))


def test_a_button_whose_label_is_gone_is_taken(world: World) -> None:
    case = world.post_case(task="topic", label="loan")
    restart_with(world, (LOAN, ""))
    maya = world.person(MAYA)
    let_time_pass(world)
    assert is_open(world, case)

    maya.press(case, "Confirm: Loan")

    world.eventually(lambda: f"✓ Loan — by @{MAYA}" in maya.reads(case))
    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert (event.data["prediction"]["label"], event.data["decision"]["label"]) == ("loan", "loan")
    refused = world.shop.post(prediction("order-2", "topic", "loan", 0.7))
    assert refused.status_code == 422


def test_a_select_offers_and_takes_a_label_that_is_gone(world: World) -> None:
    case = world.post_case(task="topic", label="card")
    restart_with(world, (LOAN, ""))
    let_time_pass(world)
    maya = world.person(MAYA)

    maya.pick(case, "Loan")

    world.eventually(lambda: "✓ Loan" in maya.reads(case))


def test_a_window_opened_before_the_change_is_taken_after_it(world: World) -> None:
    case = world.post_case(task="topic", label="card")
    maya = world.person(MAYA)
    maya.press(case, "Answer with a reason…")
    world.eventually(maya.window)
    restart_with(world, (LOAN, ""))

    maya.fill_in(label="loan", rationale="the rate is named")

    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert event.data["decision"]["label"] == "loan"


def test_a_window_opened_after_the_change_offers_the_answers_of_the_opening(world: World) -> None:
    case = world.post_case()
    restart_with(world, ('name = "fine"', 'name = "good"'), ('"known customer"', '"regular customer"'))
    maya = world.person(MAYA)
    maya.press(case, "Answer with a reason…")
    world.eventually(maya.window)

    with pytest.raises(HandsRefused):
        maya.fill_in(label="good", rationale="they called")
    maya.fill_in(label="fine", rationale="they called", reason_code="known customer")

    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert event.data["decision"]["label"] == "fine"


def test_a_reply_names_a_label_as_it_was_at_the_opening(world: World) -> None:
    case = world.post_case(task="topic", label="card")
    renamed = 'name = "mortgage", title = "House"'
    restart_with(world, ('name = "loan", title = "Loan"', renamed))
    world.tick()
    maya = world.person(MAYA)

    maya.answer_in_thread(case, "loan: the rate is named")

    (event,) = world.eventually(lambda: world.inbox.events(case.case_id))
    assert event.data["decision"]["label"] == "loan"
    world.eventually(lambda: "✓ Loan" in maya.reads(case))


def test_a_label_that_was_renamed_is_posted_pressed_and_typed_by_either_name(world: World) -> None:
    pressed = world.post_case(task="topic", label="loan")
    typed = world.post_case("order-2", task="topic", label="card")
    renamed = LOAN.replace('name = "loan", title = "Loan"', 'name = "mortgage", was = ["loan"]')
    restart_with(world, (LOAN, renamed))
    later = world.post_case("order-3", task="topic", label="loan")
    maya = world.person(MAYA)

    maya.press(pressed, "Confirm: Loan")
    maya.answer_in_thread(typed, "mortgage: the rate is named")
    maya.press(later, "Confirm: mortgage")

    for case, names in (pressed, ("loan", "loan")), (typed, ("card", "loan")), (later, ("mortgage",) * 2):
        (event,) = world.eventually(partial(world.inbox.events, case.case_id))
        assert (event.data["prediction"]["label"], event.data["decision"]["label"]) == names


def test_a_case_needs_as_many_answers_as_when_it_was_opened(world: World) -> None:
    case = world.post_case(task="appeal", label="grant")
    restart_with(world, ("quorum = 2", "quorum = 1"))
    maya, jonas = world.person(MAYA), world.person(JONAS)

    maya.press(case, "Confirm: Grant")
    world.eventually(lambda: "1 of 2" in maya.reads(case))
    assert is_open(world, case)
    jonas.press(case, "Confirm: Grant")

    world.eventually(lambda: "✓ Grant" in maya.reads(case))


def test_a_case_whose_channel_is_gone_is_for_those_who_see_its_message(world: World) -> None:
    case = world.post_case(task="topic", label="card")
    world.stop()
    gone = world.policy_text.replace('[channels.payments]\nid = "C0PAYMENTS"\n', "")
    world.policy_text = gone.replace('channel = "payments"', 'channel = "leads"')
    world.start()
    maya, jonas = world.person(MAYA), world.person(JONAS)
    let_time_pass(world)
    maya.open_home()
    assert "1 case waits" in words(world.eventually(maya.home))

    maya.press(case, "Confirm: Card")

    world.eventually(lambda: f"✓ Card — by @{MAYA}" in jonas.reads(case))
    assert len(jonas.messages_of(case)) == 1


def test_a_case_whose_channel_is_another_now_stays_where_it_is(world: World) -> None:
    case = world.post_case(task="topic", label="card")
    restart_with(world, ('id = "C0PAYMENTS"', 'id = "C0GENERAL"'), ('id = "C0LEADS"', f'id = "{PAYMENTS}"'))
    restart_with(world, ('id = "C0GENERAL"', f'id = "{LEADS}"'))
    maya, sam = world.person(MAYA), world.person(SAM)

    maya.press(case, "Confirm: Card")
    assert "you are not among them" in world.eventually(lambda: maya.private_words(case))
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


def test_a_case_whose_task_is_gone_is_answered_by_the_people_it_had(world: World) -> None:
    case = world.post_case()
    world.stop()
    renamed = world.policy_text.replace("tasks.fraud", "tasks.scam")
    world.policy_text = renamed.replace('"fraud", "topic"', '"scam", "topic"')
    world.start()
    maya = world.person(MAYA)
    let_time_pass(world)
    assert is_open(world, case)
    assert any(f"<@{SAM}>" in text for _, text in world.eventually(lambda: in_thread(world, case)))
    maya.open_home()
    assert "1 case waits" in words(world.eventually(maya.home))
    refused = world.shop.post(prediction("order-2", "fraud", "fraud", 0.7))
    assert refused.status_code == 422

    maya.press(case, "Confirm: Fraud")

    world.eventually(lambda: f"✓ Fraud — by @{MAYA}" in maya.reads(case))
    world.eventually(lambda: world.inbox.types(case.case_id) == ["case.decided"])


def forget_policies(world: World) -> None:
    """As in a database of before policies were kept."""
    with world.app.ctx.database.write() as tx:
        tx.execute(policies.delete())


def test_of_a_policy_that_was_not_kept_what_the_case_carries_is_taken(world: World) -> None:
    case = world.post_case(task="topic", label="loan")
    forget_policies(world)
    restart_with(world, (LOAN, ""))
    let_time_pass(world)
    maya = world.person(MAYA)
    assert maya.buttons(case) == ["Confirm: loan", "Answer with a reason…"]

    maya.press(case, "Confirm: loan")

    world.eventually(lambda: "✓ loan" in maya.reads(case))
    assert world.shop.read(case.case_id)["decision"]["label"] == "loan"


def test_of_a_task_that_was_not_kept_it_is_said_that_nobody_may_answer(world: World) -> None:
    case = world.post_case()
    forget_policies(world)
    world.stop()
    whole = world.policy_text
    renamed = whole.replace("tasks.fraud", "tasks.scam")
    world.policy_text = renamed.replace('"fraud", "topic"', '"scam", "topic"')
    world.start()
    maya = world.person(MAYA)

    maya.press(case, "Confirm: Fraud")
    assert "Cases of this kind are not asked any more." in world.eventually(lambda: maya.private_words(case))
    let_time_pass(world)
    assert is_open(world, case)
    assert in_thread(world, case) == []

    world.stop()
    world.policy_text = whole
    world.start()
    after(world, timedelta(hours=1))
    assert len(world.eventually(lambda: in_thread(world, case))) == 2
    maya.press(case, "Confirm: Fraud")
    world.eventually(lambda: "✓ Fraud" in maya.reads(case))


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
