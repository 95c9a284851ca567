"""Since when each task has the labels it has now: what was learned under others counts for nothing."""

from collections.abc import Mapping
from datetime import datetime

from bot.usecases.context import Context
from storage.engine.database import Transaction
from storage.measured import profiles
from storage.measured.profiles import StoredProfile
from storage.sql.column_types import EPOCH

LABELS = "labels"
"""The kind of profile that keeps the digest of a task's labels, made when it was first seen."""


def note_new(ctx: Context) -> int:
    """Note the label sets that are new; how many changed.

    The first set of a task counts as if it had been there always.
    """
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        noted = {row.task: row.profile["digest"] for row in profiles.of_kind(tx, LABELS)}
    digests = {name: task.labels_digest for name, task in ctx.policy.tasks.items()}
    changed = [name for name, digest in digests.items() if noted.get(name) != digest]
    if changed:
        with ctx.database.write() as tx:
            for name in changed:
                since = now if name in noted else EPOCH  # labels from before this version count, too
                profiles.save(tx, StoredProfile(name, LABELS, {"digest": digests[name]}, since))
    return sum(name in noted for name in changed)


def since(tx: Transaction) -> Mapping[str, datetime]:
    """Since when the labels of each task hold; tasks that were not looked at yet are missing."""
    return profiles.made_at(tx, LABELS)
