"""Whether what a model says fits its task: every wrong part with its path."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from routing.policy import Task
from routing.prediction import Prediction
from routing.probabilities import are_whole, is_same


@dataclass(frozen=True, slots=True)
class Statement:
    """What can be read of a prediction before all of it is right; None: nothing, or nothing right.

    `names` are the labels that have probabilities, right ones or not.
    """

    key: str | None
    confidence: float | None = None
    names: tuple[str, ...] = ()
    probabilities: Mapping[str, float] | None = None


def statement_of(prediction: Prediction) -> Statement:
    """What a whole prediction says."""
    probabilities = prediction.probabilities
    return Statement(prediction.label, prediction.confidence, tuple(probabilities or ()), probabilities)


def check_prediction(task: Task, statement: Statement) -> tuple[tuple[str, str], ...]:
    """Pairs of (path, message), none if all is well; what rounding does to numbers is let through."""
    return (*_label(task, statement), *_confidence(statement), *_probabilities(task, statement))


def _is_probability(value: float) -> bool:
    return math.isfinite(value) and 0 <= value <= 1


def _label(task: Task, statement: Statement) -> Iterator[tuple[str, str]]:
    if statement.key is not None and task.label(statement.key) is None:
        yield "prediction.label", f"task {task.name} has no label {statement.key!r}: {_choices(task)}"


def _choices(task: Task) -> str:
    shown = ", ".join(task.label_names[:10])
    return f"use one of {shown}" + (", …" if len(task.label_names) > 10 else "")


def _confidence(statement: Statement) -> Iterator[tuple[str, str]]:
    if statement.confidence is not None and not _is_probability(statement.confidence):
        yield "prediction.confidence", f"{statement.confidence} is not between 0 and 1"


def _probabilities(task: Task, statement: Statement) -> Iterator[tuple[str, str]]:
    for name in statement.names:
        if task.label(name) is None:
            yield f"prediction.probabilities.{name}", f"task {task.name} has no such label: {_choices(task)}"
    probabilities = statement.probabilities
    if probabilities is not None:
        wrong = [name for name, value in probabilities.items() if not _is_probability(value)]
        for name in wrong:
            yield f"prediction.probabilities.{name}", f"{probabilities[name]} is not between 0 and 1"
        if not wrong and not are_whole(probabilities.values()):
            total = math.fsum(probabilities.values())
            yield "prediction.probabilities", f"they sum to {total:.6g} instead of 1"
    if statement.names or probabilities is not None:
        yield from _own_probability(task, statement)


def _own_probability(task: Task, statement: Statement) -> Iterator[tuple[str, str]]:
    key, confidence = statement.key, statement.confidence
    if key is not None and task.label(key) is not None and key not in statement.names:
        yield "prediction.probabilities", f"the predicted label {key!r} is not among them"
    own = (statement.probabilities or {}).get(key or "")
    if own is not None and confidence is not None and not is_same(own, confidence):
        yield "prediction.confidence", f"{confidence} is not the label's probability {own}"
