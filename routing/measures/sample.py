"""Labeled confidences as arrays: what every measure of calibration starts from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Values = Sequence[float] | Floats
Flags = Sequence[bool] | npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sample:
    """Probabilities, 1.0 where they came true and 0.0 where not, and what each of them stands for."""

    confidence: Floats
    correct: Floats
    weights: Floats

    def __len__(self) -> int:
        return len(self.confidence)

    @property
    def effective(self) -> float:
        """Kish's effective size (Σw)²/Σw² (Kish 1965): as many labels of equal weight say as much."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())

    def mean(self, values: Floats) -> float:
        """The weighted mean of a value for each prediction."""
        return float(np.average(values, weights=self.weights))


def sample_of(confidence: Values, correct: Flags, weights: Values | None = None) -> Sample:
    """The arrays; equal weights if left out. Raises ValueError for values that do not fit."""
    sample = Sample(
        np.asarray(confidence, dtype=np.float64),
        np.asarray(correct, dtype=np.float64),
        np.ones(len(confidence)) if weights is None else np.asarray(weights, dtype=np.float64),
    )
    if not len(sample.confidence) == len(sample.correct) == len(sample.weights) > 0:
        raise ValueError("confidence, correct and weights need one value per prediction, at least one")
    if not (np.all(sample.weights > 0) and np.all(sample.weights < np.inf)):
        raise ValueError("weights have to be positive and finite")
    if not np.all((sample.confidence >= 0) & (sample.confidence <= 1)):
        raise ValueError("confidences have to lie between 0 and 1")
    return sample


def coins(probabilities: Floats, rng: np.random.Generator) -> Floats:
    """Outcomes drawn from Bernoulli(p) for each p: 1.0 where it came true."""
    return (rng.random(len(probabilities)) < probabilities).astype(np.float64)
