"""How often experts were right, by task: as measured last, for themselves and for their leads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.evidence.expertise import SkillEstimate
from routing.label import ExpertId
from storage.engine.database import Transaction
from storage.tables import skills


@dataclass(frozen=True, slots=True)
class StoredSkill:
    """What was measured of a person's answers to a task: assigned ones, or those they chose.

    The estimate's `slice` is "name=value", empty for all of the task; its `expert` is the user's id.
    """

    task: str
    expert: ExpertId
    is_assigned: bool
    estimate: SkillEstimate


def replace(tx: Transaction, task: str, measured: Sequence[StoredSkill], now: datetime) -> None:
    """Keep these for the task in the place of what was measured before."""
    tx.execute(sa.delete(skills).where(skills.c.task == task))
    if measured:
        tx.execute(sa.insert(skills), [_columns(skill, now) for skill in measured])


def of_tasks(tx: Transaction, tasks: Iterable[str]) -> tuple[StoredSkill, ...]:
    """What was measured of these tasks, of everybody."""
    return _read(tx, skills.c.task.in_(sorted(tasks)))


def of_expert(tx: Transaction, expert: ExpertId) -> tuple[StoredSkill, ...]:
    """What was measured of this person."""
    return _read(tx, skills.c.user_id == expert.user_id)


def _read(tx: Transaction, condition: sa.ColumnElement[bool]) -> tuple[StoredSkill, ...]:
    order = (skills.c.task, skills.c.user_id, skills.c.is_assigned.desc(), skills.c.slice)
    return tuple(_skill(row) for row in tx.execute(sa.select(skills).where(condition).order_by(*order)))


def _columns(skill: StoredSkill, now: datetime) -> dict[str, Any]:
    estimate = skill.estimate
    return {
        "task": skill.task,
        "team_id": skill.expert.team_id,
        "user_id": skill.expert.user_id,
        "slice": estimate.slice,
        "is_assigned": skill.is_assigned,
        "right": estimate.right,
        "n": estimate.n,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "measured_at": now,
    }


def _skill(row: Any) -> StoredSkill:
    estimate = SkillEstimate(row.user_id, row.slice, row.right, row.n, row.value, row.low, row.high)
    return StoredSkill(row.task, ExpertId(row.team_id, row.user_id), row.is_assigned, estimate)
