"""The limit that a team allows, in words: what is above it, and how much of what went where was wrong."""

from routing.cell import Cell
from routing.evidence.error_watch import EVERYTHING_IN, ErrorWatch, TargetReport
from routing.evidence.estimate import FEWEST
from routing.evidence.odds import allowed, odds
from routing.policy import Task


def place_words(task: str, rule: str, cell: str = "") -> str:
    """A part of a task by its rule and cell, or the task as a whole."""
    named = ", ".join(filter(None, (rule, cell.replace("=", " is ", 1))))
    return f"{task} ({named})" if named else task


def tier_place(task: Task, tier: str, cell: str = "") -> str:
    """A tier of a task, or the `cell` of it that has this key, as the policy calls it now."""
    present = task.named_tier(tier)
    return place_words(task.name, task.rule_of(present) if present else tier, Cell.of(cell).words)


def watch_place(watch: ErrorWatch) -> str:
    """What a watch is over: a part of a task, or the task as a whole."""
    return place_words(watch.task, watch.tier if watch.rule is None else watch.rule)


def above_words(watch: ErrorWatch, report: TargetReport) -> str:
    """The alarm's sentence, on the day on which the evidence was enough."""
    return (
        f"{watch_place(watch)}: more of what goes through by itself is wrong than the "
        f"{allowed(watch.target)} that you allow: {report.errors:,} of the {report.n:,} that were checked."
    )


def breach_words(watch: ErrorWatch) -> str:
    """How much was wrong in the period against what is allowed; counts while they are small."""
    is_all = watch.tier == EVERYTHING_IN
    what = "came in to" if is_all else "went through by itself in"
    where = f"of what {what} {watch_place(watch)}"
    limit = f"you allow {allowed(watch.target)}"
    if watch.labeled >= FEWEST and watch.error:
        share = odds(watch.error)
        first = share if share == "half" else f"about {share}"
        return f"{first[0].upper()}{first[1:]} {where} was wrong; {limit}."
    if watch.errors:
        verb = "was" if watch.errors == 1 else "were"
        return f"{watch.errors:,} of {watch.labeled:,} checked {where} {verb} wrong, too many; {limit}."
    return f"In the weeks before too much {where} was wrong; {limit}."
