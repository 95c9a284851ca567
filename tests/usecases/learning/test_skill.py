"""Experts' skill comes from answers that others settled, assigned ones apart; the model has no say in it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.usecases.learning import skill
from routing.questions.rating import Rating
from storage import tables
from storage.engine.database import Database
from storage.measured import skills
from storage.measured.skills import StoredSkill
from tests.usecases.opinions import SKILLS, answered_cases
from tests.worlds.desk import World

CASES = 120
DAY = timedelta(days=1)


def measured(world: World) -> tuple[StoredSkill, ...]:
    world.clock.moment += DAY
    skill.measure_due(world.ctx)
    with world.database.read() as tx:
        return skills.of_tasks(tx, ["fraud"])


@pytest.fixture
def busy(world: World) -> World:
    """Two of three experts answer each case, and an adjudicator settles all of them."""
    answered_cases(world.database, CASES, world.clock.moment, adjudicated=CASES, start=1_000)
    _change(world.database, tables.labels, is_assigned=True)
    return world


def _change(database: Database, table: sa.Table, *conditions: object, **values: object) -> None:
    with database.write() as tx:
        tx.execute(sa.update(table).where(*conditions).values(**values))  # type: ignore[arg-type]


def test_each_expert_is_measured_by_what_was_settled(busy: World) -> None:
    told = measured(busy)
    assert [each.expert.user_id for each in told] == sorted(SKILLS)
    assert all(each.is_assigned and each.estimate.n > 60 for each in told)
    by_skill = sorted(told, key=lambda each: each.estimate.value)
    assert [each.expert.user_id for each in by_skill] == sorted(SKILLS, key=SKILLS.__getitem__)
    assert by_skill[0].estimate.high < by_skill[-1].estimate.low
    estimates = [each.estimate for each in told]
    assert all(each.low < each.right / each.n < each.high for each in estimates)


def test_raising_the_model_s_confidence_changes_no_skill(busy: World) -> None:
    before = measured(busy)
    _change(busy.database, tables.predictions, confidence=0.999, calibrated=0.999)
    assert measured(busy) == before


def test_answers_that_people_chose_are_told_apart(busy: World) -> None:
    of_ann = (tables.labels.c.user_id == "U0ANN",)
    _change(busy.database, tables.labels, *of_ann, is_assigned=False)
    ann, *others = sorted(measured(busy), key=lambda each: each.expert)
    assert not ann.is_assigned
    assert all(each.is_assigned for each in others)
    _change(busy.database, tables.labels, *of_ann, is_assigned=None)
    assert len(measured(busy)) == 2, "of earlier answers nobody knows who chose the case"


def test_a_slice_is_told_where_there_is_enough_of_it(busy: World) -> None:
    _change(busy.database, tables.predictions, slices={"country": "DE"})
    few = tables.predictions.c.case_id.in_([f"case_o{number}" for number in range(1_000, 1_006)])
    _change(busy.database, tables.predictions, few, slices={"country": "PT"})
    assert {each.estimate.slice for each in measured(busy)} == {"", "country=DE"}


def test_a_task_is_measured_once_a_day(busy: World) -> None:
    busy.clock.moment += DAY
    assert (skill.measure_due(busy.ctx), skill.measure_due(busy.ctx)) == (1, 0)


def test_a_scale_has_no_right_and_wrong(world: World) -> None:
    answered_cases(world.database, 30, world.clock.moment, adjudicated=30)
    rated = world.policy.tasks["fraud"].model_copy(update={"rating": Rating()})
    policy = world.policy.model_copy(update={"tasks": {"fraud": rated}})
    assert measured(replace(world, policy=policy)) == ()
