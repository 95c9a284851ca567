"""Pauses of experts whose answers hold too seldom: proposed to leads, decided by them, objected to, ended."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.usecases.context import Context
from bot.usecases.lead.access import LeadRefusal, is_member
from bot.usecases.lead.expert_skills import is_apart
from bot.usecases.outgoing import PAUSE, PauseNews, PauseOccasion
from bot.usecases.separate_acts import act_on_each
from routing.case.pause import FEWEST_LEFT, Pause, PauseState, is_below, is_due
from routing.label import ExpertId
from routing.policy import Task, Tier
from storage import audit, experts
from storage.audit import Entry
from storage.delivery import outbox
from storage.delivery.outbox_item import Item
from storage.engine.database import Transaction
from storage.leads import pauses
from storage.measured import skills
from storage.measured.skills import StoredSkill

_UNKNOWN = "This is not kept here any more. Nothing was changed."
_NOT_ALLOWED = "Only the leads of this task may do that. Nothing was changed."
_NOT_YOURS = "Only the person who is paused can say so. Nothing was changed."
_DECIDED = "Somebody has decided that already. Nothing was changed."
_TOO_FEW = (
    "Fewer than two others would be left to answer these cases, so nobody was paused. "
    "Add somebody first, then press again."
)
_MOVES = {
    PauseState.RUNNING: (PauseState.PROPOSED, "pause.begun", PauseOccasion.BEGUN),
    PauseState.DECLINED: (PauseState.PROPOSED, "pause.declined", None),
    PauseState.ENDED: (PauseState.RUNNING, "pause.ended", PauseOccasion.ENDED),
}


@dataclass(frozen=True, slots=True)
class PauseAct:
    """Who presses a button about which pause."""

    pause_id: str
    expert: ExpertId

    @property
    def actor(self) -> str:
        """Who acts, for the audit trail."""
        return f"{self.expert.team_id}:{self.expert.user_id}"


def propose_due(ctx: Context) -> int:
    """Propose, or begin where the policy says so, a pause of whoever is below the bar; how many."""
    now = ctx.clock.now()
    tasks = [task for task in ctx.policy.tasks.values() if task.pause_below is not None]
    return sum(act_on_each(partial(_propose, ctx, now), tasks))


def move(ctx: Context, act: PauseAct, state: PauseState) -> Pause | LeadRefusal:
    """Begin, decline or end a pause, for a lead of its task."""
    with ctx.database.write() as tx:
        now, pause = ctx.clock.now(), pauses.find(tx, act.pause_id)
        refusal = _refusal(ctx, tx, act, pause, state)
        if pause is None or refusal is not None:
            data = {"why": refusal or _UNKNOWN}
            audit.append_many(tx, [Entry(now, act.actor, "act.refused", act.pause_id[:80], data)])
            return LeadRefusal(refusal or _UNKNOWN)
        before, action, occasion = _MOVES[state]
        if not pauses.change(tx, pause.pause_id, before, state, act.actor, now):
            return LeadRefusal(_DECIDED)
        moved = replace(pause, state=state, changed_at=now, changed_by=act.actor)
        if occasion is not None:
            _tell(ctx, tx, moved, occasion, now)
        _record(tx, moved, action, act.actor)
        return moved


def protest(ctx: Context, act: PauseAct) -> Pause | LeadRefusal:
    """Have the leads asked to look again, for whoever is paused; they hear of it once."""
    with ctx.database.write() as tx:
        now, pause = ctx.clock.now(), pauses.find(tx, act.pause_id)
        if pause is None or pause.state is not PauseState.RUNNING:
            return LeadRefusal(_UNKNOWN)
        if not act.expert.is_same_person(pause.expert):
            return LeadRefusal(_NOT_YOURS)
        _tell(ctx, tx, pause, PauseOccasion.PROTESTED, now)
        _record(tx, replace(pause, changed_at=now), "pause.protested", act.actor)
        return pause


def leading_teams(ctx: Context, task: str) -> list[str]:
    """The teams whose members lead the task's experts, in a channel apart from them."""
    teams = ctx.policy.teams
    return [name for name, team in teams.items() if task in team.tasks and is_apart(ctx, team)]


def _propose(ctx: Context, now: datetime, task: Task) -> int:
    with ctx.database.read() as tx:
        last = pauses.proposed_at(tx, task.name)
        away = pauses.running(tx, task.name)
        measured = skills.of_tasks(tx, [task.name])
    bar = task.pause_below or 0.0
    below = [skill for skill in measured if skill.is_assigned and is_below(skill.estimate, bar)]
    # Where nobody leads them nobody could decide or end it.
    if not leading_teams(ctx, task.name):
        return 0
    return sum(
        _propose_of(ctx, now, task, skill)
        for skill in below
        if skill.expert.user_id not in away and is_due(last.get(skill.expert.user_id), now)
    )


def _propose_of(ctx: Context, now: datetime, task: Task, skill: StoredSkill) -> bool:
    estimate, is_at_once = skill.estimate, task.pause == "do"
    state = PauseState.RUNNING if is_at_once else PauseState.PROPOSED
    pause = Pause(
        ctx.new_id("pause"),
        task.name,
        skill.expert,
        state,
        right=estimate.right,
        n=estimate.n,
        low=estimate.low,
        high=estimate.high,
        proposed_at=now,
        changed_at=now,
    )
    with ctx.database.write() as tx:
        pauses.lock(tx, task.name)
        if not _leaves_enough(ctx, tx, task, skill.expert) or not pauses.add(tx, pause):
            return False
        _tell(ctx, tx, pause, PauseOccasion.BEGUN if is_at_once else PauseOccasion.PROPOSED, now)
        _record(tx, pause, "pause.begun" if is_at_once else "pause.proposed", "measures")
        return True


def _refusal(
    ctx: Context, tx: Transaction, act: PauseAct, pause: Pause | None, state: PauseState
) -> str | None:
    task = None if pause is None else ctx.policy.tasks.get(pause.task)
    if pause is None or task is None:
        return _UNKNOWN
    teams = [ctx.policy.teams[name] for name in leading_teams(ctx, pause.task)]
    if not any(is_member(ctx, tx, team, act.expert) for team in teams):
        return _NOT_ALLOWED
    if state is PauseState.RUNNING:
        pauses.lock(tx, task.name)
        return None if _leaves_enough(ctx, tx, task, pause.expert) else _TOO_FEW
    return None


def _leaves_enough(ctx: Context, tx: Transaction, task: Task, expert: ExpertId) -> bool:
    """Whether in every tier that the person answers enough others remain, of those who are not paused."""
    away = pauses.running(tx, task.name)
    answering = [_answering(ctx, tx, tier) for tier in task.tiers]
    own = [people for people in answering if expert.user_id in people]
    return bool(own) and all(len(people - away - {expert.user_id}) >= FEWEST_LEFT for people in own)


def _answering(ctx: Context, tx: Transaction, tier: Tier) -> frozenset[str]:
    """The user ids of those who may answer the tier's cases and are there to do so."""
    sources = tier.experts.sources(ctx.policy.channel_id(tier.channel))
    members = {member for source in sources for member in experts.members(tx, source)} - {ctx.home.bot}
    people = members | {ExpertId(ctx.team_id, user_id) for user_id in tier.experts.people}
    stored = experts.get_many(tx, people)
    gone = {expert for expert, person in stored.items() if not person.is_active or person.is_bot}
    return frozenset(expert.user_id for expert in people - gone)


def _tell(ctx: Context, tx: Transaction, pause: Pause, occasion: PauseOccasion, now: datetime) -> None:
    """Queue what the leads hear, and what the person hears themselves."""
    news = [PauseNews(pause.pause_id, occasion, team) for team in leading_teams(ctx, pause.task)]
    if occasion in (PauseOccasion.BEGUN, PauseOccasion.ENDED):
        news.append(PauseNews(pause.pause_id, occasion))
    items = [
        Item(ctx.new_id("out"), PAUSE, f"pause:{pause.pause_id}:{occasion.value}:{each.team}", payload, now)
        for each in news
        for payload in [each.to_payload()]
    ]
    outbox.add_many(tx, items)


def _record(tx: Transaction, pause: Pause, action: str, actor: str) -> None:
    """Put it on record; comes last in a transaction, since it locks the audit trail's head."""
    data = {"task": pause.task, "person": pause.expert.user_id, "right": pause.right, "n": pause.n}
    audit.append_many(tx, [Entry(pause.changed_at, actor, action, pause.pause_id, data)])
