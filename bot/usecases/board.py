"""What waits for a person, soonest due first, and their own numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.usecases.context import Context
from bot.usecases.sitting import channel_of
from routing.case import Case
from routing.label import ExpertId, Label
from routing.permission import may_answer, may_label, sources
from routing.policy import Task, Tier
from storage import cases, experts, labels, threads
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


@dataclass(frozen=True, slots=True)
class _Reader:
    """The person who looks, and where of all that matters they are a member: looked up once for all cases."""

    ctx: Context
    expert: ExpertId
    own_sources: frozenset[str]

    def _members(self, case: Case, tier: Tier) -> frozenset[ExpertId]:
        """The person alone, if their membership lets them answer the case."""
        is_member = not self.own_sources.isdisjoint(sources(case, tier, self.ctx.policy))
        return frozenset({self.expert}) if is_member else frozenset()

    def is_asked(self, case: Case, tier: Tier) -> bool:
        """Whether the case waits for this person: they may answer, have not yet, and did not pass."""
        expert, ctx = self.expert, self.ctx
        has_passed = case.assigned_to != expert and any(one.expert == expert for one in case.abstentions)
        if has_passed or case.label_of(expert) is not None or case.assigned_to not in (None, expert):
            return False
        members = self._members(case, tier)
        return may_label(case, tier, expert, members, ctx.team_id, ctx.policy.guest_teams)

    def may_see(self, case: Case, tier: Tier) -> bool:
        """Whether the case is this person's business: other people's inputs are not shown to everybody."""
        ctx = self.ctx
        members = self._members(case, tier)
        return may_answer(tier, self.expert, members, ctx.team_id, ctx.policy.guest_teams)


Wanted = Callable[[_Reader, Case, Tier], bool]


def _scanned(ctx: Context, tx: Transaction, expert: ExpertId, wanted: Wanted) -> list[Case]:
    """The waiting cases that are `wanted`, among the soonest due."""
    found = [(case, known[1]) for case in cases.queue(tx, None, SCANNED) if (known := _tier_of(ctx, case))]
    asked = {source for case, tier in found for source in sources(case, tier, ctx.policy)}
    reader = _Reader(ctx, expert, experts.sources_of(tx, expert, asked))
    return [case for case, tier in found if wanted(reader, case, tier)]


def _listed(ctx: Context, tx: Transaction, first: Sequence[Case], expert: ExpertId) -> tuple[Listed, ...]:
    """The cases with the message of each that the person can see, else with its first."""
    shown = threads.messages_of(tx, [case.case_id for case in first])
    channels = {f"channel:{channel_id}" for found in shown.values() for channel_id, _ in found}
    own = experts.sources_of(tx, expert, channels)
    rows = []
    for case in first:
        task = ctx.policy.task(case.submission.task)
        found = shown.get(case.case_id, ())
        seen = [one for one in found if f"channel:{one[0]}" in own] or found
        channel_id, ts = seen[0] if seen else (channel_of(ctx, case, task.tier(case.tier)), None)
        rows.append(Listed(case, task, channel_id, ts, case.assigned_to == expert))
    return tuple(rows)


def _numbers(given: list[Label], now: datetime) -> Numbers:
    counted = [label for label in given if label.withdrawn_at is None]
    return Numbers(
        week=sum(label.labeled_at > now - WEEK for label in counted),
        total=len(counted),
        with_rationale=sum(label.rationale is not None for label in counted),
        latest_at=counted[0].labeled_at if counted else None,
    )


def _board(ctx: Context, tx: Transaction, waiting: Sequence[Case], expert: ExpertId, limit: int) -> Board:
    numbers = _numbers(labels.of_expert(tx, expert, LABELS), ctx.clock.now())
    return Board(_listed(ctx, tx, waiting[:limit], expert), len(waiting), numbers)


def mine(ctx: Context, expert: ExpertId, limit: int) -> Board:
    """What waits for `expert`: assigned cases first, then soonest due, among the 200 soonest due."""
    with ctx.database.read() as tx:
        waiting = _scanned(ctx, tx, expert, _Reader.is_asked)
        waiting.sort(key=lambda case: (case.assigned_to != expert, case.due_at))
        return _board(ctx, tx, waiting, expert, limit)


def queue(ctx: Context, expert: ExpertId, limit: int) -> Board:
    """Everything that waits where `expert` may answer, soonest due first, among the 200 soonest due."""
    with ctx.database.read() as tx:
        return _board(ctx, tx, _scanned(ctx, tx, expert, _Reader.may_see), expert, limit)
