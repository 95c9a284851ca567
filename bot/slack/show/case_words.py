"""The words of a case: how sure the model is, what a label is called, who somebody is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.slack.blocks.text import label_text, one_line
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

    The number and its sign stand on one line: the space between them does not break.
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
    said = f"{confidence_words(counts)}, {percent(counts)}"
    return said if percent(counts) == percent(raw) else f"{said}, before calibration {percent(raw)}"


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
    found = [name_of(expert, names) for expert in experts]
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


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
    """How the decision stands to what the model said."""
    prediction = case.submission.prediction
    if decision.label == prediction.label:
        return f"The model said the same ({sureness(case)})."
    return f"The model said {label_title(task, prediction.label)} ({sureness(case)})."


def origin_words(case: Case) -> str | None:
    """Where the case comes from, if not from production: experts are told what a service says of it."""
    return _ORIGINS.get(case.submission.origin)


def reasons_text(case: Case, longest: int) -> str:
    """Why the case was sent, as one line."""
    reasons = (one_line(reason) for reason in case.routing.reasons if reason.strip())
    return label_text("; ".join(reasons), longest)


def rationale_of(label: Label) -> str | None:
    """The label's rationale with its reason code, on one line."""
    if label.rationale is None:
        return None
    parts = [one_line(part) for part in (label.rationale.reason_code, label.rationale.text) if part]
    return ": ".join(part for part in parts if part) or None
