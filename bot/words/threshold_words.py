"""Thresholds in words: what they are for, what is missing for one, and why it does not hold any more."""

import re
from collections.abc import Mapping

from bot.words.limit_words import place_words
from bot.words.numbers import counted
from routing.digest.model_quality import ThresholdRow
from routing.evidence.grant import Lapse
from routing.evidence.odds import allowed
from routing.evidence.promise import NotYet, Promise

LAPSES: Mapping[Lapse, str] = {
    Lapse.NO_PROMISE: "the policy sets no limit there any more",
    Lapse.STRICTER_PROMISE: "the policy allows less now",
    Lapse.OTHER_SLICES: "the policy names other slices now",
    Lapse.OTHER_LABELS: "the labels of the task have changed",
    Lapse.OTHER_CALIBRATOR: "the correction that it was shown with is not in use any more",
}
_EARLIER = re.compile(r"Not yet: (?:about [\d,]+ more \w+ labels; )?")
"""How the reason began in what earlier versions kept; how much is missing is said before it."""


def row_place(row: ThresholdRow) -> str:
    """What a threshold is for: a part of a task, or the task as a whole."""
    return place_words(row.task, _rule(row), row.slice)


def rule_words(row: ThresholdRow) -> str:
    """The tier that the threshold is of, whatever its slice."""
    return place_words(row.task, _rule(row))


def _rule(row: ThresholdRow) -> str:
    return row.tier if row.rule is None else row.rule


def why_words(conclusion: NotYet) -> str:
    """Why no threshold is shown to keep the limit."""
    why = _EARLIER.sub("", conclusion.why, count=1).replace("at every threshold", "however sure it is,")
    return why[:1].upper() + why[1:]


def missing_words(conclusion: NotYet, noun: str = "answer") -> str:
    """How many more of what is missing: of second opinions where each of them has to be one."""
    return counted(conclusion.needed, f"more {'second opinion' if conclusion.opinions else noun}")


def lapse_words(lapse: Lapse, promise: Promise | None) -> str:
    """Why the certificate does not hold; `promise` is what the policy promises now."""
    if lapse is Lapse.STRICTER_PROMISE and promise is not None:
        return f"{LAPSES[lapse]}: at most {allowed(promise.error)} wrong"
    return LAPSES[lapse]


def silence_words(silent: int, asked: int) -> str:
    """That nobody answers what was drawn to be checked."""
    return (
        f"nobody answers: {silent:,} of the last {asked:,} to be checked at random were not answered in time"
    )
