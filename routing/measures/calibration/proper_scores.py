"""Proper scores of confidences: Brier score with its parts, log loss; all weighted."""

import numpy as np
from scipy.special import xlog1py, xlogy

from routing.evidence.calibrator import SMALLEST
from routing.measures.sample import Flags, Floats, Sample, Values, sample_of


def brier(confidence: Values, correct: Flags, weights: Values | None = None) -> float:
    """Brier score: mean squared distance of confidence and outcome (Brier 1950); 0 is best."""
    sample = sample_of(confidence, correct, weights)
    return sample.mean((sample.confidence - sample.correct) ** 2)


def log_loss(confidence: Values, correct: Flags, weights: Values | None = None) -> float:
    """Mean negative log likelihood of the outcomes in nats (Good 1952); 0 is best.

    Confidences within 1e-7 of 0 and 1 count as that, so that a sure error does not make it infinite.
    """
    sample = sample_of(confidence, correct, weights)
    return sample.mean(losses(sample))


def losses(sample: Sample) -> Floats:
    """The log loss of each prediction."""
    sure = np.clip(sample.confidence, SMALLEST, 1 - SMALLEST)
    each: Floats = -xlogy(sample.correct, sure) - xlog1py(1 - sample.correct, -sure)
    return each
