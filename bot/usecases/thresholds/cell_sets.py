"""Since when each cell is named by the policy: one that was chosen by its labels is not tested on them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.usecases.context import Context
from routing.policy import Task
from storage.engine.database import Transaction
from storage.measured import profiles
from storage.measured.profiles import StoredProfile

CELLS = "cells"
"""The kind of profile that keeps the cells of a task's tiers, with when each was first seen."""
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)

CellKey = tuple[str, str, str]
"""`(task, tier, key of the cell)`."""


def note_new(ctx: Context) -> int:
    """Note the cells that are new; how many tasks have some.

    Those of a task that is seen for the first time count as if they had been there always. One that leaves
    the policy is forgotten: whoever names it again has seen its labels.
    """
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        known = _known(tx)
    changed = {
        name: kept
        for name, task in ctx.policy.tasks.items()
        if (kept := _kept(task, known.get(name), now)) != known.get(name)
    }
    if changed:
        with ctx.database.write() as tx:
            for name, kept in changed.items():
                profiles.save(tx, StoredProfile(name, CELLS, kept, now))
    return sum(name in known for name in changed)


def since(tx: Transaction) -> Mapping[CellKey, datetime]:
    """Since when each cell is named; those that were not noted yet are missing."""
    return {
        (task, tier, key): datetime.fromisoformat(moment)
        for task, tiers in _known(tx).items()
        for tier, keys in tiers.items()
        for key, moment in keys.items()
    }


def _known(tx: Transaction) -> dict[str, dict[str, dict[str, str]]]:
    return {one.task: one.profile for one in profiles.of_kind(tx, CELLS)}


def _kept(task: Task, known: dict[str, dict[str, str]] | None, now: datetime) -> dict[str, dict[str, str]]:
    first = ALWAYS if known is None else now
    return {
        tier.name: {
            cell.key: (known or {}).get(tier.name, {}).get(cell.key, first.isoformat()) for cell in tier.cells
        }
        for tier in task.tiers
        if tier.cells
    }
