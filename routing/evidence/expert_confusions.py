"""What experts' answers say of the truth, as fitted by a tick and read by a click: values, without numpy."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from routing.evidence.calibrator import Calibrator

Matrix = tuple[tuple[float, ...], ...]
"""A row for each true label, a column for each answer; rows sum to 1."""
TOLERANCE = 1e-6
DIGITS = 9
"""Significant ones, as kept."""
MOST_LABELS = 20
"""With more of them each is too rare to tell what an answer is worth."""
RULE_FORM = 1
"""Of a rule's JSON: a change of what it means takes the next number."""


@dataclass(frozen=True, slots=True)
class ExpertConfusions:
    """How often the truth `labels[row]` is answered `labels[column]`: by `experts`, others as in `task`.

    `prior` is the share of each label where the model has no voice. The model's voice is its log
    probabilities times `model_weight` (0 to 1), no label further below its first than `model_limit` (nats):
    so that experts who agree outweigh it however sure it is. Each label is, in its column, likeliest to be
    answered where it is true, so that an answer never speaks against itself. Raises ValueError for anything
    else.
    """

    labels: tuple[str, ...]
    prior: tuple[float, ...]
    task: Matrix
    experts: Mapping[str, Matrix] = field(default_factory=dict)
    model_weight: float = 0.0
    model_limit: float = 0.0

    def __post_init__(self) -> None:
        if len(set(self.labels)) < max(2, len(self.labels)):
            raise ValueError("two labels or more are needed, each another")
        if not (0 <= self.model_weight <= 1 and 0 <= self.model_limit < math.inf):
            raise ValueError("the model's weight lies within 0..1, its limit is finite and 0 or more")
        for row in (self.prior, *self.task, *(row for matrix in self.experts.values() for row in matrix)):
            if len(row) != len(self.labels) or not all(value > 0 for value in row):
                raise ValueError("a share above 0 is needed for each label")
            if abs(math.fsum(row) - 1) > TOLERANCE:
                raise ValueError("shares have to sum to 1")
        for matrix in (self.task, *self.experts.values()):
            _check(matrix, len(self.labels))

    def of(self, expert: str) -> Matrix:
        """The expert's own, or the task's for who is not among the experts."""
        return self.experts.get(expert, self.task)

    def only(self, experts: Collection[str]) -> "ExpertConfusions":
        """The same without a matrix of their own for all but these `experts`."""
        return replace(self, experts={name: rows for name, rows in self.experts.items() if name in experts})

    def to_json(self) -> dict[str, Any]:
        """As JSON; equal confusions give equal JSON."""
        experts = {expert: _rounded(matrix) for expert, matrix in sorted(self.experts.items())}
        return {
            "labels": list(self.labels),
            "prior": _rounded((self.prior,))[0],
            "task": _rounded(self.task),
            "experts": experts,
            "model_weight": self.model_weight,
            "model_limit": self.model_limit,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ExpertConfusions":
        """The confusions that `to_json` gave, to nine digits."""
        return cls(
            labels=tuple(stored["labels"]),
            prior=tuple(stored["prior"]),
            task=matrix_of(stored["task"]),
            experts={expert: matrix_of(rows) for expert, rows in stored["experts"].items()},
            model_weight=stored["model_weight"],
            model_limit=stored["model_limit"],
        )


@dataclass(frozen=True, slots=True)
class StatedCertainty:
    """From the first label's posterior probability to the certainty that is stated.

    It rests on `n` settled cases; `ece` is its expected calibration error on cases that it was not fitted to.
    """

    calibrator: Calibrator
    n: int
    ece: float

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {"calibrator": self.calibrator.to_json(), "n": self.n, "ece": self.ece}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "StatedCertainty":
        """The certainty that `to_json` gave."""
        return cls(Calibrator.from_json(stored["calibrator"]), stored["n"], stored["ece"])


@dataclass(frozen=True, slots=True)
class ConsensusRule:
    """How answers of a task are weighed, chosen on `n` gold and adjudicated cases.

    `name` is the way that was chosen, `right` the share of these cases that each way got right. `alone` are
    the confusions in whose fit the model had no voice: what is decided has to be what experts' answers
    amount to by these. Where `certainty` is None, too few are adjudicated to state how sure a decision is:
    then a tier decides by count.
    """

    name: str
    confusions: ExpertConfusions
    alone: ExpertConfusions
    n: int
    right: Mapping[str, float] = field(default_factory=dict)
    certainty: StatedCertainty | None = None

    def only(self, experts: Collection[str]) -> "ConsensusRule":
        """The same, all but these `experts` weighed as the task's."""
        return replace(self, confusions=self.confusions.only(experts), alone=self.alone.only(experts))

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "name": self.name,
            "confusions": self.confusions.to_json(),
            "alone": self.alone.to_json(),
            "n": self.n,
            "right": dict(self.right),
            "certainty": None if self.certainty is None else self.certainty.to_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ConsensusRule":
        """The rule that `to_json` gave."""
        certainty = stored["certainty"]
        return cls(
            name=stored["name"],
            confusions=ExpertConfusions.from_json(stored["confusions"]),
            alone=ExpertConfusions.from_json(stored["alone"]),
            n=stored["n"],
            right=dict(stored["right"]),
            certainty=None if certainty is None else StatedCertainty.from_json(certainty),
        )


def matrix_of(rows: Sequence[Sequence[float]]) -> Matrix:
    """The rows as a frozen value."""
    return tuple(tuple(map(float, row)) for row in rows)


def _rounded(matrix: Matrix) -> list[list[float]]:
    return [[float(f"{value:.{DIGITS}g}") for value in row] for row in matrix]


def _check(matrix: Matrix, labels: int) -> None:
    if len(matrix) != labels:
        raise ValueError("a matrix needs a row for each label")
    for place, column in enumerate(zip(*matrix, strict=True)):
        if max(column) > column[place] + TOLERANCE:
            raise ValueError("a label has to be likeliest to be answered where it is true")
