"""What waits for a person, soonest due first, and their own numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from bot.usecases.case_terms import sources_of, terms_of
from bot.usecases.context import Context
from bot.usecases.repairs.undelivered import troubles_of
from routing.case.case import Case
from routing.case.permission import may_answer, may_label
from routing.case.terms import Terms
from routing.evidence.estimate import FEWEST
from routing.label import ExpertId
from routing.policy import Task
from routing.slack_channel import ChannelId
from storage import experts
from storage.cases import cases, labels
from storage.delivery import projections
from storage.engine.database import Transaction
from storage.evidence import own_answers
from storage.evidence.own_answers import OwnOutcomes
from storage.leads import pauses
from storage.measured import skills
from storage.measured.skills import StoredSkill

BATCH, LISTED, SCANNED = 200, 200, 1_000
"""Cases read at a time, listed at most, and looked through at most for somebody who may answer few."""
LABELS = 1_000
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A waiting case with its message, whose `ts` is None until it is posted.

    `trouble` is why it cannot be posted, in words, empty where it can.
    """

    case: Case
    task: Task
    channel_id: ChannelId
    ts: str | None
    is_mine: bool
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class OwnSkill:
    """How often a person's answers to a task's `question` were right, as measured last."""

    question: str
    skills: tuple[StoredSkill, ...]


@dataclass(frozen=True, slots=True)
class LabelTotals:
    """A person's own labels: since a week ago, altogether, how many give a reason, what became of them.

    `skills` are by task, for those that the policy has.
    """

    week: int
    total: int
    with_rationale: int
    outcomes: OwnOutcomes = field(default_factory=OwnOutcomes)
    skills: tuple[OwnSkill, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """A page of the waiting cases as they were at `read_at`, and the person's numbers.

    `cases` are those of the page that begins behind the first `skipped` of all `waiting`; `is_partial`: more
    may wait than were looked through.
    """

    cases: tuple[WaitingCase, ...]
    waiting: int
    numbers: LabelTotals
    read_at: datetime
    skipped: int = 0
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class _Reader:
    """The person who looks, and where of all that matters they are a member: looked up once for all cases."""

    ctx: Context
    expert: ExpertId
    own_sources: frozenset[str]
    paused: frozenset[str] = frozenset()
    """Tasks that they have a pause from."""

    def _members(self, case: Case, terms: Terms) -> frozenset[ExpertId]:
        """The person alone, if their membership lets them answer the case."""
        is_member = not self.own_sources.isdisjoint(sources_of(case, terms))
        return frozenset({self.expert}) if is_member else frozenset()

    def is_asked(self, case: Case, terms: Terms) -> bool:
        """Whether the case waits for this person: they may answer, have not yet, and did not pass."""
        expert, ctx = self.expert, self.ctx
        if case.submission.task in self.paused:
            return False
        if case.ask_at is not None:  # it is asked by name, of people from whom the prediction is hidden
            return False
        is_mine = expert.is_same_person(case.assigned_to)
        # Handed to somebody after they passed, it is theirs again.
        has_passed = any(expert.is_same_person(each.expert) for each in case.abstentions) and not is_mine
        is_others = case.assigned_to is not None and not is_mine
        objects = case.contest is not None and expert.is_same_person(case.contest.expert)
        if has_passed or is_others or objects or case.label_of(expert) is not None:
            return False
        members = self._members(case, terms)
        return may_label(case, terms.tier, expert, members, ctx.team_id, ctx.policy.guest_teams)

    def may_see(self, case: Case, terms: Terms) -> bool:
        """Whether the case is this person's business: other people's inputs are not shown to everybody."""
        ctx = self.ctx
        if case.ask_at is not None:
            return False
        members = self._members(case, terms)
        return may_answer(terms.tier, self.expert, members, ctx.team_id, ctx.policy.guest_teams)


Criterion = Callable[[_Reader, Case, Terms], bool]
OnTerms = tuple[Case, Terms]


@dataclass(frozen=True, slots=True)
class _Queue:
    """The waiting cases that are for a person, and whether more may wait than were looked through."""

    cases: list[OnTerms]
    is_partial: bool


def _scanned(ctx: Context, tx: Transaction, expert: ExpertId, wanted: Criterion) -> _Queue:
    """The waiting cases that are `wanted`, the soonest due first: read until there are enough."""
    waiting: list[OnTerms] = []
    for skip in range(0, SCANNED, BATCH):
        queue = cases.queue(tx, None, BATCH, skip)
        waiting += _wanted(ctx, tx, queue, expert, wanted)
        if len(queue) < BATCH:
            return _Queue(waiting[:LISTED], len(waiting) > LISTED)
        if len(waiting) >= LISTED:
            break
    return _Queue(waiting[:LISTED], is_partial=True)


def _wanted(
    ctx: Context, tx: Transaction, queue: Sequence[Case], expert: ExpertId, wanted: Criterion
) -> list[OnTerms]:
    on_terms = [(case, terms) for case in queue if (terms := terms_of(ctx, tx, case))]
    asked = {source for case, terms in on_terms for source in sources_of(case, terms)}
    # The bot is a member of every channel it posts to, but answers nothing.
    own = experts.sources_of(tx, expert, asked) if expert != ctx.home.bot else frozenset()
    has_pauses = any(terms.task.pause_below is not None for _, terms in on_terms)
    paused = pauses.tasks_of(tx, expert) if has_pauses else frozenset()
    reader = _Reader(ctx, expert, own, paused)
    return [(case, terms) for case, terms in on_terms if wanted(reader, case, terms)]


def _listed(tx: Transaction, first: Sequence[OnTerms], expert: ExpertId) -> tuple[WaitingCase, ...]:
    """The cases with the message of each that the person can see, else with its first."""
    messages = projections.of_cases(tx, [case.case_id for case, _ in first])
    shown = {
        case_id: [(row.channel_id, row.ts) for row in rows if row.ts] for case_id, rows in messages.items()
    }
    channels = {f"channel:{channel_id}" for places in shown.values() for channel_id, _ in places}
    own = experts.sources_of(tx, expert, channels)
    troubles = troubles_of(tx, messages)
    rows = []
    for case, terms in first:
        visible = shown.get(case.case_id, ())
        seen = [place for place in visible if f"channel:{place[0]}" in own] or visible
        channel_id, ts = seen[0] if seen else (terms.home_id(case.channel), None)
        is_mine, trouble = expert.is_same_person(case.assigned_to), troubles.get(case.case_id, "")
        rows.append(WaitingCase(case, terms.task, channel_id, ts, is_mine, trouble))
    return tuple(rows)


def _numbers(ctx: Context, tx: Transaction, expert: ExpertId, now: datetime) -> LabelTotals:
    # Counts alone: what takes numpy is measured by ticks, never while somebody waits for a page.
    own = labels.of_expert(tx, expert, LABELS)
    # Of fewer answers nothing is told, so nothing is read.
    measured = skills.of_expert(tx, expert) if len(own) >= FEWEST else ()
    by_task = {task: tuple(rows) for task, rows in groupby(measured, key=attrgetter("task"))}
    counted = [label for label in own if label.withdrawn_at is None]
    return LabelTotals(
        week=sum(label.labeled_at > now - WEEK for label in counted),
        total=len(counted),
        with_rationale=sum(label.rationale is not None for label in counted),
        outcomes=own_answers.outcomes(tx, expert, LABELS),
        skills=tuple(
            OwnSkill(task.question, by_task[name])
            for name, task in ctx.policy.tasks.items()
            if name in by_task
        ),
    )


def _board(ctx: Context, tx: Transaction, queue: _Queue, expert: ExpertId, limit: int, page: int) -> Board:
    now, waiting = ctx.clock.now(), queue.cases
    numbers = _numbers(ctx, tx, expert, now)
    skipped = limit * min(page, max(0, len(waiting) - 1) // limit)  # a page may be gone by now
    listed = _listed(tx, waiting[skipped : skipped + limit], expert)
    return Board(listed, len(waiting), numbers, now, skipped, queue.is_partial)


def mine(ctx: Context, expert: ExpertId, limit: int, page: int = 0) -> Board:
    """What waits for `expert`: assigned cases first, then soonest due; that `page` of `limit` cases."""
    with ctx.database.read() as tx:
        queue = _scanned(ctx, tx, expert, _Reader.is_asked)
        queue.cases.sort(key=lambda pair: (not expert.is_same_person(pair[0].assigned_to), pair[0].due_at))
        return _board(ctx, tx, queue, expert, limit, page)


def queue(ctx: Context, expert: ExpertId, limit: int, page: int = 0) -> Board:
    """Everything that waits where `expert` may answer, soonest due first; that `page` of `limit` cases."""
    with ctx.database.read() as tx:
        return _board(ctx, tx, _scanned(ctx, tx, expert, _Reader.may_see), expert, limit, page)
