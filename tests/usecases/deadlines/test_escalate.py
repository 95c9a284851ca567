"""Steps are taken once, when they are due and people work, and told in few notices."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.usecases.context import Context, PolicyHolder
from bot.usecases.deadlines import escalate
from bot.usecases.outgoing import NOTICE, Notice, Occasion, Place
from routing.case.case import CaseStatus
from routing.policy import WorkingHours, load_policy
from storage import audit
from storage.cases import cases
from storage.delivery import outbox, projections
from storage.engine.database import Database
from tests.worlds.clocks import MONDAY, StillClock
from tests.worlds.delivery import decide, delivering, open_case
from tests.worlds.people import MAYA
from tests.worlds.policies import ORDERS

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> StillClock:
    return StillClock(MONDAY)


@pytest.fixture
def ctx(database: Database, clock: StillClock) -> Context:
    return delivering(database, clock)


def open_due(ctx: Context, name: str = "order-1", **changes: Any) -> str:
    """A case as `open_case` of routing makes it, with its first step an hour ahead."""
    fields = {"next_step_at": ctx.clock.now() + HOUR, **changes}
    return open_case(ctx, name, **fields).case_id


def notices(ctx: Context) -> list[Notice]:
    """The notices that were queued since the last call, in order."""
    with ctx.database.write() as tx:
        claims = outbox.claim(tx, {NOTICE}, "test", ctx.clock.now(), HOUR, 1_000)
        for claim in claims:
            outbox.finish(tx, claim, ctx.clock.now())
    return [Notice.from_payload(claim.item.payload) for claim in claims]


def with_hours(ctx: Context, hours: WorkingHours) -> Context:
    policy = ctx.policy
    fraud = policy.tasks["fraud"].model_copy(update={"hours": hours})
    return replace(
        ctx, active=PolicyHolder.of(policy.model_copy(update={"tasks": {**policy.tasks, "fraud": fraud}}))
    )


def test_nothing_happens_before_a_step_is_due(ctx: Context, clock: StillClock) -> None:
    open_due(ctx)
    clock.advance(HOUR - timedelta(seconds=1))
    assert escalate.escalate_due(ctx) == escalate.TickCounts(0, 0)


def test_the_steps_follow_each_other_as_the_policy_says(ctx: Context, clock: StillClock) -> None:
    case_id = open_due(ctx)
    places = []
    for _ in range(5):
        clock.advance(HOUR)
        escalate.escalate_due(ctx)
        places += [(one.place, one.people, str(one.channel_id)) for one in notices(ctx)]
    assert places == [
        (Place.THREAD, (), "C0DIGITS"),
        (Place.THREAD, ("U0SAM",), "C0DIGITS"),
        (Place.CHANNEL, (), "C0LEADS"),
    ]
    with ctx.database.read() as tx:
        assert cases.get(tx, case_id).next_step_at is None
        assert audit.verify(tx).ok


def test_two_ticks_at_once_take_a_step_once(ctx: Context, clock: StillClock) -> None:
    open_due(ctx)
    clock.advance(HOUR)
    assert [escalate.escalate_due(ctx).steps, escalate.escalate_due(ctx).steps] == [1, 0]
    assert len(notices(ctx)) == 1


def test_a_decided_case_is_left_alone(ctx: Context, clock: StillClock) -> None:
    case_id = open_due(ctx)
    with ctx.database.read() as tx:
        decide(ctx, cases.get(tx, case_id))
    clock.advance(HOUR)
    assert escalate.escalate_due(ctx) == escalate.TickCounts(0, 0)


def test_a_snooze_quiets_the_thread_until_it_ends_but_others_are_asked_in_time(
    ctx: Context, clock: StillClock
) -> None:
    case_id = open_due(ctx, snoozed_until=MONDAY + 5 * HOUR, snoozed_by=MAYA)
    told = []
    for _ in range(5):
        clock.advance(HOUR)
        escalate.escalate_due(ctx)
        told.append([(one.about, one.people, str(one.channel_id)) for one in notices(ctx)])
    assert told == [
        [],
        [(Occasion.ESCALATION, ("U0SAM",), "C0DIGITS")],
        [(Occasion.ESCALATION, (), "C0LEADS")],
        [],
        [(Occasion.REMINDER, (), "C0DIGITS")],
    ]
    with ctx.database.read() as tx:
        assert cases.get(tx, case_id).next_step_at is None


def test_a_step_due_at_night_is_taken_at_the_opening_on_both_sides_of_a_clock_change(
    ctx: Context, clock: StillClock
) -> None:
    ctx = with_hours(ctx, WorkingHours(timezone="Europe/Berlin", days=("mon", "fri")))
    clock.moment = datetime(2026, 10, 23, 14, 30, tzinfo=UTC)  # Friday, 16:30 CEST
    open_due(ctx)  # the step is due at 17:30 CEST, the closing is at 18:00
    clock.advance(timedelta(hours=2))  # nothing ran until 18:30 CEST
    assert escalate.escalate_due(ctx).steps == 0
    clock.moment = datetime(2026, 10, 26, 7, 59, tzinfo=UTC)  # Monday, 8:59 CET
    assert escalate.escalate_due(ctx).steps == 0
    clock.moment = datetime(2026, 10, 26, 8, 0, tzinfo=UTC)
    assert escalate.escalate_due(ctx).steps == 1


def test_after_two_days_down_thousands_of_overdue_cases_make_few_notices(
    ctx: Context, clock: StillClock
) -> None:
    for number in range(120):
        open_due(ctx, f"order-{number}", due_at=MONDAY + number * timedelta(minutes=1))
    clock.advance(timedelta(days=2))
    ticked = escalate.escalate_due(ctx)
    told = notices(ctx)
    assert (ticked.steps, len(told)) == (360, 3)
    assert {one.place for one in told} == {Place.CHANNEL, Place.DM}
    assert all(one.case_ids[0] == "case_order-0" for one in told)
    assert all(len(one.case_ids) == 120 for one in told)


def test_a_step_that_the_policy_puts_off_meanwhile_waits_as_it_says_now(
    ctx: Context, clock: StillClock
) -> None:
    case_id = open_due(ctx)
    later = load_policy(
        ORDERS.replace('after = "1h", to = "thread"', 'after = "2h", to = "thread"'), "policy.toml"
    )
    ctx = replace(ctx, active=PolicyHolder.of(later))
    clock.advance(HOUR)
    assert escalate.escalate_due(ctx) == escalate.TickCounts(0, 0)
    with ctx.database.read() as tx:
        assert cases.get(tx, case_id).next_step_at == MONDAY + 2 * HOUR


def test_a_case_whose_task_left_the_policy_waits_for_it_to_come_back(ctx: Context, clock: StillClock) -> None:
    case_id = open_due(ctx)
    tasks = {"tumor": ctx.policy.tasks["tumor"]}
    without = replace(ctx, active=PolicyHolder.of(ctx.policy.model_copy(update={"tasks": tasks})))
    clock.advance(HOUR)
    assert escalate.escalate_due(without).steps == 0
    with ctx.database.read() as tx:
        case = cases.get(tx, case_id)
        assert (case.status, cases.due_steps(tx, clock.now(), 10)) == (CaseStatus.OPEN, [])
    clock.advance(HOUR)
    assert escalate.escalate_due(ctx).steps == 2


def test_a_crash_between_step_and_bundle_loses_no_reminder(
    ctx: Context, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_due(ctx)
    clock.advance(HOUR)
    with monkeypatch.context() as patch:
        patch.setattr(escalate, "_bundle", lambda *_: 0)
        assert escalate.escalate_due(ctx) == escalate.TickCounts(1, 0)
    assert escalate.escalate_due(ctx) == escalate.TickCounts(0, 1)


def test_reminders_of_several_ticks_that_wait_unsent_are_one_message(ctx: Context, clock: StillClock) -> None:
    for number in range(4):
        open_due(ctx, f"order-{number}", steps_taken=1)
        clock.advance(timedelta(minutes=10))
    for _ in range(12):
        clock.advance(timedelta(minutes=10))
        escalate.escalate_due(ctx)
    (notice,) = [one for one in notices(ctx) if one.people]
    assert (notice.place, notice.people) == (Place.DM, ("U0SAM",))
    assert notice.case_ids == tuple(f"case_order-{number}" for number in range(4))


def test_the_policy_of_these_tests_is_valid() -> None:
    assert load_policy(ORDERS, "policy.toml").tasks.keys() == {"fraud", "tumor"}


def test_a_case_is_shown_in_the_channel_it_is_escalated_to(ctx: Context, clock: StillClock) -> None:
    case_id = open_due(ctx)
    shown = []
    for _ in range(3):
        clock.advance(HOUR)
        escalate.escalate_due(ctx)
        with ctx.database.read() as tx:
            shown.append([str(one.channel_id) for one in projections.of_case(tx, case_id)])
    assert shown == [["C0DIGITS"], ["C0DIGITS"], ["C0DIGITS", "C0LEADS"]]
