"""When a case expires and takes its tier's escalation steps, counted in the task's working time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.case.hours import add_working, next_working
from routing.policy import EscalationStep, Tier, WorkingHours, format_duration


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A taking of a step: the `number`-th, from 1, this much time after the case was opened."""

    step: EscalationStep
    number: int
    after: timedelta


def occurrences(tier: Tier) -> tuple[Occurrence, ...]:
    """All takings of a tier's steps with their repetitions, in time; of equal ones the step named first."""
    unrolled = [
        Occurrence(step, number, step.after + (number - 1) * (step.repeat or timedelta(0)))
        for step in tier.escalation
        for number in range(1, step.times + 1)
    ]
    return tuple(sorted(unrolled, key=lambda occurrence: occurrence.after))


def step_at(occurrence: Occurrence, hours: WorkingHours | None, opened_at: datetime) -> datetime:
    """When that taking of a step is due: in working time, so not at a closing but at the next opening."""
    return next_working(hours, add_working(hours, opened_at, occurrence.after))


def first_step_at(tier: Tier, hours: WorkingHours | None, opened_at: datetime) -> datetime | None:
    """When the first escalation step of a case opened then is due; None if the tier has none."""
    planned = occurrences(tier)
    return step_at(planned[0], hours, opened_at) if planned else None


def expires_at(tier: Tier, hours: WorkingHours | None, opened_at: datetime) -> datetime | None:
    """When a case opened then expires; None if it stays open."""
    return add_working(hours, opened_at, tier.expires_in) if tier.expires_in else None


def working_words(duration: timedelta, hours: WorkingHours | None) -> str:
    """A duration as people read it: "4h", "1d", or with working hours "4h of work", "2 working days"."""
    if hours is None:
        return format_duration(duration)
    days, rest = divmod(duration, hours.length)
    if days and not rest:
        return f"{days} working day{'s' if days > 1 else ''}"
    return f"{format_duration(duration)} of work"
