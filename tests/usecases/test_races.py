"""Two who want the same case at once: experts, ticks and services wait for each other and agree."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa

from bot.usecases.deadlines import escalate, expire, unassign
from bot.usecases.review.access import Sitting, sit_down
from bot.usecases.review.answer import ExpertAnswer, answer, give
from bot.usecases.review.outcome import AlreadyDecided, Dismissal, RecordedAct
from routing.case.case import Case, CaseStatus, reassign
from routing.case.decision import Method
from routing.label import ExpertId, Via
from routing.policy import Tier
from storage import audit, experts
from storage.audit import Entry
from storage.cases import cases
from storage.engine.database import Database, Transaction
from storage.engine.sqlite_write_lock import lock_for
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CHANNEL

Found = TypeVar("Found")
DAY = timedelta(days=1)
WAITING_ON_POSTGRES = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as running:
        yield running


class Rival:
    """A write transaction of somebody else, during which others are let run until they wait for it."""

    def __init__(self, world: World, tx: Transaction, threads: ThreadPoolExecutor) -> None:
        self._world, self.tx, self._threads = world, tx, threads

    def meanwhile(self, act: Callable[[], Found]) -> "Future[Found]":
        """Start `act` and return when it waits for this transaction, or has ended."""
        started = self._threads.submit(act)
        while not started.done() and not self._is_waited_for():
            threading.Event().wait(0.01)
        return started

    def _is_waited_for(self) -> bool:
        database = self._world.database
        if database.dialect == "sqlite":
            path = self.tx.engine.url.database
            return lock_for(str(Path(str(path)).resolve())).waiting > 0
        with database.read() as tx:
            return bool(tx.execute(sa.text(WAITING_ON_POSTGRES)).scalar_one())

    def answers(self, case: Case, expert: ExpertId, label: str) -> object:
        """Answer a case without committing yet."""
        act = self._world.act(case, expert)
        sitting = sit_down(self._world.ctx, self.tx, act)
        assert isinstance(sitting, Sitting)
        return give(sitting, ExpertAnswer(act, label, Via.BUTTON))


@contextmanager
def rival(world: World, threads: ThreadPoolExecutor) -> Iterator[Rival]:
    with world.database.write() as tx:
        yield Rival(world, tx, threads)


def with_tier(world: World, task: str, **changes: Any) -> World:
    """The same world under a policy whose first tier of `task` says something else."""
    known = world.policy.tasks[task]
    tier: Tier = known.tiers[0].model_copy(update=changes)
    tasks = {**world.policy.tasks, task: known.model_copy(update={"tiers": (tier,)})}
    return replace(world, policy=world.policy.model_copy(update={"tasks": tasks}))


def expiring(world: World) -> World:
    return with_tier(world, "fraud", on_expiry="safe_label", safe_label="fraud", expires_in=DAY)


def mark(tx: Transaction, case: Case) -> None:
    """What every act does last: it locks the head of the audit trail."""
    audit.append_many(tx, [Entry(FRIDAY, "test", "test.marked", case.case_id, {})])


def test_two_experts_at_once_make_one_decision(world: World, threads: ThreadPoolExecutor) -> None:
    case = world.open()

    with rival(world, threads) as first:
        assert isinstance(first.answers(case, ANN, "fraud"), RecordedAct)
        second = first.meanwhile(
            lambda: answer(world.ctx, ExpertAnswer(world.act(case, BEN), "fraud", Via.BUTTON))
        )

    late = second.result()
    assert isinstance(late, AlreadyDecided)
    assert late.case.decision is not None
    assert late.case.decision.decided_by == (ANN,)
    assert len(world.case(case.case_id).labels) == 1


def test_the_two_of_a_quorum_at_once_decide_together(world: World, threads: ThreadPoolExecutor) -> None:
    case = world.open("team", "sales")

    with rival(world, threads) as first:
        first.answers(case, ANN, "help")
        second = first.meanwhile(
            lambda: answer(world.ctx, ExpertAnswer(world.act(case, BEN), "help", Via.BUTTON))
        )

    assert isinstance(second.result(), RecordedAct)
    stored = world.case(case.case_id)
    assert stored.decision is not None
    assert stored.decision.method is Method.CONSENSUS


def test_an_answer_in_the_last_moment_is_not_overruled_by_the_expiry(
    world: World, threads: ThreadPoolExecutor
) -> None:
    world = with_tier(world, "fraud", on_expiry="safe_label", safe_label="legit", expires_in=DAY)
    case = world.open()
    world.clock.sleep(DAY)

    with rival(world, threads) as expert:
        expert.answers(case, ANN, "fraud")
        ticked = expert.meanwhile(lambda: expire.expire_due(world.ctx))

    assert ticked.result() == 0
    stored = world.case(case.case_id)
    assert [(one.label, one.method) for one in stored.decisions] == [("fraud", Method.SINGLE)]
    assert len(world.sent("callback")) == 1


def test_two_ticks_at_once_expire_a_case_once(world: World, threads: ThreadPoolExecutor) -> None:
    world = expiring(world)
    case = world.open()
    world.clock.sleep(DAY)

    with rival(world, threads) as other:
        cases.lock(other.tx, case.case_id)
        both = [other.meanwhile(lambda: expire.expire_due(world.ctx)) for _ in range(2)]

    assert sorted(one.result() for one in both) == [0, 1]
    assert len(world.case(case.case_id).decisions) == 1


def test_the_expiry_of_many_never_locks_itself_and_a_click_out(
    world: World, threads: ThreadPoolExecutor
) -> None:
    world = expiring(world)
    first, second = world.open(), world.open()
    world.clock.sleep(DAY)

    with rival(world, threads) as expert:
        cases.lock(expert.tx, second.case_id)
        ticked = expert.meanwhile(lambda: expire.expire_due(world.ctx))
        mark(expert.tx, second)

    assert ticked.result() == 2
    assert world.case(first.case_id).status is world.case(second.case_id).status is CaseStatus.DECIDED


def test_giving_cases_back_never_locks_itself_and_a_click_out(
    world: World, threads: ThreadPoolExecutor
) -> None:
    given = [world.open(), world.open()]
    with world.database.write() as tx:
        for case in given:
            cases.save(tx, reassign(case, BEN))
        experts.set_members(tx, f"channel:{CHANNEL}", [ANN], FRIDAY)

    with rival(world, threads) as expert:
        cases.lock(expert.tx, given[1].case_id)
        ticked = expert.meanwhile(lambda: unassign.unassign_departed(world.ctx))
        mark(expert.tx, given[1])

    assert ticked.result() == 2


def test_a_case_decided_meanwhile_is_not_given_back(world: World, threads: ThreadPoolExecutor) -> None:
    case = world.open()
    with world.database.write() as tx:
        cases.save(tx, reassign(case, BEN))
        experts.set_members(tx, f"channel:{CHANNEL}", [ANN], FRIDAY)

    with rival(world, threads) as expert:
        expert.answers(case, ANN, "fraud")
        ticked = expert.meanwhile(lambda: unassign.unassign_departed(world.ctx))

    assert ticked.result() == 0


def test_ticks_that_escalate_many_take_them_in_one_order(world: World, threads: ThreadPoolExecutor) -> None:
    first, second = world.open(), world.open()
    with world.database.write() as tx:
        cases.save(tx, replace(second, next_step_at=FRIDAY))  # due before the first
    world.clock.sleep(timedelta(hours=1))

    with rival(world, threads) as other:
        cases.lock(other.tx, first.case_id)
        ticked = other.meanwhile(lambda: escalate.escalate_due(world.ctx))
        cases.lock(other.tx, second.case_id)

    assert ticked.result().steps == 2


def test_an_escalation_of_a_case_decided_meanwhile_tells_nobody(
    world: World, threads: ThreadPoolExecutor
) -> None:
    case = world.open()
    world.clock.sleep(timedelta(hours=1))

    with rival(world, threads) as expert:
        expert.answers(case, ANN, "fraud")
        ticked = expert.meanwhile(lambda: escalate.escalate_due(world.ctx))

    assert ticked.result() == escalate.TickCounts(0, 0)


def test_a_hundred_answers_at_once_keep_the_audit_trail_whole(
    database: Database, world: World, threads: ThreadPoolExecutor
) -> None:
    opened = [world.open("topic", "a") for _ in range(20)]
    ctx = world.ctx

    def click(number: int) -> object:
        case, expert = opened[number % 20], (ANN, BEN)[number % 2]
        return answer(ctx, ExpertAnswer(world.act(case, expert), "abcd"[number % 4], Via.BUTTON))

    outcomes = list(threads.map(click, range(100)))

    assert not [one for one in outcomes if isinstance(one, Dismissal)]
    assert sum(isinstance(one, RecordedAct) for one in outcomes) == 20
    assert len(world.sent("callback")) == 20
    with database.read() as tx:
        assert audit.verify(tx).ok
