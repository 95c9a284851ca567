"""What leaves with a policy: the tasks, tiers and labels that it takes away, and the open cases they have."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.usecases.case_terms import policy_of_version
from bot.usecases.context import Context
from routing.policy import Policy
from storage import policies
from storage.cases import cases
from storage.cases.cases import OpenGroup
from storage.engine.database import Transaction


@dataclass(frozen=True, slots=True)
class PolicyPart:
    """A task, or a tier or label of it, by its name."""

    task: str
    kind: Literal["task", "tier", "label"]
    name: str


def departures(ctx: Context) -> dict[PolicyPart, int]:
    """What the policy in force or an open case has and `ctx.policy` does not, with its open cases."""
    counts = Counter[PolicyPart]()
    with ctx.database.read() as tx:
        active = policies.active(tx)
        before = policy_of_version(ctx, tx, active.version) if active else None
        counts.update(dict.fromkeys(_missing(before, ctx.policy) if before else (), 0))
        for group in cases.open_groups(tx):
            for part in _missing_of(ctx, tx, group):
                counts[part] += group.count
    return dict(counts)


def _missing(before: Policy, now: Policy) -> Iterator[PolicyPart]:
    for name, earlier in before.tasks.items():
        task = now.tasks.get(name)
        if task is None:
            yield PolicyPart(name, "task", name)
            continue
        for tier in earlier.tiers:
            if task.named_tier(tier.name) is None:
                yield PolicyPart(name, "tier", tier.name)
        for label in earlier.label_names:
            if task.label(label) is None:
                yield PolicyPart(name, "label", label)


def _missing_of(ctx: Context, tx: Transaction, group: OpenGroup) -> Iterator[PolicyPart]:
    """What the cases of a group lose; of the tiers theirs alone, whether or not their policy was kept."""
    opening = policy_of_version(ctx, tx, group.policy_version)
    for part in _missing(opening, ctx.policy) if opening else ():
        if part.task == group.task and part.kind != "tier":
            yield part
    task = ctx.policy.tasks.get(group.task)
    if task is None and opening is None:
        yield PolicyPart(group.task, "task", group.task)
    elif task is not None and task.named_tier(group.tier) is None:
        yield PolicyPart(group.task, "tier", group.tier)
