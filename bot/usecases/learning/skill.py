"""Measures once a day how often the experts of each task are right, as far as others settled it, too."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.usecases.context import Context
from bot.usecases.daily_act import once_a_day
from bot.usecases.separate_acts import act_on_each
from routing.evidence.estimate import FEWEST
from routing.evidence.grades import GradableAnswer, Grade, grades
from routing.policy import Task
from storage.evidence import settled_answers
from storage.measured import skills
from storage.measured.skills import StoredSkill

LOOK_BACK = timedelta(days=365)
MOST_ANSWERS = 20_000


def measure_due(ctx: Context) -> int:
    """Measure the tasks that were not looked at today; of how many something could be told."""
    now = ctx.clock.now()
    # Of a scale the middle decides, so that an answer beside it is not simply wrong.
    tasks = [task for task in ctx.policy.tasks.values() if task.rating is None]
    return sum(act_on_each(partial(_daily, ctx, now), tasks))


def task_grades(task: Task, answers: Sequence[GradableAnswer]) -> tuple[Grade, ...]:
    """Which answers were right, under the names that labels have now."""
    present = task.present_name
    return grades([answer.renamed(present) for answer in answers])


def _daily(ctx: Context, now: datetime, task: Task) -> int:
    return once_a_day(ctx, f"skill:{task.name}", now, partial(_measure, ctx, now, task))


def _measure(ctx: Context, now: datetime, task: Task) -> int:
    """1 if there is anything to tell."""
    with ctx.database.read() as tx:
        answers = settled_answers.of_task(tx, task.name, now - LOOK_BACK, now, MOST_ANSWERS)
    graded = task_grades(task, answers)
    measured = [
        skill for is_assigned in (True, False) for skill in _estimates(task.name, graded, is_assigned)
    ]
    with ctx.database.write() as tx:
        skills.replace(tx, task.name, measured, now)
    return int(bool(measured))


def _estimates(task: str, graded: Sequence[Grade], is_assigned: bool) -> Iterator[StoredSkill]:
    """Of assigned answers apart from those to cases that people chose: the easy ones, perhaps."""
    # An answer of before it was kept who chose the case is in neither.
    counted = [grade for grade in graded if grade.answer.is_assigned is is_assigned]
    if not counted:
        return
    # Numpy and what belongs to it are loaded where something is measured, and nowhere before.
    from routing.measures.expertise.skill import skills as estimated

    people = {grade.answer.expert.user_id: grade.answer.expert for grade in counted}
    rows = [
        (grade.answer.expert.user_id, slice_, grade.is_right)
        for grade in counted
        for slice_ in ("", *(f"{name}={value}" for name, value in (grade.answer.slices or {}).items()))
    ]
    for estimate in estimated(rows):
        if not estimate.slice or estimate.n >= FEWEST:
            yield StoredSkill(task, people[estimate.expert], is_assigned, estimate)
