"""Proper scores of confidences: Brier score with its parts, log loss; all weighted."""

from dataclasses import dataclass

import numpy as np
from scipy.special import xlog1py, xlogy

from routing.evidence.calibrator import SMALLEST
from routing.measures.sample import Flags, Floats, Sample, Values, sample_of


@dataclass(frozen=True, slots=True)
class BrierParts:
    """Murphy's decomposition: score = reliability − resolution + uncertainty, over distinct confidences."""

    score: float
    reliability: float
    resolution: float
    uncertainty: float


def brier(confidence: Values, correct: Flags, weights: Values | None = None) -> float:
    """Brier score: mean squared distance of confidence and outcome (Brier 1950); 0 is best."""
    sample = sample_of(confidence, correct, weights)
    return sample.mean((sample.confidence - sample.correct) ** 2)


def brier_parts(confidence: Values, correct: Flags, weights: Values | None = None) -> BrierParts:
    """The Brier score taken apart (Murphy 1973), grouping equal confidences."""
    sample = sample_of(confidence, correct, weights)
    forecasts, group = np.unique(sample.confidence, return_inverse=True)
    mass = np.bincount(group, weights=sample.weights)
    observed = np.bincount(group, weights=sample.weights * sample.correct) / mass
    overall = float(np.average(observed, weights=mass))
    return BrierParts(
        score=brier(confidence, correct, weights),
        reliability=float(np.average((forecasts - observed) ** 2, weights=mass)),
        resolution=float(np.average((observed - overall) ** 2, weights=mass)),
        uncertainty=overall * (1 - overall),
    )


def log_loss(confidence: Values, correct: Flags, weights: Values | None = None) -> float:
    """Mean negative log likelihood of the outcomes in nats (Good 1952); 0 is best.

    Confidences within 1e-7 of 0 and 1 count as that, so that one sure error does not make it infinite.
    """
    sample = sample_of(confidence, correct, weights)
    return sample.mean(losses(sample))


def losses(sample: Sample) -> Floats:
    """The log loss of each prediction."""
    sure = np.clip(sample.confidence, SMALLEST, 1 - SMALLEST)
    each: Floats = -xlogy(sample.correct, sure) - xlog1py(1 - sample.correct, -sure)
    return each
