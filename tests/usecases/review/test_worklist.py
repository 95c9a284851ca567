"""What waits for a person is found in a few queries, however much waits."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from bot.usecases.review import worklist
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.hand_over import HandOver, abstain, escalate_now, hand_over
from bot.usecases.review.worklist import OwnSkill
from routing.evidence.expertise import SkillEstimate
from routing.label import ExpertId, Via
from routing.policy import load_policy
from storage import experts
from storage.delivery import projections
from storage.measured import skills
from storage.measured.skills import StoredSkill
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CHANNEL, STRANGER
from tests.worlds.policies import DESK

MOST = 10
SENIORS = "C0000000002"
ESCALATED = DESK.replace(
    'escalation = [{after = "1h", to = "people", people = ["U0CAROL"]}]',
    'escalation = [{after = "1h", to = "channel", channel = "seniors"}]',
)


def ids(found: worklist.Board) -> list[str]:
    return [listed.case.case_id for listed in found.cases]


def queries(world: World, look: object) -> int:
    """How many statements `look` runs for Ann."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        seen.append(sql)

    event.listen(sa.Engine, "before_cursor_execute", note)
    look(world.ctx, ANN, 50)  # type: ignore[operator]  # mine or queue
    event.remove(sa.Engine, "before_cursor_execute", note)
    return sum(not sql.startswith(("BEGIN", "PRAGMA", "SET")) for sql in seen)


@pytest.mark.parametrize("look", [worklist.mine, worklist.queue])
def test_thirty_cases_take_as_many_queries_as_three(world: World, look: object) -> None:
    for number in range(3):
        world.post(world.open(), f"1.{number}")
    few = queries(world, look)
    for number in range(3, 30):
        world.post(world.open("team", "sales"), f"1.{number}")
    assert (queries(world, look), few <= MOST) == (few, True)


def test_what_is_given_to_a_person_comes_first_and_what_others_have_not_at_all(world: World) -> None:
    free, given, taken, passed, done = (world.open("team", "sales") for _ in range(5))
    for case, expert in ((given, ANN), (taken, BEN)):
        hand_over(world.ctx, world.act(case), HandOver(expert.user_id))
    abstain(world.ctx, world.act(passed), None)
    answer(world.ctx, ExpertAnswer(world.act(done), "sales", Via.BUTTON))

    assert ids(worklist.mine(world.ctx, ANN, 50)) == [given.case_id, free.case_id]
    assert len(ids(worklist.queue(world.ctx, ANN, 50))) == 5
    assert worklist.mine(world.ctx, ANN, 1).waiting == 2
    assert ids(worklist.mine(world.ctx, STRANGER, 50)) == ids(worklist.queue(world.ctx, STRANGER, 50)) == []


def test_who_is_only_where_a_case_was_escalated_to_sees_its_message_there(world: World) -> None:
    world.policy = load_policy(ESCALATED, "policy.toml")
    senior = ExpertId(ANN.team_id, "U0SENIOR")
    with world.database.write() as tx:
        experts.set_members(tx, f"channel:{SENIORS}", [senior], FRIDAY)
    case = world.open()
    world.open("team", "sales")
    assert ids(worklist.queue(world.ctx, senior, 50)) == []

    escalate_now(world.ctx, world.act(case), None)
    with world.database.write() as tx:
        for _ in projections.of_case(tx, case.case_id):
            held = projections.claim(tx, "test", FRIDAY, timedelta(minutes=1), timedelta(days=1))
            assert held is not None
            row = held.projection
            projections.finish(tx, held, f"{row.channel_id}.1", row.wanted_version)

    assert [(str(one.channel_id), one.ts) for one in worklist.mine(world.ctx, senior, 50).cases] == [
        (SENIORS, f"{SENIORS}.1")
    ]
    assert worklist.mine(world.ctx, ANN, 50).cases[0].ts == f"{CHANNEL}.1"


def test_ones_own_skill_is_read_once_there_is_enough_of_it(world: World) -> None:
    estimate = SkillEstimate(ANN.user_id, "", 18, 20, 0.9, 0.7, 0.98)
    measured = [StoredSkill(task, ANN, True, estimate) for task in ("fraud", "gone")]
    with world.database.write() as tx:
        for skill in measured:
            skills.replace(tx, skill.task, [skill], world.clock.moment)
    for number in range(20):
        assert worklist.mine(world.ctx, ANN, 5).numbers.skills == (), number
        case = world.open(label="fraud")
        answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))
    own = OwnSkill("Is this payment fraud?", (measured[0],))
    assert worklist.mine(world.ctx, ANN, 5).numbers.skills == (own,)
