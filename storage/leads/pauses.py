"""Pauses of experts from tasks: proposed, declined, running or ended."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from routing.case.pause import Pause, PauseState
from routing.label import ExpertId
from storage.engine.database import Transaction
from storage.engine.deletion import PORTION
from storage.sql.upserts import add_once
from storage.tables import pauses, skills

_IS_RUNNING = pauses.c.state == PauseState.RUNNING.value


def lock(tx: Transaction, task: str) -> None:
    """Wait for whoever else decides about pauses of the task: two at once could leave nobody to answer."""
    # The skills that pauses rest on stand for the task; SQLite lets a single transaction write anyway.
    tx.execute(sa.select(skills.c.row_id).where(skills.c.task == task).order_by("row_id").with_for_update())


def add(tx: Transaction, pause: Pause) -> bool:
    """Keep a new pause; False where one of this person and task was proposed on the same day."""
    row = {
        "pause_id": pause.pause_id,
        "task": pause.task,
        "team_id": pause.expert.team_id,
        "user_id": pause.expert.user_id,
        "day": pause.proposed_at.date().isoformat(),
        "state": pause.state.value,
        "right": pause.right,
        "n": pause.n,
        "low": pause.low,
        "high": pause.high,
        "proposed_at": pause.proposed_at,
        "changed_at": pause.changed_at,
        "changed_by": pause.changed_by,
    }
    return add_once(tx, pauses, row)


def find(tx: Transaction, pause_id: str) -> Pause | None:
    """The pause of that id; None if it is not kept."""
    row = tx.execute(sa.select(pauses).where(pauses.c.pause_id == pause_id)).one_or_none()
    return None if row is None else _pause(row)


def proposed_at(tx: Transaction, task: str) -> dict[str, datetime]:
    """When a pause from the task was last proposed, by user id."""
    latest = sa.select(pauses.c.user_id, sa.func.max(pauses.c.proposed_at).label("moment"))
    rows = tx.execute(latest.where(pauses.c.task == task).group_by(pauses.c.user_id))
    return {row.user_id: row.moment for row in rows}


def running(tx: Transaction, task: str) -> frozenset[str]:
    """The user ids of those who are paused from the task."""
    query = sa.select(pauses.c.user_id).where(pauses.c.task == task, _IS_RUNNING)
    return frozenset(tx.execute(query).scalars())


def tasks_of(tx: Transaction, expert: ExpertId) -> frozenset[str]:
    """The tasks that the person is paused from."""
    query = sa.select(pauses.c.task).where(pauses.c.user_id == expert.user_id, _IS_RUNNING)
    return frozenset(tx.execute(query).scalars())


def change(
    tx: Transaction, pause_id: str, before: PauseState, after: PauseState, actor: str, now: datetime
) -> bool:
    """Bring the pause from one state into another; False where somebody was faster."""
    is_it = (pauses.c.pause_id == pause_id) & (pauses.c.state == before.value)
    values = {"state": after.value, "changed_at": now, "changed_by": actor}
    return tx.execute(sa.update(pauses).where(is_it).values(values)).rowcount == 1


def forget_before(tx: Transaction, before: datetime) -> int:
    """Forget a portion of those that changed last before then and do not run; how many."""
    is_old = (pauses.c.changed_at < before) & ~_IS_RUNNING
    old = sa.select(pauses.c.row_id).where(is_old).order_by(pauses.c.row_id).limit(PORTION)
    return tx.execute(sa.delete(pauses).where(pauses.c.row_id.in_(old))).rowcount


def _pause(row: Any) -> Pause:
    return Pause(
        pause_id=row.pause_id,
        task=row.task,
        expert=ExpertId(row.team_id, row.user_id),
        state=PauseState(row.state),
        right=row.right,
        n=row.n,
        low=row.low,
        high=row.high,
        proposed_at=row.proposed_at,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
