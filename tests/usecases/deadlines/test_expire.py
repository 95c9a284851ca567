"""A case whose time is over ends as the policy says, and says so."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.usecases.context import Context, PolicyHolder
from bot.usecases.deadlines import expire
from bot.usecases.outgoing import CALLBACK, NOTICE
from bot.usecases.review.access import Act
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.outcome import RecordedAct
from bot.usecases.review.screen import Screen
from bot.usecases.review.undo import undo
from routing.case.case import Case, CaseStatus
from routing.case.decision import Method
from routing.label import Via
from storage import experts
from storage.cases import cases
from storage.delivery import outbox, projections
from storage.engine.database import Database
from tests.worlds.clocks import MONDAY, StillClock
from tests.worlds.delivery import delivering, open_case
from tests.worlds.people import MAYA, ONCOLOGY

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> StillClock:
    return StillClock(MONDAY)


@pytest.fixture
def ctx(database: Database, clock: StillClock) -> Context:
    return delivering(database, clock)


def on_expiry(ctx: Context, **changes: Any) -> Context:
    tumor = ctx.policy.tasks["tumor"]
    tier = tumor.tiers[0].model_copy(update=changes)
    tasks = {**ctx.policy.tasks, "tumor": tumor.model_copy(update={"tiers": (tier,)})}
    return replace(ctx, active=PolicyHolder.of(ctx.policy.model_copy(update={"tasks": tasks})))


def expired(ctx: Context, clock: StillClock) -> Case:
    case = open_case(ctx, task="tumor", expires_at=MONDAY + DAY)
    clock.advance(DAY)
    expire.expire_due(ctx)
    with ctx.database.read() as tx:
        return cases.get(tx, case.case_id)


def kinds(ctx: Context) -> set[str]:
    with ctx.database.write() as tx:
        claims = outbox.claim(tx, {CALLBACK, NOTICE}, "test", ctx.clock.now(), DAY, 10)
    return {claim.item.kind for claim in claims}


def test_a_case_is_left_alone_before_its_time(ctx: Context, clock: StillClock) -> None:
    open_case(ctx, task="tumor", expires_at=MONDAY + DAY)
    clock.advance(DAY - timedelta(seconds=1))
    assert expire.expire_due(ctx) == 0


def test_the_prediction_is_taken_and_called_expired(ctx: Context, clock: StillClock) -> None:
    case = expired(ctx, clock)
    assert case.decision is not None
    assert (case.decision.label, case.decision.method) == ("benign", Method.EXPIRED)
    assert kinds(ctx) == {CALLBACK, NOTICE}
    with ctx.database.read() as tx:
        (shown,) = projections.of_case(tx, case.case_id)
    assert shown.wanted_version == 2


def test_the_safe_label_is_taken(ctx: Context, clock: StillClock) -> None:
    case = expired(on_expiry(ctx, on_expiry="safe_label", safe_label="malignant"), clock)
    assert case.decision is not None
    assert case.decision.label == "malignant"


def test_a_case_can_close_without_a_decision(ctx: Context, clock: StillClock) -> None:
    case = expired(on_expiry(ctx, on_expiry="close"), clock)
    assert (case.status, case.decision) == (CaseStatus.EXPIRED, None)
    assert kinds(ctx) == {NOTICE}


def test_a_policy_that_keeps_cases_open_now_keeps_them(ctx: Context, clock: StillClock) -> None:
    ctx = on_expiry(ctx, on_expiry="keep_open", expires_in=None)
    assert expired(ctx, clock).status is CaseStatus.OPEN
    assert expire.expire_due(ctx) == 0


def half_answered(ctx: Context, clock: StillClock) -> Case:
    """A case for two experts of whom one answered shortly before its time was over."""
    case = open_case(ctx, task="tumor", expires_at=MONDAY + DAY, quorum=2)
    with ctx.database.write() as tx:
        experts.set_members(tx, f"channel:{ONCOLOGY}", [MAYA], MONDAY)
    clock.advance(DAY - timedelta(minutes=1))
    answer(ctx, ExpertAnswer(Act(Screen(case.case_id), MAYA, "act:1"), "malignant", Via.BUTTON))
    clock.advance(timedelta(minutes=1))
    expire.expire_due(ctx)
    return case


def test_an_answer_taken_back_leaves_a_decision_that_did_not_rest_on_it(
    ctx: Context, clock: StillClock
) -> None:
    case = half_answered(ctx, clock)
    assert isinstance(undo(ctx, Act(Screen(case.case_id), MAYA, "act:2")), RecordedAct)
    with ctx.database.read() as tx:
        stored = cases.get(tx, case.case_id)
    assert (stored.current_labels, [one.label for one in stored.decisions]) == ((), ["benign"])
    assert stored.decision is not None


def test_an_answer_corrected_below_the_quorum_leaves_the_decision_that_did_not_rest_on_it(
    ctx: Context, clock: StillClock
) -> None:
    case = half_answered(ctx, clock)
    corrected = ExpertAnswer(
        Act(Screen(case.case_id), MAYA, "act:2"), "benign", Via.MODAL, is_correction=True
    )
    assert isinstance(answer(ctx, corrected), RecordedAct)
    with ctx.database.read() as tx:
        stored = cases.get(tx, case.case_id)
    assert [one.label for one in stored.labels] == ["malignant", "benign"]
    assert stored.decision is not None
    assert len(stored.decisions) == 1


def test_whoever_takes_an_answer_back_has_time_for_another_before_the_case_expires(
    ctx: Context, clock: StillClock
) -> None:
    case = open_case(ctx, task="tumor", expires_at=MONDAY + DAY)
    with ctx.database.write() as tx:
        experts.set_members(tx, f"channel:{ONCOLOGY}", [MAYA], MONDAY)
    clock.advance(DAY - timedelta(minutes=1))
    answer(ctx, ExpertAnswer(Act(Screen(case.case_id), MAYA, "act:1"), "malignant", Via.BUTTON))
    clock.advance(timedelta(minutes=2))
    undo(ctx, Act(Screen(case.case_id), MAYA, "act:2"))
    assert expire.expire_due(ctx) == 0
    clock.advance(ctx.policy.undo_for)
    assert expire.expire_due(ctx) == 1


def test_two_ticks_close_a_case_once(ctx: Context, clock: StillClock) -> None:
    expired(ctx, clock)
    assert expire.expire_due(ctx) == 0
