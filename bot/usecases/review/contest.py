"""Takes an objection to a decision: others decide it anew, or a lead's own answer takes its place at once."""

from dataclasses import dataclass

from bot.usecases.case_terms import sources_of
from bot.usecases.context import Context
from bot.usecases.lead.access import is_member
from bot.usecases.outgoing import Notice, Occasion, Place
from bot.usecases.review.access import Act, Sitting, is_allowed, not_allowed, read_sitting, sit_down, who_may
from bot.usecases.review.announce import notify, show
from bot.usecases.review.case_view import WindowCase
from bot.usecases.review.outcome import Dismissal, NotAllowed, Outcome, RecordedAct, RepeatedAct
from bot.usecases.review.settle import settle_case
from routing.case.adjudication import is_sealed, with_further_answer
from routing.case.case import Case, CaseStatus, object_to, record_label
from routing.case.contest import Contest
from routing.case.hours import add_working
from routing.case.objection import contest_of, is_contestable, is_own_decision
from routing.case.permission import may_adjudicate
from routing.label import ExpertId, Label, Rationale, Via
from storage.cases import contests, labels
from storage.delivery import claimed_events

_ONCE = "You have objected to this case before: everybody can do so once. Nothing was recorded."
_ANEW = "Somebody has objected already, and the case is decided anew. Nothing was recorded."
_UNDECIDED = "Nothing is decided here that you could object to. Nothing was recorded."
_OWN = "This is your own answer: use “Correct…” in the message's menu. Nothing was recorded."
_LATE = "It is too late to object to this decision. Nothing was recorded; please ask your lead."
_NO_LABEL = "This task has no such answer. Nothing was recorded; please use the case's own message."
_SAME = "That is what was decided: choose another answer, or none. Nothing was recorded."
_NO_REASON = "Nothing was recorded: say in a sentence what is wrong with the decision."
_RECORDED = "Your objection is recorded. {who} The decision stands until then."
_SENIORS = "Who settles disagreements is asked to decide."
_ANOTHER = "One more person is asked to answer."


@dataclass(frozen=True, slots=True)
class Objection:
    """What a person has against a decision; `label` is the answer they would give, if they say."""

    act: Act
    reason: str
    label: str | None = None


def look_to_contest(ctx: Context, act: Act) -> WindowCase | Outcome:
    """The case for somebody who wants to object. Whether they may is asked again when they do."""
    with ctx.database.read() as tx:
        sitting = read_sitting(ctx, tx, act)
        if isinstance(sitting, Dismissal):
            return sitting
        if not _may_object(sitting):
            return NotAllowed(who_may(sitting))
        refusal = _untimely(sitting)
        return refusal or WindowCase(sitting.case, sitting.task, sitting.tier, overrides(sitting, act.expert))


def contest(ctx: Context, new: Objection) -> Outcome:
    """Record an objection in a transaction. Raises DatabaseUnavailable, with nothing recorded."""
    with ctx.database.write() as tx:
        sitting = sit_down(ctx, tx, new.act)
        if isinstance(sitting, Dismissal):
            return sitting
        if claimed_events.is_claimed(tx, new.act.key):
            return RepeatedAct(sitting.case)
        label = sitting.task.present_name(new.label) if new.label else None
        refusal = _refusal(sitting, new, label)
        if refusal is not None:
            return refusal
        claimed_events.claim(tx, new.act.key, sitting.now)
        return _contested(sitting, new, label)


def overrides(sitting: Sitting, expert: ExpertId) -> bool:
    """Whether the person's own answer would take the decision's place at once."""
    return may_adjudicate(sitting.tier, expert, sitting.ctx.team_id) or _is_lead(sitting, expert)


def _is_lead(sitting: Sitting, expert: ExpertId) -> bool:
    """Whether the person is of the channel of a team that has the task."""
    policy, own = sitting.ctx.policy, sources_of(sitting.case, sitting.terms)
    teams = (team for team in policy.teams.values() if sitting.case.submission.task in team.tasks)
    # Where the experts' own channel gets the digest, its members are experts like any other.
    apart = (team for team in teams if f"channel:{policy.channel_id(team.channel)}" not in own)
    return any(is_member(sitting.ctx, sitting.tx, team, expert) for team in apart)


def _may_object(sitting: Sitting) -> bool:
    expert = sitting.act.expert
    return is_allowed(sitting, expert) or overrides(sitting, expert)


def _untimely(sitting: Sitting) -> Dismissal | None:
    case, expert = sitting.case, sitting.act.expert
    if contest_of(case, expert) is not None:
        return Dismissal(_ONCE)
    if case.decision is None:
        return Dismissal(_ANEW if case.contest else _UNDECIDED)
    if is_own_decision(case, expert):
        return Dismissal(_OWN)
    return None if is_contestable(case, sitting.now, sitting.ctx.policy.contest_for) else Dismissal(_LATE)


def _refusal(sitting: Sitting, new: Objection, label: str | None) -> Outcome | None:
    if not _may_object(sitting):
        return not_allowed(sitting)
    if label is not None and label not in sitting.task.label_names:
        sitting.record("act.refused", why="unknown_label", label=label[:80])
        return Dismissal(_NO_LABEL)
    untimely = _untimely(sitting)
    if untimely is not None:
        show(sitting, sitting.case)  # the message was drawn while there was time
        return untimely
    if not new.reason.strip():
        return Dismissal(_NO_REASON)
    decision = sitting.case.decision
    return Dismissal(_SAME) if decision is not None and label == decision.label else None


def _contested(sitting: Sitting, new: Objection, label: str | None) -> Outcome:
    act, before = new.act, sitting.case
    is_override = label is not None and overrides(sitting, act.expert)
    objection = Contest(
        case_id=act.case_id,
        expert=act.expert,
        sequence=len(before.decisions),
        answers=len(before.labels),
        contested_at=sitting.now,
        reason=new.reason,
        is_override=is_override,
    )
    if not contests.add(sitting.tx, objection):
        return RepeatedAct(before)
    due_at = add_working(sitting.task.hours, sitting.now, before.routing.due_in)
    opened = object_to(before, objection, before.due_at if is_override else due_at)
    if not is_override:
        opened = with_further_answer(opened, sitting.tier)
    own = _answer(sitting, new, label, is_override) if label is not None else None
    if own is not None and labels.add(sitting.tx, own):
        opened = record_label(opened, own)
    case = settle_case(sitting, opened, act.screen.version)
    show(sitting, case)
    _ask(sitting, case)
    sitting.record("case.contested", sequence=objection.sequence, label=label or "", is_override=is_override)
    return RecordedAct(case, own if is_override else None, note="" if is_override else _receipt(case))


def _answer(sitting: Sitting, new: Objection, label: str, is_override: bool) -> Label:
    """What the person would say, as an answer with its reason: others' answers are weighed with it."""
    before = sitting.case.label_of(new.act.expert)
    settles = is_override or (before is not None and before.is_adjudication)
    return Label(
        label_id=sitting.ctx.new_id("label"),
        case_id=new.act.case_id,
        expert=new.act.expert,
        round=sitting.case.next_round(new.act.expert),
        answer=sitting.task.asks.answer(label),
        labeled_at=sitting.now,
        via=Via.MODAL,
        screen_version=new.act.screen.version,
        rationale=Rationale(new.reason, None),
        is_adjudication=settles,
        is_sealed=is_sealed(sitting.case, new.act.expert, is_adjudication=bool(settles)),
        is_assigned=False,
    )


def _ask(sitting: Sitting, case: Case) -> None:
    """Tell the thread that one more answer is asked; who settles disagreements is told by `settle_case`."""
    if case.status is not CaseStatus.OPEN:
        return
    # Without the reason: whoever answers next has to judge for themselves.
    note = f"<@{sitting.act.expert.user_id}> objects to the decision. {_ANOTHER} It stands until then."
    notice = Notice(Occasion.NOTE, Place.THREAD, (case.case_id,), note=note)
    notify(sitting, notice, f"contested:{case.case_id}:{len(case.contests)}")


def _receipt(case: Case) -> str:
    return _RECORDED.format(who=_SENIORS if case.status is CaseStatus.DISPUTED else _ANOTHER)
