"""CORP reliability curves: calibration without bins (Dimitriadis, Gneiting & Jordan 2021); all weighted.

The curve is the isotonic regression of outcomes on confidences, by pooling adjacent violators: consistent,
optimally binned, reproducible.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import isotonic_regression

from routing.measures.sample import Flags, Floats, Sample, Values, coins, sample_of

DRAWS = 200


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What came true of predictions with that confidence; `low` to `high` is the consistency band."""

    confidence: float
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Corp:
    """Brier score = miscalibration − discrimination + uncertainty (MCB − DSC + UNC), each at least 0.

    Recalibrating can save the miscalibration at most; discrimination is what confidences tell of outcomes.
    """

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float


@dataclass(frozen=True, slots=True)
class _Groups:
    """The distinct confidences in order, the group of each prediction, the weight of each group."""

    forecasts: Floats
    group: npt.NDArray[np.intp]
    mass: Floats

    def fit(self, sample: Sample, outcome: Floats) -> Floats:
        """The isotonic fit at each distinct confidence."""
        observed = np.bincount(self.group, weights=sample.weights * outcome) / self.mass
        fitted: Floats = isotonic_regression(observed, weights=self.mass).x
        # Sums of floats may leave 0 to 1 by the last digit.
        return np.clip(fitted, 0.0, 1.0)


def _grouped(sample: Sample) -> _Groups:
    forecasts, group = np.unique(sample.confidence, return_inverse=True)
    mass = np.bincount(group, weights=sample.weights).astype(np.float64)
    return _Groups(forecasts, group, mass)


def corp(confidence: Values, correct: Flags, weights: Values | None = None) -> Corp:
    """The Brier score taken apart by CORP. Raises ValueError for values that do not fit."""
    sample = sample_of(confidence, correct, weights)
    grouped = _grouped(sample)
    fitted = grouped.fit(sample, sample.correct)[grouped.group]
    overall = sample.mean(sample.correct)
    score = sample.mean((sample.confidence - sample.correct) ** 2)
    recalibrated = sample.mean((fitted - sample.correct) ** 2)
    return Corp(
        score=score,
        miscalibration=score - recalibrated,
        discrimination=overall * (1 - overall) - recalibrated,
        uncertainty=overall * (1 - overall),
    )


def reliability_curve(
    confidence: Values,
    correct: Flags,
    rng: np.random.Generator,
    weights: Values | None = None,
    level: float = 0.95,
    draws: int = DRAWS,
) -> tuple[CurvePoint, ...]:
    """The curve at each distinct confidence, with the consistency band (Bröcker & Smith 2007).

    The band holds the curve of a calibrated model at each confidence with probability `level`, by fitting
    `draws` samples of outcomes from Bernoulli(confidence). Raises ValueError for values that do not fit.
    """
    sample = sample_of(confidence, correct, weights)
    grouped = _grouped(sample)
    drawn = [grouped.fit(sample, coins(sample.confidence, rng)) for _ in range(draws)]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    columns = grouped.forecasts, grouped.fit(sample, sample.correct), low, high
    return tuple(CurvePoint(*map(float, row)) for row in zip(*columns, strict=True))
