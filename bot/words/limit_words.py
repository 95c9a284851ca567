"""The limit that a team allows, in words: what is above it, and how much of what went where was wrong."""

from bot.words.numbers import allowed, odds
from routing.evidence.error_watch import EVERYTHING_IN, ErrorWatch, TargetReport
from routing.evidence.estimate import FEWEST


def place_words(task: str, tier: str) -> str:
    """A tier of a task, or the task as a whole."""
    return task if tier == EVERYTHING_IN else f"{task} ({tier})"


def above_words(watch: ErrorWatch, report: TargetReport) -> str:
    """The alarm's sentence, on the day on which the evidence was enough."""
    return (
        f"{place_words(watch.task, watch.tier)}: more of what goes through by itself is wrong than the "
        f"{allowed(watch.target)} that you allow: {report.errors:,} of the {report.n:,} that were checked."
    )


def breach_words(watch: ErrorWatch) -> str:
    """How much was wrong in the period against what is allowed; counts while they are small."""
    is_all = watch.tier == EVERYTHING_IN
    what = "came in to" if is_all else "went through by itself in"
    where = f"of what {what} {place_words(watch.task, watch.tier)}"
    limit = f"you allow {allowed(watch.target)}"
    if watch.labeled >= FEWEST and watch.error:
        share = odds(watch.error)
        first = share if share == "half" else f"about {share}"
        return f"{first[0].upper()}{first[1:]} {where} was wrong; {limit}."
    if watch.errors:
        verb = "was" if watch.errors == 1 else "were"
        return f"{watch.errors:,} of {watch.labeled:,} checked {where} {verb} wrong, too many; {limit}."
    return f"In the weeks before too much {where} was wrong; {limit}."
