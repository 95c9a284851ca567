"""Models trained on the spot on real data, and what they say of cases they were not trained on."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.progress import track
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from routing.measures.sample import Floats
from routing.prediction import CaseInput
from tests.places import DATA

SEED = 20_261_121
Columns = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]


class DataAbsent(Exception):
    """The files of a set are not on this machine."""


@dataclass(frozen=True, slots=True)
class RealSet:
    """What a model says of the cases held out from it: a row of probabilities each, and the true column.

    The cases stand for the traffic: periods are drawn from them with replacement, so that what is true of
    all of them is what is true of the future.
    """

    name: str
    inputs: tuple[CaseInput, ...]
    probabilities: Floats
    truth: Columns

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def predicted(self) -> Columns:
        """The column of the model's label."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def score(self) -> Floats:
        """The model's raw confidence in its label."""
        return np.asarray(self.probabilities.max(axis=1))

    @property
    def is_error(self) -> Bools:
        """Whether the model's label is wrong."""
        return np.asarray(self.predicted != self.truth)


@dataclass(frozen=True, slots=True)
class _Source:
    """How a set is read, how many of its cases train the model, and the model."""

    name: str
    read: Callable[[], tuple[Sequence[Any], Sequence[Any]]]
    trained_on: int
    model: Callable[[], Any]


def _banking() -> tuple[list[str], list[str]]:
    rows: list[dict[str, str]] = []
    for name in ("train.csv", "test.csv"):
        with _present("banking77", name).open(encoding="utf-8", newline="") as file:
            rows.extend(csv.DictReader(file))
    return [row["text"] for row in rows], [row["category"] for row in rows]


def _messages() -> tuple[list[str], list[str]]:
    lines = _present("sms_spam", "SMSSpamCollection.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t", 1) for line in lines]
    return [text for _, text in pairs], [label for label, _ in pairs]


def _present(folder: str, name: str) -> Path:
    path = DATA / folder / name
    if not path.exists():
        raise DataAbsent(f"../shared/data/{folder}/{name} is not here")
    return path


def _of_texts() -> Any:
    return make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=5.0, max_iter=1_000))


def _of_numbers() -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))


# So few to train on that the models err: a model without errors has nothing to show.
SOURCES = (
    _Source("banking77", _banking, 5_000, _of_texts),
    _Source("sms_spam", _messages, 200, _of_texts),
    _Source("digits", lambda: load_digits(return_X_y=True), 200, _of_numbers),
    _Source("breast_cancer", lambda: load_breast_cancer(return_X_y=True), 30, _of_numbers),
)


@cache
def real_sets(words: str = "") -> tuple[RealSet, ...]:
    """Those sets whose data are here, and whose names hold the words; says which are left out and why.

    The same seed splits them every time.
    """
    return tuple(_trained([source for source in SOURCES if words in source.name]))


def _trained(sources: Sequence[_Source]) -> Iterator[RealSet]:
    for source in track(sources, "Training the models"):
        try:
            cases, labels = source.read()
        except DataAbsent as reason:
            print(f"     {source.name} left out: {reason}")
            continue
        yield _held_out(source, cases, labels)


def _held_out(source: _Source, cases: Sequence[Any], labels: Sequence[Any]) -> RealSet:
    order = np.random.default_rng(SEED).permutation(len(labels))
    names, columns = np.unique(np.asarray(labels), return_inverse=True)
    training, rest = order[: source.trained_on], order[source.trained_on :]
    model = source.model().fit([cases[place] for place in training], columns[training])
    if len(model.classes_) != len(names):
        raise ValueError(f"{source.name}: a label is missing from what the model is trained on")
    probabilities = model.predict_proba([cases[place] for place in rest])
    inputs = tuple(_input(cases[place]) for place in rest)
    return RealSet(source.name, inputs, np.asarray(probabilities, dtype=np.float64), columns[rest])


def _input(case: Any) -> CaseInput:
    """A case as an expert would see it."""
    if isinstance(case, str):
        return CaseInput(case, {})
    return CaseInput("", {f"feature {place}": float(value) for place, value in enumerate(case)})
