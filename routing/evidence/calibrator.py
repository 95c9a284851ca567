"""Calibrators: JSON parameters that map a model's raw confidence to its calibrated value, without numpy."""

import json
import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import Any, Literal

from routing.prediction import Prediction

CalibratorMethod = Literal["identity", "temperature", "platt", "beta", "isotonic"]

SMALLEST = 1e-7
"""Logarithms are taken of nothing smaller: a probability in single precision comes no closer to 1."""
LARGEST = 1e6
"""No parameter is larger, so that no sum of them overflows."""
_PARAMETERS: Mapping[str, int] = {"identity": 0, "temperature": 1, "platt": 2, "beta": 3, "isotonic": 0}


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A monotone map of confidences (0 to 1) to calibrated ones. `parameters` are, by method:

    - identity: none; the confidence as it is
    - temperature: (T,), above 0. With `uses_probabilities` p_i^(1/T) / Σ p_j^(1/T) over the labels (Guo et
      al. 2017), else over the label and "any other", which is logit(p)/T
    - platt: (slope ≥ 0, intercept) of a logistic function of logit(p) (Platt 1999)
    - beta: (a ≥ 0, b ≥ 0, c) of a logistic function of a·ln p − b·ln(1−p) + c (Kull, Silva Filho & Flach
      2017)
    - isotonic: none; linear between `knots`, pairs (raw, calibrated) that rise (Zadrozny & Elkan 2002)

    Raises ValueError for parameters that are no such map.
    """

    method: CalibratorMethod = "identity"
    parameters: tuple[float, ...] = ()
    knots: tuple[tuple[float, float], ...] = ()
    uses_probabilities: bool = False

    def __post_init__(self) -> None:
        if len(self.parameters) != _PARAMETERS.get(self.method):
            raise ValueError(f"{self.method!r} is no method that takes {len(self.parameters)} parameters")
        if not all(abs(value) <= LARGEST for value in self.parameters):
            raise ValueError(f"parameters have to lie within ±{LARGEST:g}: {self.parameters}")
        # A map that falls would accept what the model is least
        # sure of: certificates rest on the order of scores.
        if not all(value >= 0 for value in self.parameters[: max(1, len(self.parameters) - 1)]):
            raise ValueError(f"a calibrator must not fall as confidence rises: {self.parameters}")
        if self.method == "temperature" and self.parameters[0] < 1 / LARGEST:
            raise ValueError("a temperature has to be above 0")
        if self.uses_probabilities and self.method != "temperature":
            raise ValueError("only a temperature uses the probabilities of all labels")
        _check_knots(self.method, self.knots)

    @property
    def version(self) -> str:
        """12 hexadecimal digits that name these parameters."""
        return _version(self)

    @property
    def keeps_order(self) -> bool:
        """Whether it ranks predictions as their raw confidence does, whatever labels it was fitted to.

        Isotonic steps make equal what the labels could not tell apart, so these choose the ranking.
        """
        rises = not self.parameters or any(value > 0 for value in self.parameters[:2])
        if self.method == "platt":
            rises = self.parameters[0] > 0
        return rises and self.method != "isotonic" and not self.uses_probabilities

    def apply(self, prediction: Prediction) -> float:
        """The calibrated probability of the prediction's label, from 0 to 1.

        Where probabilities are used and the prediction has none of its label, as if the label and "any
        other" were all labels. Raises ValueError for a prediction without a confidence.
        """
        if self.uses_probabilities and prediction.label in (prediction.probabilities or {}):
            return _share(prediction, self.parameters[0])
        if prediction.confidence is None:
            raise ValueError("there is no confidence to calibrate")
        return self.calibrate(prediction.confidence)

    def calibrate(self, confidence: float) -> float:
        """The calibrated confidence of a label of which there is nothing but its confidence."""
        match self.method:
            case "identity":
                return confidence
            case "isotonic":
                return _interpolated(confidence, self.knots)
            case "temperature":
                return _logistic(_logit(confidence) / self.parameters[0])
            case "platt":
                slope, intercept = self.parameters
                return _logistic(slope * _logit(confidence) + intercept)
            case _:
                a, b, c = self.parameters
                return _logistic(a * _log(confidence) - b * _log_of_rest(confidence) + c)

    def to_json(self) -> dict[str, Any]:
        """As JSON; equal calibrators give equal JSON."""
        return {
            "method": self.method,
            "parameters": list(self.parameters),
            "knots": [list(knot) for knot in self.knots],
            "uses_probabilities": self.uses_probabilities,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Calibrator":
        """The calibrator that `to_json` gave."""
        return cls(
            method=stored["method"],
            parameters=tuple(float(value) for value in stored["parameters"]),
            knots=tuple((float(raw), float(calibrated)) for raw, calibrated in stored["knots"]),
            uses_probabilities=stored["uses_probabilities"],
        )


@dataclass(frozen=True, slots=True)
class CalibratorFit:
    """A calibrator fitted to `n` labels, what it gains on labels it was not fitted to, and why it is used.

    `losses` hold the held-out log loss (nats) of every method that was tried. Log loss, ECE (15 bins of equal
    width) and `ece_if_calibrated` (what 95 of 100 calibrated models stay under) are of the model's own label,
    held out: before, and after the best method. Where nothing could be tried, after is as before. Where
    `is_used` is False the calibrator is the identity.
    """

    calibrator: Calibrator
    n: int
    losses: Mapping[str, float]
    log_loss_before: float
    log_loss_after: float
    ece_before: float
    ece_after: float
    ece_if_calibrated: float
    is_used: bool
    why: str

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "calibrator": self.calibrator.to_json(), "losses": dict(self.losses)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "CalibratorFit":
        """The fit that `to_json` gave."""
        return cls(**{**stored, "calibrator": Calibrator.from_json(stored["calibrator"])})


def _check_knots(method: str, knots: tuple[tuple[float, float], ...]) -> None:
    if bool(knots) != (method == "isotonic"):
        raise ValueError("an isotonic calibrator needs knots, and no other has any")
    if not all(0 <= value <= 1 for knot in knots for value in knot):
        raise ValueError("knots have to lie between 0 and 1")
    if not all(left[0] < right[0] and left[1] <= right[1] for left, right in pairwise(knots)):
        raise ValueError("knots have to rise")


# Reading and writing a long isotonic calibrator anew for every prediction would take longer than applying it.
@lru_cache(maxsize=1_024)
def _version(calibrator: Calibrator) -> str:
    canonical = json.dumps(calibrator.to_json(), sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()[:12]


def _share(prediction: Prediction, temperature: float) -> float:
    """The label's share of all probabilities, each to the power of 1/T."""
    probabilities = prediction.probabilities or {}
    # The highest first, so that no power overflows and the sum is never 0.
    highest = _log(max(probabilities.values()))
    total = sum([math.exp((_log(value) - highest) / temperature) for value in probabilities.values()])
    return math.exp((_log(probabilities[prediction.label]) - highest) / temperature) / total


def _interpolated(confidence: float, knots: tuple[tuple[float, float], ...]) -> float:
    place = bisect_right(knots, confidence, key=lambda knot: knot[0])
    if place == 0:
        return knots[0][1]
    if place == len(knots):
        return knots[-1][1]
    (left, low), (right, high) = knots[place - 1], knots[place]
    # By the last digit the sum may pass its end, and fall where the next stretch begins.
    return min(high, low + (high - low) * (confidence - left) / (right - left))


def _log(probability: float) -> float:
    return math.log(max(probability, SMALLEST))


def _log_of_rest(probability: float) -> float:
    return math.log(max(1.0 - probability, SMALLEST))


def _logit(probability: float) -> float:
    return _log(probability) - _log_of_rest(probability)


def _logistic(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    grown = math.exp(value)
    return grown / (1.0 + grown)


IDENTITY = Calibrator()
"""Confidences as they are."""
