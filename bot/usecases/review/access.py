"""A person before a locked case: who acts on what, and whether they may."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.usecases.case_terms import sources_of, terms_of
from bot.usecases.context import Context
from bot.usecases.review.outcome import Dismissal, NotAllowed
from bot.usecases.review.screen import Screen
from routing.case.case import Case, CaseStatus
from routing.case.permission import may_label
from routing.case.terms import Terms
from routing.label import ExpertId
from routing.policy import Task, Tier
from storage import audit, experts
from storage.audit import Entry
from storage.cases import cases
from storage.delivery import projections
from storage.engine.database import Transaction
from storage.errors import CaseUnknown
from storage.leads import pauses

_UNKNOWN = "This case is not known here. Perhaps it was erased; there is nothing left to answer."
_FOREIGN = (
    "This button does not belong to that case. Nothing was recorded; please use the case's own message."
)
_PAUSED = (
    "You have a pause from cases of this question, so nothing was recorded. The direct message about it says "
    "why, and how to object."
)
_NO_TASK = "Cases of this kind are not asked any more. Nothing was recorded; please ask your lead."


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts on which case. `key` names the act for ever, so that it counts once.

    `name` is what Slack calls the person on that screen, if it does.
    """

    screen: Screen
    expert: ExpertId
    key: str
    name: str = ""

    @property
    def case_id(self) -> str:
        """The case that is acted on."""
        return self.screen.case_id

    @property
    def actor(self) -> str:
        """Who acts, for the audit trail."""
        return f"{self.expert.team_id}:{self.expert.user_id}"


@dataclass(frozen=True, slots=True)
class Sitting:
    """A case locked for an act, with what holds for it and the moment."""

    ctx: Context
    tx: Transaction
    act: Act
    case: Case
    terms: Terms
    now: datetime

    @property
    def task(self) -> Task:
        """The case's task, with the answers of its opening."""
        return self.terms.task

    @property
    def tier(self) -> Tier:
        """The case's tier, as it is or was last."""
        return self.terms.tier

    def record(self, action: str, **data: object) -> None:
        """Put the act on record; comes last in a transaction, since it locks the audit trail's head."""
        entry = Entry(self.now, self.act.actor, action, self.case.case_id, data)
        audit.append_many(self.tx, [entry])


def sit_down(ctx: Context, tx: Transaction, act: Act) -> Sitting | Dismissal:
    """Lock the case for `act`; refuses, on record, cases and messages that do not exist."""
    sitting = _sitting(ctx, tx, act, cases.lock)
    if isinstance(sitting, Dismissal) and sitting.why:
        # The id came with a payload and may be anything: it is cut, so that it cannot fill the record.
        data = {"why": sitting.why, "channel_id": str(act.screen.channel_id or ""), "ts": act.screen.ts}
        entry = Entry(ctx.clock.now(), act.actor, "act.refused", act.case_id[:80], data)
        audit.append_many(tx, [entry])
    return sitting


def read_sitting(ctx: Context, tx: Transaction, act: Act) -> Sitting | Dismissal:
    """The same without a lock, for looking only."""
    return _sitting(ctx, tx, act, cases.get)


def _sitting(
    ctx: Context, tx: Transaction, act: Act, load: Callable[[Transaction, str], Case]
) -> Sitting | Dismissal:
    try:
        case = load(tx, act.case_id)
    except CaseUnknown:
        return Dismissal(_UNKNOWN, "unknown_case")
    if act.screen.ts and not _is_own_message(tx, act.screen):
        return Dismissal(_FOREIGN, "foreign_message")
    terms = terms_of(ctx, tx, case)
    return Dismissal(_NO_TASK) if terms is None else Sitting(ctx, tx, act, case, terms, ctx.clock.now())


def _is_own_message(tx: Transaction, screen: Screen) -> bool:
    """A message with a row must be the case's; one just posted may have none yet, then its channel counts."""
    if screen.channel_id is None:
        return False
    shown = projections.by_message(tx, screen.channel_id, screen.ts)
    if shown is not None:
        return shown.case_id == screen.case_id
    return projections.is_wanted_in(tx, screen.case_id, screen.channel_id)


def members_of(tx: Transaction, case: Case, terms: Terms) -> frozenset[ExpertId]:
    """Everybody whose membership lets them answer the case."""
    return frozenset(member for source in sources_of(case, terms) for member in experts.members(tx, source))


def is_named(sitting: Sitting, expert: ExpertId) -> bool:
    """Whether the tier names this person, or program, by id."""
    return expert.team_id == sitting.ctx.team_id and expert.user_id in sitting.tier.people


def is_insider(ctx: Context, expert: ExpertId) -> bool:
    """Whether the person is of this workspace or of another that the policy names."""
    return expert.team_id in {ctx.team_id, *ctx.policy.guest_teams}


def is_paused(sitting: Sitting, expert: ExpertId) -> bool:
    """Whether `expert` has a pause from the case's task; where no policy has pauses none holds."""
    # Without a bar a click reads nothing for it.
    task = sitting.task
    return task.pause_below is not None and task.name in pauses.tasks_of(sitting.tx, expert)


def is_allowed(sitting: Sitting, expert: ExpertId) -> bool:
    """Whether `expert` may answer this case as it stands."""
    if is_paused(sitting, expert):
        return False
    # The bot is a member of every channel it posts to: as such it would be somebody who may answer.
    members = members_of(sitting.tx, sitting.case, sitting.terms) - {sitting.ctx.home.bot}
    ctx = sitting.ctx
    return may_label(sitting.case, sitting.tier, expert, members, ctx.team_id, ctx.policy.guest_teams)


def not_allowed(sitting: Sitting) -> NotAllowed | None:
    """The refusal of a person who may not act on this case, on record; None if they may."""
    if is_allowed(sitting, sitting.act.expert):
        return None
    sitting.record("act.refused", why="not_allowed")
    return NotAllowed(who_may(sitting))


def who_may(sitting: Sitting) -> str:
    """Who may answer the case, as a sentence for somebody who may not."""
    if not is_insider(sitting.ctx, sitting.act.expert):
        return "Only people of this workspace may answer here. Nothing was recorded."
    if is_paused(sitting, sitting.act.expert):
        return _PAUSED
    if sitting.case.status is CaseStatus.DISPUTED:
        is_unsure = len({label.label for label in sitting.case.current_labels}) == 1
        why = "The answers so far are not sure enough" if is_unsure else "The experts disagreed"
        if sitting.case.contest:
            why = "Somebody objects to the decision"
        return f"{why}, so only a senior expert may answer now. Nothing was recorded."
    experts_named = sitting.tier.experts
    groups = [
        "the members of the case's channel" if experts_named.channel_members else "",
        "a user group" if experts_named.user_group else "",
        "people named one by one" if experts_named.people else "",
    ]
    who = " or ".join(group for group in groups if group)
    return (
        f"Cases like this one may be answered by {who}, and you are not among them. "
        "Nothing was recorded; ask your lead to be added."
    )
