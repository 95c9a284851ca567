"""Open cases of which the policy has lost a part: task, tier, channel or labels; who may answer them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.usecases.case_terms import policy_of_version, sources_of, terms_of
from bot.usecases.context import Context
from routing.case.case import Case
from routing.case.terms import Terms
from storage import experts
from storage.cases import cases
from storage.cases.cases import OpenGroup
from storage.engine.database import Transaction


@dataclass(frozen=True, slots=True)
class StrandedCases:
    """Open cases of a task and tier that the policy in force does not have as they were opened.

    `left` says what has left it, in words; `example` is the case due first, under our id and the service's.
    `may_answer`: whether anybody may; None where Slack was not asked yet who the members are.
    """

    task: str
    tier: str
    count: int
    left: tuple[str, ...]
    example: str
    external_id: str
    may_answer: bool | None


def stranded(ctx: Context) -> tuple[StrandedCases, ...]:
    """All of them, by task and tier."""
    with ctx.database.read() as tx:
        kinds = [kind for group in cases.open_groups(tx) if (kind := _stranded(ctx, tx, group))]
    totals = Counter[tuple[str, str]]()
    firsts: dict[tuple[str, str], StrandedCases] = {}
    for kind in kinds:
        key = kind.task, kind.tier
        totals[key] += kind.count
        before = firsts.setdefault(key, kind)
        firsts[key] = replace(before, left=tuple(dict.fromkeys((*before.left, *kind.left))))
    return tuple(replace(kind, count=totals[key]) for key, kind in firsts.items())


def _stranded(ctx: Context, tx: Transaction, group: OpenGroup) -> StrandedCases | None:
    left = tuple(_left(ctx, tx, group))
    if not left:
        return None
    case = cases.first_of(tx, group)
    terms = terms_of(ctx, tx, case)
    may_answer = _anybody_may(tx, case, terms) if terms else False
    return StrandedCases(
        group.task, group.tier, group.count, left, case.case_id, case.submission.external_id, may_answer
    )


def _left(ctx: Context, tx: Transaction, group: OpenGroup) -> Iterator[str]:
    if group.policy_version == ctx.policy.version:
        return
    task = ctx.policy.tasks.get(group.task)
    if task is None:
        yield f"the task “{group.task}”"
    elif task.named_tier(group.tier) is None:
        yield f"the tier “{group.tier}”"
    if group.channel not in ctx.policy.channels:
        yield f"the channel “{group.channel}”"
    opening = policy_of_version(ctx, tx, group.policy_version)
    opened = opening.tasks.get(group.task) if opening else None
    for name in opened.label_names if task and opened else ():
        if task and task.label(name) is None:
            yield f"the label “{name}”"


def _anybody_may(tx: Transaction, case: Case, terms: Terms) -> bool | None:
    """Whether somebody is named or a member; None before the members were fetched for the first time."""
    sources = sources_of(case, terms)
    if terms.tier.people or any(experts.members(tx, source) for source in sources):
        return True
    return False if experts.are_fetched(tx, sources) else None
