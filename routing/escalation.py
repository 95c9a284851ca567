"""What happens to a case that waits: its tier's steps, in working time, never in quiet hours."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from routing.case import Case
from routing.hours import next_working
from routing.policy import Tier, WorkingHours
from routing.schedule import Occurrence, first_step_at, occurrences, step_at, working_words

__all__ = ["Step", "first_step_at", "next_step", "reschedule", "step_now"]

BY_HAND = "An expert asked for somebody else's eyes."


@dataclass(frozen=True, slots=True)
class Step:
    """The `index`-th taking of a step, due `at`; `channel` is a name of the policy; `note` says why."""

    index: int
    to: Literal["thread", "people", "channel"]
    people: tuple[str, ...]
    channel: str | None
    at: datetime
    note: str


def next_step(case: Case, tier: Tier, hours: WorkingHours | None, now: datetime) -> Step | None:
    """The next step and when it is due, in the past or in the future; None if nobody has to act any more.

    Of repetitions missed while nothing ran only the last is taken. A step waits until the snooze ends, and
    in quiet hours for the next opening.
    """
    planned = occurrences(tier)
    if not case.is_waiting or case.steps_taken >= len(planned):
        return None
    index = case.steps_taken
    while index + 1 < len(planned) and _is_missed(case, planned, index, hours, now):
        index += 1
    at = _due(case, planned[index], hours)
    return _step(
        index, planned[index], next_working(hours, now) if at <= now else at, _note(planned[index], hours)
    )


def step_now(case: Case, tier: Tier, now: datetime) -> Step | None:
    """The next step beyond a reminder in the thread, for an expert who escalates by hand; or None."""
    ahead = enumerate(occurrences(tier)[case.steps_taken :], start=case.steps_taken)
    found = next(((index, one) for index, one in ahead if one.step.to != "thread"), None)
    return _step(*found, now, BY_HAND) if found and case.is_waiting else None


def reschedule(case: Case, tier: Tier, hours: WorkingHours | None, now: datetime) -> Case:
    """The case with `next_step_at` as it follows from its state."""
    step = next_step(case, tier, hours, now)
    return replace(case, next_step_at=step.at if step else None)


def _due(case: Case, one: Occurrence, hours: WorkingHours | None) -> datetime:
    at = step_at(one, hours, case.opened_at)
    return at if case.snoozed_until is None else next_working(hours, max(at, case.snoozed_until))


def _is_missed(
    case: Case, planned: tuple[Occurrence, ...], index: int, hours: WorkingHours | None, now: datetime
) -> bool:
    """Whether a later repetition of the same step is due as well, whatever comes between."""
    repetitions = (one for one in planned[index + 1 :] if one.step is planned[index].step)
    return any(_due(case, one, hours) <= now for one in repetitions)


def _note(one: Occurrence, hours: WorkingHours | None) -> str:
    count = f" ({one.number} of {one.step.times})" if one.step.times > 1 else ""
    return f"No decision {working_words(one.after, hours)} after the case was opened{count}."


def _step(index: int, one: Occurrence, at: datetime, note: str) -> Step:
    return Step(index, one.step.to, one.step.people, one.step.channel, at, note)
