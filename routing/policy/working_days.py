"""In a task with working hours "2d" means two working days and "1w" one working week."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from routing.policy.duration import LONGEST, counts_of
from routing.policy.working_hours import WorkingHours

DURATIONS = ("due_in", "expires_in", "after", "repeat", "ask_for")


def _spelled_out(value: object, day: timedelta, days_a_week: int) -> object:
    counts = counts_of(value)
    days = counts["w"] * days_a_week + counts["d"] if counts else 0
    if not counts or not 0 < days <= LONGEST.days:
        return value
    minutes = days * int(day.total_seconds()) // 60 + counts["h"] * 60 + counts["m"]
    return f"{minutes}m{counts['s']}s"


def _rewritten(section: object, day: timedelta, days_a_week: int) -> Any:
    if not isinstance(section, Mapping):
        return section
    spelled = {
        key: _spelled_out(value, day, days_a_week) if key in DURATIONS else value
        for key, value in section.items()
    }
    steps = section.get("escalation")
    if isinstance(steps, list | tuple):
        spelled["escalation"] = [_rewritten(step, day, days_a_week) for step in steps]
    return spelled


def in_working_time(task: Any) -> tuple[Any, bool]:
    """The raw task with its durations as they count under its hours, and whether those can be read."""
    hours = task.get("hours") if isinstance(task, Mapping) else None
    if hours is None:
        return task, True
    try:
        working_hours = WorkingHours.model_validate(hours)
    # Field `hours` refuses them itself, in words of its own.
    except ValueError:
        return task, False
    return spell_out_days(task, working_hours.length, len(working_hours.days)), True


def spell_out_days(task: Mapping[str, Any], day: timedelta, days_a_week: int) -> dict[str, Any]:
    """The raw task with days and weeks of its tiers' durations as minutes of working time.

    So "1d" and a working day's number of hours are the same deadline: this time on the next working day.
    """
    tiers = task.get("tiers")
    if not isinstance(tiers, list | tuple):
        return dict(task)
    return {**task, "tiers": [_rewritten(tier, day, days_a_week) for tier in tiers]}
