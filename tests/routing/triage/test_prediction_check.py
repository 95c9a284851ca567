"""Whether what a model says fits its task."""

import math

import pytest

from routing.prediction import Prediction
from routing.triage.prediction_check import check_prediction, statement_of
from tests.routing.making import prediction, task

TASK = task()
FULL = {"fraud": 0.2, "honest": 0.7, "unclear": 0.1}


def found(sent: Prediction) -> tuple[tuple[str, str], ...]:
    return check_prediction(TASK, statement_of(sent))


@pytest.mark.parametrize(
    "good",
    [
        prediction("honest", 0.7),
        prediction("honest", 0.0),
        prediction("honest", 0.7, **FULL),
        prediction("honest", 0.7004, **FULL),
        prediction("fraud", 0.2, **FULL),
        prediction("honest", 0.7, **{**FULL, "unclear": 0.1009}),
        prediction("honest", 0.7, honest=0.7, fraud=0.3),
    ],
)
def test_what_fits_is_let_through(good: Prediction) -> None:
    assert found(good) == ()


@pytest.mark.parametrize(
    ("wrong", "path", "message"),
    [
        (
            prediction("frod", 0.7),
            "prediction.label",
            "task returns has no label 'frod': use one of fraud, honest, unclear",
        ),
        (prediction("honest", 1.1), "prediction.confidence", "1.1 is not between 0 and 1"),
        (prediction("honest", math.nan), "prediction.confidence", "nan is not between 0 and 1"),
        (
            prediction("honest", 0.7, honest=0.7, frod=0.3),
            "prediction.probabilities.frod",
            "task returns has no such label: use one of fraud, honest, unclear",
        ),
        (
            prediction("honest", 0.7, honest=0.7, fraud=-0.3),
            "prediction.probabilities.fraud",
            "-0.3 is not between 0 and 1",
        ),
        (
            prediction("honest", 0.7, honest=0.7, fraud=math.inf),
            "prediction.probabilities.fraud",
            "inf is not between 0 and 1",
        ),
        (
            prediction("honest", 0.7, honest=0.7, fraud=0.2),
            "prediction.probabilities",
            "they sum to 0.9 instead of 1",
        ),
        (
            prediction("honest", 0.7, fraud=1.0),
            "prediction.probabilities",
            "the predicted label 'honest' is not among them",
        ),
        (
            prediction("honest", 0.9, **FULL),
            "prediction.confidence",
            "0.9 is not the label's probability 0.7",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_path(wrong: Prediction, path: str, message: str) -> None:
    assert found(wrong) == ((path, message),)


def test_every_wrong_field_is_named() -> None:
    wrong = prediction("frod", 2.0, frod=2.0, honest=0.5)
    assert [path for path, _ in found(wrong)] == [
        "prediction.label",
        "prediction.confidence",
        "prediction.probabilities.frod",
        "prediction.probabilities.frod",
    ]


def test_no_probabilities_at_all_are_not_the_same_as_an_empty_set() -> None:
    sent = Prediction("honest", 0.7, prediction().model, {})
    assert found(sent) == (
        ("prediction.probabilities", "they sum to 0 instead of 1"),
        ("prediction.probabilities", "the predicted label 'honest' is not among them"),
    )


def test_many_labels_are_cut() -> None:
    names = [f"l{n:02}" for n in range(12)]
    rows = "".join(
        f'[[tasks.returns.labels]]\nname = "{name}"\ndescription = "T."\nexample = "S."\n' for name in names
    )
    ((_, message),) = check_prediction(task(labels=rows), statement_of(prediction("x", 0.7)))
    assert message.endswith("l08, l09, …")
