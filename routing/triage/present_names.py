"""What a prediction says under the names that its labels have now: who posts may still use those before."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from routing.policy import Task
from routing.prediction import Prediction, Submission


def under_present_names(task: Task, submission: Submission) -> Submission:
    """The submission with each label by its present name; what is no label's name stays.

    Probabilities of labels that are one now are those of that one together.
    """
    if not task.earlier_names:
        return submission
    return replace(submission, prediction=_renamed(task, submission.prediction))


def _renamed(task: Task, prediction: Prediction) -> Prediction:
    label = task.present_name(prediction.label)
    if prediction.probabilities is None:
        return replace(prediction, label=label)
    probabilities = _together(task, prediction.probabilities)
    is_whole = len(probabilities) == len(prediction.probabilities)
    confidence = prediction.confidence if is_whole else probabilities.get(label, prediction.confidence)
    return replace(prediction, label=label, confidence=confidence, probabilities=probabilities)


def _together(task: Task, probabilities: Mapping[str, float]) -> dict[str, float]:
    shares = Counter[str]()
    for name, share in probabilities.items():
        shares[task.present_name(name)] += share  # type: ignore[assignment]
    # A sum of floats may pass 1 by the last digit, which no probability does.
    return {name: min(1.0, share) for name, share in shares.items()}
