"""CORP: the Brier score taken apart without bins (Dimitriadis, Gneiting & Jordan 2021); all weighted.

It rests on the isotonic regression of outcomes on confidences, by pooling adjacent violators: consistent,
optimally binned, reproducible.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from routing.measures.sample import Flags, Values, sample_of


@dataclass(frozen=True, slots=True)
class Corp:
    """Brier score = miscalibration − discrimination + uncertainty (MCB − DSC + UNC), each at least 0.

    Recalibrating can save the miscalibration at most; discrimination is what confidences tell of outcomes.
    """

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float


def corp(confidence: Values, correct: Flags, weights: Values | None = None) -> Corp:
    """The Brier score taken apart by CORP. Raises ValueError for values that do not fit."""
    sample = sample_of(confidence, correct, weights)
    _, group = np.unique(sample.confidence, return_inverse=True)
    mass = np.bincount(group, weights=sample.weights)
    observed = np.bincount(group, weights=sample.weights * sample.correct) / mass
    # Clipped: sums of floats may leave 0 to 1 by the last digit.
    fitted = np.clip(isotonic_regression(observed, weights=mass).x, 0.0, 1.0)[group]
    overall = sample.mean(sample.correct)
    score = sample.mean((sample.confidence - sample.correct) ** 2)
    recalibrated = sample.mean((fitted - sample.correct) ** 2)
    return Corp(
        score=score,
        miscalibration=score - recalibrated,
        discrimination=overall * (1 - overall) - recalibrated,
        uncertainty=overall * (1 - overall),
    )
