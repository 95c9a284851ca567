"""What waits for a person, soonest due first, and their own numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.usecases.context import Context
from bot.usecases.sitting import channel_of, members_of
from routing.case import Case
from routing.label import ExpertId, Label
from routing.permission import may_answer, may_label
from routing.policy import Task, Tier
from storage import cases, experts, labels, projections
from storage.database import Transaction

SCANNED = 200
LABELS = 1_000
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Listed:
    """A waiting case with its message, whose `ts` is None until it is posted."""

    case: Case
    task: Task
    channel_id: str
    ts: str | None
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Numbers:
    """A person's own labels: since a week ago, altogether, and how many give a reason."""

    week: int
    total: int
    with_rationale: int
    latest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Board:
    """The first of the waiting cases, how many wait in all of those scanned, and the person's numbers."""

    cases: tuple[Listed, ...]
    waiting: int
    numbers: Numbers


def _tier_of(ctx: Context, case: Case) -> tuple[Task, Tier] | None:
    task = ctx.policy.tasks.get(case.submission.task)
    return (task, task.tier(case.tier)) if task else None


def _is_for(ctx: Context, tx: Transaction, case: Case, tier: Tier, expert: ExpertId) -> bool:
    """Whether the case waits for this person: they may answer, have not yet, and did not pass."""
    has_passed = case.assigned_to != expert and any(one.expert == expert for one in case.abstentions)
    if has_passed or case.label_of(expert) is not None or case.assigned_to not in (None, expert):
        return False
    members = members_of(ctx, tx, case, tier)
    return may_label(case, tier, expert, members, ctx.team_id, ctx.policy.guest_teams)


def _may_see(ctx: Context, tx: Transaction, case: Case, expert: ExpertId) -> bool:
    """Whether the case is this person's business: other people's inputs are not shown to everybody."""
    found = _tier_of(ctx, case)
    if found is None:
        return False
    members = members_of(ctx, tx, case, found[1])
    return may_answer(found[1], expert, members, ctx.team_id, ctx.policy.guest_teams)


def _listed(ctx: Context, tx: Transaction, case: Case, expert: ExpertId) -> Listed | None:
    found = _tier_of(ctx, case)
    if found is None:
        return None
    task, tier = found
    shown = [one for one in projections.of_case(tx, case.case_id) if one.ts]
    seen = [one for one in shown if expert in experts.members(tx, f"channel:{one.channel_id}")] or shown
    channel_id = seen[0].channel_id if seen else channel_of(ctx, case, tier)
    return Listed(case, task, channel_id, seen[0].ts if seen else None, case.assigned_to == expert)


def _first(
    ctx: Context, tx: Transaction, found: Iterable[Case], expert: ExpertId, limit: int
) -> list[Listed]:
    rows = (_listed(ctx, tx, case, expert) for case in list(found)[:limit])
    return [row for row in rows if row is not None]


def _waiting_for(ctx: Context, tx: Transaction, expert: ExpertId) -> list[Case]:
    waiting = []
    for case in cases.queue(tx, None, SCANNED):
        found = _tier_of(ctx, case)
        if found is not None and _is_for(ctx, tx, case, found[1], expert):
            waiting.append(case)
    return sorted(waiting, key=lambda case: (case.assigned_to != expert, case.due_at))


def _numbers(given: list[Label], now: datetime) -> Numbers:
    counted = [label for label in given if label.withdrawn_at is None]
    return Numbers(
        week=sum(label.labeled_at > now - WEEK for label in counted),
        total=len(counted),
        with_rationale=sum(label.rationale is not None for label in counted),
        latest_at=counted[0].labeled_at if counted else None,
    )


def mine(ctx: Context, expert: ExpertId, limit: int) -> Board:
    """What waits for `expert`: assigned cases first, then soonest due, among the 200 soonest due."""
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        waiting = _waiting_for(ctx, tx, expert)
        numbers = _numbers(labels.of_expert(tx, expert, LABELS), now)
        return Board(tuple(_first(ctx, tx, waiting, expert, limit)), len(waiting), numbers)


def queue(ctx: Context, expert: ExpertId, limit: int) -> Board:
    """Everything that waits where `expert` may answer, soonest due first, among the 200 soonest due."""
    now = ctx.clock.now()
    with ctx.database.read() as tx:
        waiting = [case for case in cases.queue(tx, None, SCANNED) if _may_see(ctx, tx, case, expert)]
        numbers = _numbers(labels.of_expert(tx, expert, LABELS), now)
        return Board(tuple(_first(ctx, tx, waiting, expert, limit)), len(waiting), numbers)
