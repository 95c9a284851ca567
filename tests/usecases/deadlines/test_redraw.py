"""A message that time alone made stale is wanted anew, once, and only if it is stale."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.usecases import retention
from bot.usecases.deadlines import redraw
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.outcome import RecordedAct
from bot.usecases.review.undo import undo
from routing.case.case import Case, CaseStatus, dispute
from routing.case.decision import Decision, Method
from routing.label import Via
from storage.cases import cases, decisions
from storage.delivery import claimed_events
from tests.answers import chosen
from tests.usecases.test_races import rival
from tests.worlds.desk import World

SECOND = timedelta(seconds=1)
DUE_IN = timedelta(hours=4)
NOTHING = {"undo_over": 0, "contest_over": 0, "overdue": 0}
UNDO_OVER = {**NOTHING, "undo_over": 1}
OVERDUE = {**NOTHING, "overdue": 1}


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as running:
        yield running


def give(world: World, case: Case, label: str = "fraud", *, is_correction: bool = False) -> None:
    via = Via.MODAL if is_correction else Via.BUTTON
    told = answer(world.ctx, ExpertAnswer(world.act(case), label, via, is_correction=is_correction))
    assert isinstance(told, RecordedAct)


def decided(world: World) -> Case:
    """A case that Ann has just decided."""
    case = world.open()
    give(world, case)
    return case


def save(world: World, case: Case) -> None:
    with world.database.write() as tx:
        cases.save(tx, case)


def redrawn(world: World, case: Case) -> int:
    """How often the message is wanted anew by a tick."""
    before = world.wanted_version(case.case_id)
    redraw.redraw_due(world.ctx)
    return world.wanted_version(case.case_id) - before


def test_a_decided_message_is_redrawn_once_when_undo_is_over(world: World) -> None:
    case = decided(world)
    world.clock.sleep(world.policy.undo_for - SECOND)
    assert (redrawn(world, case), redraw.redraw_due(world.ctx)) == (0, NOTHING)
    world.clock.sleep(SECOND)
    assert redrawn(world, case) == 1
    world.clock.sleep(SECOND)
    assert (redrawn(world, case), redraw.redraw_due(world.ctx)) == (0, NOTHING)


@pytest.mark.parametrize("status", [CaseStatus.OPEN, CaseStatus.DISPUTED])
def test_a_waiting_message_is_redrawn_once_when_it_is_overdue(world: World, status: CaseStatus) -> None:
    case = world.open()
    if status is CaseStatus.DISPUTED:
        save(world, dispute(case))
    world.clock.sleep(DUE_IN)
    assert redrawn(world, case) == 0
    world.clock.sleep(SECOND)
    assert redrawn(world, case) == 1
    world.clock.sleep(SECOND)
    assert (redrawn(world, case), redraw.redraw_due(world.ctx)) == (0, NOTHING)


def test_a_tick_tells_what_it_redrew(world: World) -> None:
    decided(world)
    world.clock.sleep(world.policy.undo_for)
    assert redraw.redraw_due(world.ctx) == UNDO_OVER
    world.open()
    world.clock.sleep(DUE_IN + SECOND)
    assert redraw.redraw_due(world.ctx) == OVERDUE


def test_a_case_undone_meanwhile_is_left_alone(world: World) -> None:
    case = decided(world)
    assert isinstance(undo(world.ctx, world.act(case)), RecordedAct)
    world.clock.sleep(world.policy.undo_for)
    assert redrawn(world, case) == 0


def test_a_case_decided_in_time_is_not_overdue(world: World) -> None:
    case = decided(world)
    world.clock.sleep(world.policy.undo_for)
    redraw.redraw_due(world.ctx)
    world.clock.sleep(DUE_IN)
    assert redrawn(world, case) == 0


def test_a_case_closed_when_its_time_ran_out_is_left_alone(world: World) -> None:
    case = world.open()
    save(world, replace(case, status=CaseStatus.EXPIRED))
    world.clock.sleep(DUE_IN + SECOND)
    assert redrawn(world, case) == 0


def test_a_decision_of_nobody_never_had_an_undo(world: World) -> None:
    case = world.open()
    now, version = world.clock.now(), world.policy.version
    by_time_out = Decision(
        "dec_expired", case.case_id, 1, chosen("fraud"), Method.EXPIRED, now, version, 0, ()
    )
    with world.database.write() as tx:
        decisions.add(tx, by_time_out)
        cases.save(tx, replace(case, status=CaseStatus.DECIDED))
    world.clock.sleep(world.policy.undo_for)
    assert redrawn(world, case) == 0


@pytest.mark.parametrize("method", [Method.SINGLE, Method.EXPIRED])
def test_a_decision_is_redrawn_once_when_nobody_may_object_to_it_any_more(
    world: World, method: Method
) -> None:
    world.policy = world.policy.model_copy(update={"contest_for": timedelta(days=2)})
    case = world.open()
    now, version = world.clock.now(), world.policy.version
    with world.database.write() as tx:
        decisions.add(tx, Decision("dec_1", case.case_id, 1, chosen("fraud"), method, now, version, 0, ()))
        cases.save(tx, replace(case, status=CaseStatus.DECIDED))
    world.clock.sleep(world.policy.undo_for)
    redraw.redraw_due(world.ctx)
    world.clock.sleep(timedelta(days=2) - world.policy.undo_for - SECOND)
    assert redrawn(world, case) == 0
    world.clock.sleep(SECOND)
    assert redraw.redraw_due(world.ctx) == {**NOTHING, "contest_over": 1}
    assert redraw.redraw_due(world.ctx) == NOTHING


def test_a_corrected_decision_is_redrawn_when_the_time_of_the_correction_is_over(world: World) -> None:
    case = world.open("topic", "a")
    give(world, case, "a")
    world.clock.sleep(world.policy.undo_for - SECOND)
    give(world, case, "b", is_correction=True)
    world.clock.sleep(SECOND)
    assert redrawn(world, case) == 0
    world.clock.sleep(world.policy.undo_for)
    assert redrawn(world, case) == 1


def test_what_became_stale_while_nothing_ran_is_redrawn_unless_it_is_old(world: World) -> None:
    late, old = world.open(), world.open()
    with world.database.write() as tx:
        cases.save(tx, replace(old, due_at=late.due_at - SECOND))
    world.clock.sleep(DUE_IN + redraw.LATE_FOR)
    assert redraw.redraw_due(world.ctx) == OVERDUE
    assert [world.wanted_version(case.case_id) for case in (late, old)] == [2, 1]


def test_a_case_whose_task_left_the_policy_waits_for_it_to_come_back(world: World) -> None:
    case = world.open()
    tasks = {name: task for name, task in world.policy.tasks.items() if name != "fraud"}
    without = replace(world, policy=world.policy.model_copy(update={"tasks": tasks}))
    world.clock.sleep(DUE_IN + SECOND)
    assert redrawn(without, case) == 0
    assert redrawn(world, case) == 1


def test_more_than_a_portion_is_redrawn_in_one_tick(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redraw, "BATCH", 2)
    opened = [world.open() for _ in range(5)]
    world.clock.sleep(DUE_IN + SECOND)
    assert redraw.redraw_due(world.ctx) == {**NOTHING, "overdue": 5}
    assert [world.wanted_version(case.case_id) for case in opened] == [2] * 5


def test_two_ticks_at_once_want_one_version(world: World, threads: ThreadPoolExecutor) -> None:
    case, other = decided(world), world.open()
    before = world.wanted_version(case.case_id)
    world.clock.sleep(DUE_IN + SECOND)

    with rival(world, threads) as rival_tick:
        decision = world.case(case.case_id).decision
        assert decision is not None
        claimed_events.claim(rival_tick.tx, f"{redraw.UNDO}{decision.decision_id}", world.clock.moment)
        ticked = rival_tick.meanwhile(lambda: redraw.redraw_due(world.ctx))

    assert ticked.result() == OVERDUE
    assert world.wanted_version(case.case_id) == before
    assert world.wanted_version(other.case_id) == 2


def test_any_number_of_ticks_at_once_redraw_every_case_once(
    world: World, threads: ThreadPoolExecutor
) -> None:
    opened = [world.open() for _ in range(20)]
    world.clock.sleep(DUE_IN + SECOND)
    ctx = world.ctx
    ticked = list(threads.map(lambda _: redraw.redraw_due(ctx), range(2)))
    assert sum(figures["overdue"] for figures in ticked) == 20
    assert [world.wanted_version(case.case_id) for case in opened] == [2] * 20


def test_every_claim_outlasts_the_time_in_which_a_case_could_be_redrawn() -> None:
    assert redraw.LATE_FOR < retention.KEPT_FOR
