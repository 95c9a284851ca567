"""What happens to a case that waits: its tier's steps, in working time, never in quiet hours.

A snooze holds back what calls nobody but the thread or the person who snoozed; others are asked in time.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from routing.case.case import Case, take_step
from routing.case.hours import next_working
from routing.case.schedule import Occurrence, occurrences, step_at, working_words
from routing.policy import Tier, WorkingHours
from routing.slack_channel import ChannelName

BY_HAND = "An expert asked for somebody else's eyes."


@dataclass(frozen=True, slots=True)
class Step:
    """The `index`-th taking of a step, due `at`; `channel` is a name of the policy; `note` says why."""

    index: int
    to: Literal["thread", "people", "channel"]
    people: tuple[str, ...]
    channel: ChannelName | None
    at: datetime
    note: str


def next_step(case: Case, tier: Tier, hours: WorkingHours | None, now: datetime) -> Step | None:
    """The next step and when it is due, in the past or in the future; None if nobody has to act any more.

    Of repetitions missed while nothing ran only the last is taken. In quiet hours a step waits for the next
    opening.
    """
    planned = occurrences(tier)
    ahead = _ahead(case, planned, hours, now)
    if not case.is_waiting or not ahead:
        return None
    # By time, not by place: what a snooze holds back comes after later steps that call other people.
    index = min(ahead, key=lambda taking: (_due(case, planned[taking], hours), taking))
    taking, due_at = planned[index], _due(case, planned[index], hours)
    at = next_working(hours, now) if due_at <= now else due_at
    is_asleep = case.snoozed_until is not None and at < case.snoozed_until
    people = _awake(case, taking) if is_asleep else taking.step.people
    return _step(index, taking, people, at, _note(case, taking, hours))


def step_now(case: Case, tier: Tier, now: datetime) -> Step | None:
    """The next step beyond a reminder in the thread, for an expert who escalates by hand; or None.

    That is no reminder: it calls those who snoozed, too.
    """
    ahead = enumerate(occurrences(tier)[case.steps_taken :], start=case.steps_taken)
    upcoming = next(((index, taking) for index, taking in ahead if taking.step.to != "thread"), None)
    if upcoming is None or not case.is_waiting:
        return None
    index, taking = upcoming
    return _step(index, taking, taking.step.people, now, BY_HAND)


def take(case: Case, step: Step, tier: Tier, hours: WorkingHours | None, now: datetime) -> Case:
    """The case after `step`; those before it that wait for a snooze to end are kept for then.

    Raises InvalidTransition unless the step lies ahead.
    """
    planned = occurrences(tier)
    ahead = [index for index in _ahead(case, planned, hours, now) if index != step.index]
    passed = {index for index in ahead if index < step.index and _due(case, planned[index], hours) > now}
    asleep = {index for index in passed if _sleeps(case, planned[index])}
    # By number, not by content: what was held is looked up in the policy of the day on which it is taken.
    held = tuple(index for index in ahead if index in asleep or index in case.held_steps)
    return reschedule(take_step(case, step.index, None, held), tier, hours, now)


def reschedule(case: Case, tier: Tier, hours: WorkingHours | None, now: datetime) -> Case:
    """The case with `next_step_at` as it follows from its state."""
    step = next_step(case, tier, hours, now)
    return replace(case, next_step_at=step.at if step else None)


def _ahead(
    case: Case, planned: tuple[Occurrence, ...], hours: WorkingHours | None, now: datetime
) -> list[int]:
    """The steps that are still to be taken; a policy that changed may have fewer than were held."""
    held = (index for index in case.held_steps if index < len(planned))
    left = (*held, *range(case.steps_taken, len(planned)))
    return [index for index in left if not _is_missed(case, planned, index, hours, now)]


def _sleeps(case: Case, taking: Occurrence) -> bool:
    """Whether a snooze holds the step back: it calls nobody beyond the thread and the person who snoozed."""
    if case.snoozed_until is None:
        return False
    return taking.step.to == "thread" or (taking.step.to == "people" and not _awake(case, taking))


def _awake(case: Case, taking: Occurrence) -> tuple[str, ...]:
    """Whom the step calls while the snooze lasts."""
    asleep = case.snoozed_by.user_id if case.snoozed_by else None
    return tuple(user_id for user_id in taking.step.people if user_id != asleep)


def _due(case: Case, taking: Occurrence, hours: WorkingHours | None) -> datetime:
    at = step_at(taking, hours, case.waits_since)
    if case.snoozed_until is None or not _sleeps(case, taking):
        return at
    return next_working(hours, max(at, case.snoozed_until))


def _is_missed(
    case: Case, planned: tuple[Occurrence, ...], index: int, hours: WorkingHours | None, now: datetime
) -> bool:
    """Whether a later repetition of the same step is due as well, whatever comes between."""
    # By identity: two steps of a policy may say the same, and are two steps all the same.
    repetitions = (taking for taking in planned[index + 1 :] if taking.step is planned[index].step)
    return any(_due(case, taking, hours) <= now for taking in repetitions)


def _note(case: Case, taking: Occurrence, hours: WorkingHours | None) -> str:
    count = f" ({taking.number} of {taking.step.times})" if taking.step.times > 1 else ""
    since = "somebody objected" if case.contest else "the case was opened"
    return f"No decision {working_words(taking.after, hours)} after {since}{count}."


def _step(index: int, taking: Occurrence, people: tuple[str, ...], at: datetime, note: str) -> Step:
    return Step(index, taking.step.to, people, taking.step.channel, at, note)
