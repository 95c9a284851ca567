"""The words of a case: how sure the model is, what a label is called, who somebody is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.slack.blocks.text import label_text, single_line
from routing.case.case import Case
from routing.case.decision import Decision, Method
from routing.label import ExpertId, Label
from routing.prediction import Origin, Scalar

if TYPE_CHECKING:
    from routing.policy import Task

_SURE = (
    (0.99, "almost certain"),
    (0.9, "very sure"),
    (0.75, "fairly sure"),
    (0.6, "somewhat sure"),
    (0.45, "unsure"),
)
_METHODS = {
    Method.SINGLE: "",
    Method.CONSENSUS: "by agreement",
    Method.ADJUDICATED: "after a disagreement",
    Method.EXPIRED: "because the time ran out",
}
_ORIGINS = {Origin.SYNTHETIC: "synthetic case", Origin.RED_TEAM: "red-team case"}


def confidence_words(confidence: float) -> str:
    """A probability in words that everybody reads alike."""
    return next((words for least, words in _SURE if confidence >= least), "guessing")


def percent(probability: float) -> str:
    """A probability in whole percent; only certainty itself is called 0 % or 100 %.

    The number and its sign stay together: the space between them does not break.
    """
    if 0 < probability < 0.005:
        return "under 1\u00a0%"
    if 0.995 <= probability < 1:
        return "over 99\u00a0%"
    return f"{math.floor(probability * 100 + 0.5)}\u00a0%"


def sureness(case: Case) -> str:
    """How sure the model is, in words and number, calibrated if it was; its own number where that differs."""
    raw, calibrated = case.submission.prediction.confidence, case.routing.calibrated
    if raw is None:
        return "without saying how sure it is"
    counts = raw if calibrated is None else calibrated
    words = f"{confidence_words(counts)}, {percent(counts)}"
    return words if percent(counts) == percent(raw) else f"{words}, before calibration {percent(raw)}"


def label_title(task: Task, label: str, longest: int = 75) -> str:
    """What the task calls `label`; its own name if the task no longer has it."""
    return label_text(task.title(label), longest)


def scalar(value: Scalar) -> str:
    """A field's value as a reader expects it."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def name_of(expert: ExpertId, names: Mapping[ExpertId, str]) -> str:
    """The person's name for texts without markup."""
    return label_text(names.get(expert, expert.user_id), 80)


def people(experts: tuple[ExpertId, ...], names: Mapping[ExpertId, str]) -> str:
    """Several names as a phrase."""
    phrases = [name_of(expert, names) for expert in experts]
    return " and ".join([", ".join(phrases[:-1]), phrases[-1]] if len(phrases) > 1 else phrases)


def method_words(decision: Decision) -> str:
    """How the decision came about, where that is not plain."""
    return _METHODS[decision.method]


def progress(case: Case) -> str | None:
    """How many of several answers are in; which ones stays sealed until the case is decided."""
    count = len(case.current_labels)
    if case.quorum < 2:
        return None
    if count >= case.quorum:
        return f"{count} answers in, and they differ"
    return f"{count} of {case.quorum} answers in"


def concordance(case: Case, decision: Decision, task: Task) -> str:
    """How the decision stands to the prediction."""
    label = case.submission.prediction.label
    what = "the same" if decision.label == label else label_title(task, label)
    return f"The model said {what} ({sureness(case)})."


def origin_words(case: Case) -> str | None:
    """Where the case comes from, if not from production: experts see what a service says of it."""
    return _ORIGINS.get(case.submission.origin)


def reasons_text(case: Case, longest: int) -> str:
    """Why the case was sent, on a single line."""
    reasons = (single_line(reason) for reason in case.routing.reasons if reason.strip())
    return label_text("; ".join(reasons), longest)


def rationale_of(label: Label) -> str | None:
    """The label's rationale with its reason code, on a single line."""
    if label.rationale is None:
        return None
    parts = [single_line(part) for part in (label.rationale.reason_code, label.rationale.text) if part]
    return ": ".join(part for part in parts if part) or None
