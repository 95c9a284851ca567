"""Whether a submission fits its task: every wrong field with its path."""

import math
from collections.abc import Iterator

from routing.policy import Task
from routing.prediction import Prediction, Submission

TOLERANCE = 1e-3


def check_submission(task: Task, submission: Submission) -> tuple[tuple[str, str], ...]:
    """Pairs of (path, message), none if all is well; sums and confidence may be off by 1e-3."""
    prediction = submission.prediction
    return (*_label(task, prediction), *_confidence(prediction), *_probabilities(task, prediction))


def _is_probability(value: float) -> bool:
    return math.isfinite(value) and 0 <= value <= 1


def _label(task: Task, prediction: Prediction) -> Iterator[tuple[str, str]]:
    if prediction.label not in task.label_names:
        yield "prediction.label", f"task {task.name} has no label {prediction.label!r}: {_choices(task)}"


def _choices(task: Task) -> str:
    shown = ", ".join(task.label_names[:10])
    return f"use one of {shown}" + (", …" if len(task.label_names) > 10 else "")


def _confidence(prediction: Prediction) -> Iterator[tuple[str, str]]:
    if prediction.confidence is not None and not _is_probability(prediction.confidence):
        yield "prediction.confidence", f"{prediction.confidence} is not between 0 and 1"


def _probabilities(task: Task, prediction: Prediction) -> Iterator[tuple[str, str]]:
    probabilities = prediction.probabilities
    if probabilities is None:
        return
    wrong = [name for name, value in probabilities.items() if not _is_probability(value)]
    for name in probabilities:
        if name not in task.label_names:
            yield f"prediction.probabilities.{name}", f"task {task.name} has no such label: {_choices(task)}"
    for name in wrong:
        yield f"prediction.probabilities.{name}", f"{probabilities[name]} is not between 0 and 1"
    total = math.fsum(probabilities.values()) if not wrong else 1.0
    if abs(total - 1) > TOLERANCE:
        yield "prediction.probabilities", f"they sum to {total:.6g} instead of 1"
    yield from _own_probability(prediction)


def _own_probability(prediction: Prediction) -> Iterator[tuple[str, str]]:
    own = (prediction.probabilities or {}).get(prediction.label)
    if own is None:
        yield "prediction.probabilities", f"the predicted label {prediction.label!r} is not among them"
    elif prediction.confidence is not None and abs(own - prediction.confidence) > TOLERANCE:
        yield "prediction.confidence", f"{prediction.confidence} is not the label's probability {own}"
