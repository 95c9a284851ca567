"""Abstains, escalates, reassigns and snoozes: what an expert can do with a case instead of answering."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.usecases.context import Context
from bot.usecases.outgoing import Notice, Occasion, Place
from bot.usecases.review.access import Act, Sitting, is_allowed, not_allowed, sit_down
from bot.usecases.review.announce import notify, show, show_also
from bot.usecases.review.asked import is_asked_again, open_to_all, pass_on
from bot.usecases.review.outcome import (
    AlreadyDecided,
    Dismissal,
    NotAllowed,
    Outcome,
    RecordedAct,
    RepeatedAct,
    Snooze,
)
from bot.usecases.time_zones import time_zone
from routing.case import case as arrows
from routing.case.case import Case
from routing.case.late_answer import is_unanswered
from routing.case.next_step import reschedule, step_now, take
from routing.label import Abstention, ExpertId, Obstacle
from routing.policy import Task
from storage import experts
from storage.cases import cases, escalation_steps, labels
from storage.delivery import claimed_events

_MORNING = time(9)
_UNTIL = {"1h": timedelta(hours=1), "4h": timedelta(hours=4)}
_NOBODY_AHEAD = (
    "Nobody is named beyond the people who were asked. Nothing was recorded; reassign the case, or ask your "
    "lead."
)
_NOTED = {
    Obstacle.MISSING: "Noted that you can't tell.",
    Obstacle.BAD_INPUT: "Noted that the input is bad; whoever runs the service can read what you wrote.",
}
_NOT_ASKED = "You are not asked about this case by name. Nothing was recorded."
_NO_WISH = "Nothing was recorded: choose a person or a time."
_BAD_TIME = "Nothing was recorded: choose one of the times offered."


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give a case to a person, put their own reminders off until `1h`, `4h` or `tomorrow`, or both."""

    user_id: str | None = None
    until: str | None = None


def _on_open_case(
    ctx: Context, act: Act, change: Callable[[Sitting], Outcome], *, is_asked: bool = False
) -> Outcome:
    """Run `change` once on a case that waits, for somebody who may answer it, in a transaction.

    What only somebody can do who `is_asked` may come after the case's end: see `is_asked_again`.
    """
    with ctx.database.write() as tx:
        sitting = sit_down(ctx, tx, act)
        if isinstance(sitting, Dismissal):
            return sitting
        refusal = not_allowed(sitting)
        if refusal is not None:
            return refusal
        if not sitting.case.is_waiting and not (is_asked and _is_asked_still(sitting)):
            return AlreadyDecided(sitting.case)
        # After the refusals: an act that was refused may come again with the same key.
        if not claimed_events.claim(tx, act.key, sitting.now):
            return RepeatedAct(sitting.case)
        return change(sitting)


def _is_asked_still(sitting: Sitting) -> bool:
    case = sitting.case
    return is_unanswered(case) and is_asked_again(sitting.tx, case, sitting.act.expert)


def _keep(sitting: Sitting, case: Case) -> None:
    cases.save(sitting.tx, case)
    show(sitting, case)


def abstain(ctx: Context, act: Act, note: str | None, obstacle: Obstacle = Obstacle.MISSING) -> Outcome:
    """Record a "can't tell" or "bad input"; the case goes on waiting for others."""

    def change(sitting: Sitting) -> Outcome:
        abstention = Abstention(act.case_id, act.expert, sitting.now, note, obstacle)
        case = arrows.abstain(sitting.case, abstention)
        labels.add_abstention(sitting.tx, abstention)
        pass_on(sitting.tx, case, act.expert, sitting.now)
        _keep(sitting, case)
        sitting.record("case.abstained", note=note or "", obstacle=obstacle.value)
        return RecordedAct(case, note=f"{_NOTED[obstacle]} The case goes on waiting for others.")

    return _on_open_case(ctx, act, change, is_asked=True)


def decline(ctx: Context, act: Act) -> Outcome:
    """*Not me*, by somebody who was asked by name: the next person is."""

    def change(sitting: Sitting) -> Outcome:
        if not pass_on(sitting.tx, sitting.case, act.expert, sitting.now):
            claimed_events.release(sitting.tx, act.key)
            return Dismissal(_NOT_ASKED)
        show(sitting, sitting.case)
        sitting.record("case.declined")
        return RecordedAct(sitting.case, note="Thank you for saying so: somebody else is asked.")

    return _on_open_case(ctx, act, change, is_asked=True)


def escalate_now(ctx: Context, act: Act, note: str | None) -> Outcome:
    """Ask the next people or the next channel of the policy now, with a note for them."""
    return _on_open_case(ctx, act, lambda sitting: _escalated(sitting, note))


def _escalated(sitting: Sitting, note: str | None) -> Outcome:
    step = step_now(sitting.case, sitting.tier, sitting.now)
    if step is None:  # nothing came of it, so the same click may come again, under another policy
        claimed_events.release(sitting.tx, sitting.act.key)
        return Dismissal(_NOBODY_AHEAD)
    case = take(sitting.case, step, sitting.tier, sitting.task.hours, sitting.now)
    escalation_steps.take(sitting.tx, case.case_id, step.index, step.to, sitting.now)
    open_to_all(sitting.tx, case, step, sitting.now)
    _keep(sitting, case)
    channel_id = sitting.terms.channel_id(step.channel) if step.channel else None
    show_also(sitting.tx, case, sitting.terms, step.channel, sitting.now)
    place, words = Place.CHANNEL if channel_id else Place.THREAD, note or "An expert asks for a second look."
    notice = Notice(Occasion.ESCALATION, place, (case.case_id,), step.people, channel_id, words)
    notify(sitting, notice, f"step:{case.case_id}:{step.index}")
    sitting.record("case.escalated", step=step.index, to=step.to, note=note or "")
    return RecordedAct(case, note="Escalated: the next people are asked now.")


def hand_over(ctx: Context, act: Act, wish: HandOver) -> Outcome:
    """Reassign, snooze, or both. The person must be somebody who may answer the case."""
    if wish.user_id is None and wish.until is None:
        return Dismissal(_NO_WISH)
    return _on_open_case(ctx, act, lambda sitting: _handed(sitting, wish))


def _handed(sitting: Sitting, wish: HandOver) -> Outcome:
    until_at = _wake_at(sitting, wish.until) if wish.until else None
    if wish.until and until_at is None:
        claimed_events.release(sitting.tx, sitting.act.key)
        return Dismissal(_BAD_TIME)
    person = _wished(sitting, wish.user_id) if wish.user_id else None
    if person is not None and not _may_take(sitting, person):
        claimed_events.release(sitting.tx, sitting.act.key)
        return NotAllowed(
            "That person may not answer this case: choose one of its experts. Nothing was recorded."
        )
    case = arrows.reassign(sitting.case, person) if person else sitting.case
    if until_at:
        asleep = arrows.snooze(case, until_at, sitting.act.expert)
        case = reschedule(asleep, sitting.tier, sitting.task.hours, sitting.now)
    _keep(sitting, case)
    if person is not None:
        notice = Notice(Occasion.ASSIGNED, Place.DM, (case.case_id,), (person.user_id,))
        notify(sitting, notice, f"assigned:{sitting.act.key}")
    sitting.record("case.handed_over", to=wish.user_id or "", until=wish.until or "")
    return Snooze(case, until_at) if until_at and person is None else RecordedAct(case)


def _wished(sitting: Sitting, user_id: str) -> ExpertId:
    """The person with this user id: of our workspace, unless Slack named another."""
    home_id = sitting.ctx.team_id
    # A picker sends the user id alone.
    person = experts.by_user_id(sitting.tx, {user_id}, home_id).get(user_id)
    return person.expert if person else ExpertId(home_id, user_id)


def _may_take(sitting: Sitting, person: ExpertId) -> bool:
    """Whether the person may answer and is there to do so: neither deactivated nor a program."""
    expert = experts.get(sitting.tx, person)
    is_there = expert is None or (expert.is_active and not expert.is_bot)
    return is_there and person != sitting.ctx.home.bot and is_allowed(sitting, person)


def _wake_at(sitting: Sitting, until: str) -> datetime | None:
    expert = experts.get(sitting.tx, sitting.act.expert)
    zone = time_zone(expert.timezone if expert else None)
    return wake_at(sitting.task, until, sitting.now, zone)


def wake_at(task: Task, until: str, now: datetime, own_zone: tzinfo = UTC) -> datetime | None:
    """When reminders go on: after an hour or four, or the next morning at the task's opening time.

    A task without hours opens at nine in the person's `own_zone`.
    """
    if until in _UNTIL:
        return now + _UNTIL[until]
    if until != "tomorrow":
        return None
    zone = ZoneInfo(task.hours.timezone) if task.hours else own_zone
    opening = time.fromisoformat(task.hours.spans_of_day[0].start) if task.hours else _MORNING
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, opening, zone).astimezone(now.tzinfo)
