"""Since when each cell is named by the policy: a cell that was chosen by its labels is not tested on them."""

from collections.abc import Mapping
from datetime import datetime

from bot.usecases.context import Context
from routing.policy import Task
from storage.engine.database import Transaction
from storage.measured import profiles
from storage.measured.profiles import StoredProfile
from storage.sql.column_types import EPOCH

CELLS = "cells"
"""The kind of profile that keeps the cells of a task's tiers, with when each was first seen."""
CellKey = tuple[str, str, str]
"""`(task, tier, key of the cell)`."""


def note_new(ctx: Context) -> int:
    """Note the cells that are new; how many tasks have some.

    Those of a task that is seen for the first time count as if they had been there always. A cell that leaves
    the policy is forgotten: whoever names it again has seen its labels.
    """
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        noted = _noted(tx)
    changed = {
        name: cells
        for name, task in ctx.policy.tasks.items()
        if (cells := _named(task, noted.get(name), now)) != noted.get(name)
    }
    if changed:
        with ctx.database.write() as tx:
            for name, cells in changed.items():
                profiles.save(tx, StoredProfile(name, CELLS, cells, now))
    return sum(name in noted for name in changed)


def since(tx: Transaction) -> Mapping[CellKey, datetime]:
    """Since when each cell is named; those that were not noted yet are missing."""
    return {
        (task, tier, key): datetime.fromisoformat(moment)
        for task, tiers in _noted(tx).items()
        for tier, keys in tiers.items()
        for key, moment in keys.items()
    }


def _noted(tx: Transaction) -> dict[str, dict[str, dict[str, str]]]:
    return {row.task: row.profile for row in profiles.of_kind(tx, CELLS)}


def _named(task: Task, noted: dict[str, dict[str, str]] | None, now: datetime) -> dict[str, dict[str, str]]:
    first = EPOCH if noted is None else now
    return {
        tier.name: {
            cell.key: (noted or {}).get(tier.name, {}).get(cell.key, first.isoformat()) for cell in tier.cells
        }
        for tier in task.tiers
        if tier.cells
    }
