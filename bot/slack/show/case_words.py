"""The words of a case: how sure the model is, what a label is called, who somebody is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.slack.blocks.text import label_text, moment, single_line
from bot.words.mark_words import MARKS
from routing.case.case import Case
from routing.case.decision import Decision, Method
from routing.case.second_opinion import awaits_second_opinion
from routing.label import ExpertId, Label, Obstacle
from routing.prediction import Origin, Scalar, Submission

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
    Method.ADJUDICATED: "after a disagreement",
    Method.OVERRIDDEN: "in place of what was decided before",
    Method.EXPIRED: "the time ran out",
}
_OBSTACLES = {Obstacle.MISSING: "could not tell", Obstacle.BAD_INPUT: "calls the input bad"}
PROMPT = timedelta(minutes=1)
"""What happened so shortly before it came in happened just now."""
OWN_ID, SLICE_NAME, SLICE_VALUE = 80, 40, 60
DOUBTS, NOTE = 5, 600
VEILED = "What the model says is hidden until this is decided."
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
    """How sure the model is, in words and number, as answers show it; its own number where that differs."""
    raw, calibrated = case.submission.prediction.confidence, case.routing.calibrated
    if raw is None:
        return "without saying how sure it is"
    counts = raw if calibrated is None else calibrated
    own = "" if percent(counts) == percent(raw) else f"; it says {percent(raw)} itself"
    return f"{confidence_words(counts)} ({percent(counts)}{own})"


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


def wishes_of(submission: Submission) -> tuple[tuple[str, str], ...]:
    """What the service says of what it would do and what the answer is for, each with its name."""
    wishes = (("Recommended", submission.recommended_action), ("What for", submission.intent))
    return tuple((name, words) for name, words in wishes if words and words.strip())


def name_of(expert: ExpertId, names: Mapping[ExpertId, str]) -> str:
    """The person's name for texts without markup."""
    return label_text(names.get(expert, expert.user_id), 80)


def people(experts: tuple[ExpertId, ...], names: Mapping[ExpertId, str]) -> str:
    """Several names as a phrase."""
    phrases = [name_of(expert, names) for expert in experts]
    return " and ".join([", ".join(phrases[:-1]), phrases[-1]] if len(phrases) > 1 else phrases)


def method_words(case: Case, decision: Decision) -> str:
    """How the decision came about, where that is not plain."""
    if decision.method is Method.ADJUDICATED and decision.sequence - 1 in _contested(case):
        return "after an objection"
    if decision.method is Method.ADJUDICATED and case.consensus_version and not differ(case):
        return "the answers before were not sure enough"
    if decision.method is not Method.CONSENSUS:
        return _METHODS[decision.method]
    answers = [label.label for label in case.current_labels]
    same = answers.count(decision.label)
    if same == len(answers):
        return "they agree"
    if 2 * same > len(answers):
        return f"{same} of {len(answers)} answers"
    # Of a scale no certainty is stated, and a choice is decided by less than half only by what answers weigh.
    is_weighed = decision.certainty is not None
    return f"{'what weighs most' if is_weighed else 'the middle'} of {len(answers)} answers"


def certainty_words(decision: Decision) -> str:
    """How often such a decision is right; empty where that cannot be told."""
    certainty = decision.certainty
    return "" if certainty is None else f"Answers like these are right in {percent(certainty)}."


def differ(case: Case) -> bool:
    """Whether the experts' answers are not all the same, but for those that settled it."""
    return len({label.label for label in case.current_labels if not label.is_adjudication}) > 1


def _contested(case: Case) -> set[int]:
    """The sequence of each decision that somebody objected to."""
    return {contest.sequence for contest in case.contests}


def progress(case: Case) -> str | None:
    """How many of several answers are in; which ones stays sealed until the case is decided."""
    count = len(case.current_labels)
    needed = max(case.quorum, 2) if awaits_second_opinion(case) else case.quorum
    is_asked = case.is_waiting and case.contest is None
    if is_asked and count >= needed and not differ(case):
        return f"{count} {'answer' if count == 1 else 'answers'} in, and another is needed"
    if needed < 2 and not (is_asked and count):
        return None
    if count >= needed:
        return f"{count} answers in, and they differ"
    asked = ", somebody is asked for a second opinion" if case.ask_at is not None else ""
    return f"{count} of {needed} answers in{asked}"


def marks_of(case: Case) -> list[str]:
    """What whoever settled the disagreement said of it, each once."""
    marks = (label.mark for label in case.current_labels if label.is_adjudication)
    return list(dict.fromkeys(MARKS[mark] for mark in marks if mark is not None))


def concordance(case: Case, decision: Decision, task: Task) -> str:
    """How the decision stands to the prediction."""
    label = case.submission.prediction.label
    what = "the same" if decision.label == label else label_title(task, label)
    return f"The model said {what}, {sureness(case)}."


def origin_words(case: Case) -> str | None:
    """Where the case comes from, if not from production: experts see what a service says of it."""
    return _ORIGINS.get(case.submission.origin)


def due_words(case: Case, now: datetime) -> str:
    """By when an answer is needed, in mrkdwn, each reader's own time."""
    return f"{'Overdue since' if now > case.due_at else 'Due'} {moment(case.due_at)}"


def happened_words(case: Case) -> str:
    """When it happened, in mrkdwn; empty where that is when it came in, or the service does not say."""
    occurred_at = case.submission.occurred_at
    return f"happened {moment(occurred_at)}" if case.opened_at - occurred_at > PROMPT else ""


def circumstances(case: Case, most: int) -> str:
    """The service's id of the case if it is shown, its group, `most` of its slices, and an unusual origin."""
    submission = case.submission
    slices = [
        f"{label_text(name, SLICE_NAME)} {label_text(value, SLICE_VALUE)}"
        for name, value in list(submission.slices.items())[:most]
    ]
    group = f"group {label_text(submission.group, SLICE_VALUE)}" if submission.group else ""
    # Where it is kept from people there is none, and no dash in its place.
    own_id = label_text(submission.external_id, OWN_ID) if submission.external_id else ""
    parts = (origin_words(case), own_id, group, *slices)
    return " · ".join(part for part in parts if part)


def doubts_of(case: Case, names: Mapping[ExpertId, str]) -> list[str]:
    """Who could not answer and has not since, with what they missed or found wrong, the latest last."""
    open_doubts = [doubt for doubt in case.abstentions if case.label_of(doubt.expert) is None]
    return [
        f"{name_of(doubt.expert, names)} {_OBSTACLES[doubt.obstacle]}: "
        f"{label_text(doubt.note or 'no reason given', NOTE)}"
        for doubt in open_doubts[-DOUBTS:]
    ]


def rationale_of(label: Label) -> str | None:
    """The label's rationale with its reason code, on a single line."""
    if label.rationale is None:
        return None
    parts = [single_line(part) for part in (label.rationale.reason_code, label.rationale.text) if part]
    return ": ".join(part for part in parts if part) or None
