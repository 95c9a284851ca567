"""Each notice appears once, in the right place, and only while somebody has to act."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.notices.notice_sender import NoticeSender
from bot.delivery.sender.attempts import Courier
from bot.sandbox import SlackFault
from bot.usecases.context import PolicyHolder
from bot.usecases.outgoing import NOTICE, Notice, Occasion, Place
from routing.case.case import Case, CaseStatus
from routing.case.contest import Contest
from routing.case.decision import Decision, Method
from routing.label import Label, Rationale, Via
from routing.policy import WorkingHours
from routing.slack_channel import ChannelId
from storage.cases import cases, contests, decisions, labels
from storage.delivery import outbox, projections, slack_pace
from storage.delivery.outbox import Item
from tests.answers import chosen
from tests.worlds.delivery import World, decide, open_case
from tests.worlds.people import DIGITS, DIGITS_ID, JONAS, LEADS, LEADS_ID, MAYA

SAM_DM = "D0SAM"


def queue(world: World, notice: Notice, key: str = "n1") -> str:
    now = world.clock.now()
    with world.database.write() as tx:
        outbox.add_many(tx, [Item(f"out_{key}", NOTICE, key, notice.to_payload(), now)])
    return f"out_{key}"


def found(world: World, item_id: str) -> Item:
    with world.database.read() as tx:
        item = outbox.get(tx, item_id)
    assert item is not None
    return item


def deliver(world: World, minutes: int = 2, courier: Courier | None = None) -> None:
    sender = NoticeSender(courier or world.courier(), "p1")
    for _ in range(minutes * 10):
        sender.step()
        world.clock.advance(timedelta(seconds=6))


def thread_of(world: World, channel_id: str = DIGITS) -> list[str]:
    (message,) = world.sandbox.state.conversations[channel_id].top_level()
    return world.replies(channel_id, message.ts)


def reminder(case_id: str, *people: str) -> Notice:
    return Notice(Occasion.REMINDER, Place.THREAD, (case_id,), people, DIGITS_ID, "No decision after 1h.")


def test_a_reminder_appears_in_the_thread_of_its_case(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    queue(world, reminder(case.case_id, "U0SAM"))
    deliver(world)
    (text,) = thread_of(world)
    assert "<@U0SAM>" in text
    assert "No decision after 1h." in text


def test_a_notice_waits_for_its_cases_message(world: World) -> None:
    case = open_case(world.ctx)
    queue(world, reminder(case.case_id))
    deliver(world)
    world.drain()
    deliver(world)
    assert len(thread_of(world)) == 1


def test_a_reminder_of_a_decided_case_is_dropped(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    item_id = queue(world, reminder(case.case_id))
    decide(world.ctx, case)
    deliver(world)
    assert thread_of(world) == []
    assert found(world, item_id).delivered_at is not None


def test_news_of_a_decided_case_is_told(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    decide(world.ctx, case)
    queue(world, Notice(Occasion.EXPIRED, Place.THREAD, (case.case_id,)))
    deliver(world)
    assert len(thread_of(world)) == 1


@pytest.mark.parametrize("kind", ["accept_then_drop", "server_error", "refused"])
def test_a_lost_answer_or_call_leaves_one_reply(world: World, kind: str) -> None:
    case = open_case(world.ctx)
    world.drain()
    world.sandbox.faults.add(SlackFault(kind, method="chat.postMessage", count=1))  # type: ignore[arg-type]  # parametrized
    queue(world, reminder(case.case_id))
    deliver(world)
    assert len(thread_of(world)) == 1


def test_many_cases_of_a_person_are_one_direct_message_with_ten_links(world: World) -> None:
    made = [open_case(world.ctx, f"order-{number}") for number in range(15)]
    world.drain()
    decide(world.ctx, made[0])
    case_ids = tuple(case.case_id for case in made)
    queue(world, Notice(Occasion.ESCALATION, Place.DM, case_ids, ("U0SAM",)))
    deliver(world)
    (message,) = world.sandbox.state.conversations[SAM_DM].top_level()
    assert "14 cases" in message.text
    assert "and 4 more" in message.text
    assert "order-0." not in message.text
    assert str(message.blocks).count("'link'") == 10


def test_an_escalation_to_a_channel_links_to_the_case(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    queue(
        world,
        Notice(
            Occasion.ESCALATION,
            Place.CHANNEL,
            (case.case_id,),
            (),
            LEADS_ID,
            "Nobody answered.",
        ),
    )
    deliver(world)
    (message,) = world.sandbox.state.conversations[LEADS].top_level()
    assert "'link'" in str(message.blocks)
    assert "Nobody answered." in message.text


def test_nothing_in_a_case_or_a_note_can_ping(world: World) -> None:
    case = open_case(world.ctx, "order <!channel> &")
    world.drain()
    notice = Notice(Occasion.NOTE, Place.CHANNEL, (case.case_id,), (), LEADS_ID, "Look <!here> <@U0SAM>")
    queue(world, notice)
    deliver(world)
    (message,) = world.sandbox.state.conversations[LEADS].top_level()
    assert "<!" not in message.text.replace("<!date^", "")
    kinds = {piece["type"] for block in message.blocks or [] for piece in _pieces(block)}
    assert kinds == {"text", "user", "link", "date"}


def _pieces(block: dict) -> list[dict]:  # type: ignore[type-arg]  # Slack's JSON
    return [
        piece
        for element in block.get("elements", [])
        for inner in [element, *element.get("elements", [])]
        for piece in inner.get("elements", [])
        if piece["type"] != "rich_text_section"
    ]


def test_a_person_who_left_ends_in_a_dead_letter_with_the_mend(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    item_id = queue(world, Notice(Occasion.ASSIGNED, Place.DM, (case.case_id,), ("U0NOBODY",)))
    deliver(world)
    assert "user_not_found" in (found(world, item_id).dead_reason or "")


def test_notices_share_the_pace_of_their_channel(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    with world.database.write() as tx:
        slack_pace.pause(tx, DIGITS, world.clock.now() + timedelta(minutes=5))
    queue(world, reminder(case.case_id))
    deliver(world, minutes=4)
    assert thread_of(world) == []
    deliver(world, minutes=2)
    assert len(thread_of(world)) == 1


def at_work_until(world: World, closing: str) -> None:
    """Let the task have hours from 8:00 on, in UTC, on every day but Sunday; it is 10:00."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat")
    hours = WorkingHours(timezone="UTC", days=days, start="08:00", end=closing)
    tasks = world.ctx.policy.tasks
    fraud = tasks["fraud"].model_copy(update={"hours": hours})
    policy = world.ctx.policy.model_copy(update={"tasks": {**tasks, "fraud": fraud}})
    world.ctx = replace(world.ctx, active=PolicyHolder.of(policy))


def disputed(world: World) -> Case:
    """Two people answered an open case, each something else."""
    case = open_case(world.ctx)
    now = world.clock.now()
    first = Label(
        "l1", case.case_id, MAYA, 1, chosen("fraud"), now, Via.BUTTON, 1, Rationale("two <!channel> accounts")
    )
    second = Label("l2", case.case_id, JONAS, 1, chosen("legit"), now, Via.BUTTON, 1)
    with world.database.write() as tx:
        labels.add(tx, first)
        labels.add(tx, second)
    return case


def test_who_settles_a_disagreement_reads_what_everybody_answered_and_why(world: World) -> None:
    case = disputed(world)
    world.drain()
    queue(world, Notice(Occasion.DISPUTE, Place.DM, (case.case_id,), ("U0SAM",)))
    deliver(world)
    (message,) = world.sandbox.state.conversations[SAM_DM].top_level()
    assert "<@U0MAYA> says fraud: two &lt;!channel&gt; accounts" in message.text
    assert "<@U0JONAS> says legit" in message.text
    assert "The model says" in message.text


def test_who_settles_an_objection_reads_it_first_and_a_reason_once(world: World) -> None:
    case = disputed(world)
    now, why = world.clock.now(), "it was paid twice"
    decision = Decision("d1", case.case_id, 1, chosen("fraud"), Method.SINGLE, now, "p", 1, (MAYA,))
    with world.database.write() as tx:
        decisions.add(tx, decision)
        contests.add(tx, Contest(case.case_id, JONAS, 1, 2, now, why))
        labels.add(
            tx,
            Label("l3", case.case_id, JONAS, 2, chosen("legit"), now, Via.MODAL, 1, Rationale(why)),
        )
        cases.save(tx, replace(cases.lock(tx, case.case_id), status=CaseStatus.DISPUTED))
    world.drain()
    queue(world, Notice(Occasion.DISPUTE, Place.DM, (case.case_id,), ("U0SAM",)))
    deliver(world)
    (message,) = world.sandbox.state.conversations[SAM_DM].top_level()
    assert (
        "Somebody objects to what was decided. Please decide: your answer is the last word." in message.text
    )
    statements = [line for line in message.text.splitlines() if line.startswith("• <@")]
    assert statements[0] == f"• <@U0JONAS> objects to fraud: {why}"
    assert "• <@U0JONAS> says legit" in statements


def test_others_are_never_told_what_was_answered_to_a_disputed_case(world: World) -> None:
    case = disputed(world)
    world.drain()
    queue(world, Notice(Occasion.DISPUTE, Place.THREAD, (case.case_id,), ("U0SAM",), DIGITS_ID))
    deliver(world)
    (text,) = thread_of(world)
    assert "U0MAYA" not in text


@pytest.mark.parametrize(
    "about", [Occasion.REMINDER, Occasion.ESCALATION, Occasion.DISPUTE, Occasion.ASSIGNED]
)
def test_a_notice_that_is_late_into_quiet_hours_waits_for_their_end(world: World, about: Occasion) -> None:
    at_work_until(world, "10:30")
    case = open_case(world.ctx)
    world.drain()
    with world.database.write() as tx:
        slack_pace.pause(tx, DIGITS, world.clock.now() + timedelta(minutes=45))
    queue(world, Notice(about, Place.THREAD, (case.case_id,), ("U0SAM",), DIGITS_ID))
    for _ in range(21):
        deliver(world, minutes=1)
        world.clock.advance(timedelta(minutes=59))
    assert thread_of(world) == []
    world.clock.advance(timedelta(hours=1))
    deliver(world)
    assert len(thread_of(world)) == 1


@pytest.mark.parametrize(
    ("about", "expected"), [(Occasion.ESCALATION, 1), (Occasion.ASSIGNED, 1), (Occasion.DISPUTE, 0)]
)
def test_what_somebody_asks_for_by_hand_in_quiet_hours_is_sent_in_them(
    world: World, about: Occasion, expected: int
) -> None:
    at_work_until(world, "09:30")
    case = open_case(world.ctx)
    world.drain()
    queue(world, Notice(about, Place.THREAD, (case.case_id,), ("U0SAM",), DIGITS_ID))
    deliver(world)
    assert len(thread_of(world)) == expected


def test_news_that_asks_nobody_is_told_in_quiet_hours(world: World) -> None:
    at_work_until(world, "09:30")
    case = open_case(world.ctx)
    world.drain()
    queue(world, Notice(Occasion.EXPIRED, Place.THREAD, (case.case_id,)))
    deliver(world)
    assert len(thread_of(world)) == 1


def test_a_notice_of_a_case_whose_message_was_given_up_goes_to_the_channel(world: World) -> None:
    case = open_case(world.ctx)
    world.sandbox.faults.add(SlackFault("error", method="chat.postMessage", error="invalid_charset", count=1))
    world.drain()
    queue(world, reminder(case.case_id))
    deliver(world)
    (text,) = world.shown(DIGITS)
    assert "Input of order-1." in text
    assert "Its message could not be posted" in text


def test_a_notice_about_erased_cases_is_dropped(world: World) -> None:
    item_id = queue(world, reminder("case_unknown"))
    deliver(world)
    assert found(world, item_id).delivered_at is not None


def test_a_list_goes_out_without_links_that_slack_does_not_give(world: World) -> None:
    made = [open_case(world.ctx, f"order-{number}") for number in range(2)]
    world.drain()
    world.sandbox.faults.add(SlackFault("server_error", method="chat.getPermalink"))
    case_ids = tuple(case.case_id for case in made)
    queue(world, Notice(Occasion.ESCALATION, Place.CHANNEL, case_ids, (), LEADS_ID))
    deliver(world)
    (message,) = world.sandbox.state.conversations[LEADS].top_level()
    assert "2 cases" in message.text
    assert "'link'" not in str(message.blocks)


def test_nothing_is_sent_while_slack_refuses_the_token(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    world.sandbox.faults.add(SlackFault("token_revoked", count=1))
    queue(world, reminder(case.case_id))
    courier = world.courier()
    deliver(world, courier=courier)
    assert courier.health.trouble is not None
    assert thread_of(world) == []


def test_an_escalation_to_a_channel_links_to_the_message_there(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    with world.database.write() as tx:
        projections.want(tx, case.case_id, LEADS_ID, 0, case.due_at)
    escalation = Notice(Occasion.ESCALATION, Place.CHANNEL, (case.case_id,), (), LEADS_ID)
    queue(world, escalation)
    deliver(world)
    assert world.shown(LEADS) == []  # not a link to a channel that not all of them can see
    world.drain()
    deliver(world)
    message, notice = world.sandbox.state.conversations[LEADS].top_level()
    assert world.gateway().permalink(LEADS_ID, message.ts) in str(notice.blocks)


def escalation(case_id: str) -> Notice:
    return Notice(Occasion.ESCALATION, Place.CHANNEL, (case_id,), (), LEADS_ID, "Nobody answered.")


def refused(world: World, channel_id: str, code: str) -> int:
    return world.sandbox.faults.add(
        SlackFault("error", method="chat.postMessage", channel_id=channel_id, error=code)
    )


@pytest.mark.parametrize("place", [Place.CHANNEL, Place.DM])
def test_an_escalation_never_comes_before_the_cases_own_message(world: World, place: Place) -> None:
    case = open_case(world.ctx)
    is_dm = place is Place.DM
    queue(world, Notice(Occasion.ESCALATION, place, (case.case_id,), ("U0SAM",), None if is_dm else LEADS_ID))
    deliver(world)
    where = SAM_DM if is_dm else LEADS
    assert where not in world.sandbox.state.conversations or world.shown(where) == []
    world.drain()
    deliver(world)
    (message,) = world.sandbox.state.conversations[where].top_level()
    assert "'link'" in str(message.blocks)


@pytest.mark.parametrize(
    ("code", "mend"), [("not_in_channel", "Invite the bot"), ("invalid_charset", "defect")]
)
def test_an_escalation_of_a_case_without_a_message_says_why_it_has_none(
    world: World, code: str, mend: str
) -> None:
    case = open_case(world.ctx)
    refused(world, DIGITS, code)
    world.drain()
    queue(world, escalation(case.case_id))
    deliver(world)
    (message,) = world.sandbox.state.conversations[LEADS].top_level()
    assert "Its message could not be posted" in message.text
    assert mend in message.text
    assert "'link'" not in str(message.blocks)


def test_an_escalation_into_a_refused_channel_follows_the_message_there(world: World) -> None:
    case = open_case(world.ctx)
    fault = refused(world, LEADS, "is_archived")
    with world.database.write() as tx:
        projections.want(tx, case.case_id, LEADS_ID, 0, case.due_at, channel="leads")
    world.drain()
    queue(world, escalation(case.case_id))
    deliver(world)
    world.sandbox.faults.clear(fault)
    world.clock.advance(timedelta(hours=1))
    deliver(world)
    assert world.shown(LEADS) == []
    world.drain()
    deliver(world, minutes=70)
    message, notice = world.sandbox.state.conversations[LEADS].top_level()
    assert world.gateway().permalink(LEADS_ID, message.ts) in str(notice.blocks)


def test_people_who_are_called_in_a_refused_channel_are_called_directly(world: World) -> None:
    case = open_case(world.ctx)
    refused(world, DIGITS, "not_in_channel")
    world.drain()
    queue(
        world,
        Notice(Occasion.ESCALATION, Place.THREAD, (case.case_id,), ("U0SAM", "U0NADIA"), DIGITS_ID),
    )
    deliver(world)
    for dm in (SAM_DM, "D0NADIA"):
        (text,) = world.shown(dm)
        assert "Its message could not be posted: Invite the bot" in text


def test_a_reminder_in_a_closed_thread_is_told_in_the_channel_with_its_case(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    fault = SlackFault("error", method="chat.postMessage", error="restricted_action_thread_locked", count=1)
    world.sandbox.faults.add(fault)
    queue(world, reminder(case.case_id))
    deliver(world)
    _, text = world.shown(DIGITS)
    assert "Input of order-1." in text


def test_a_reminder_finds_the_thread_where_a_mended_id_has_moved_it(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    queue(world, replace(reminder(case.case_id), channel_id=ChannelId("", "C0MISTYPED")))
    deliver(world)
    assert len(thread_of(world)) == 1
