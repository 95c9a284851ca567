"""How well confidences hold: the values of a calibration report, without numpy."""

import math
from dataclasses import dataclass

Z_95 = 1.959963984540054
"""The two-sided 95 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Predictions with a confidence above `low` and up to `high`; the first bin also holds its `low`.

    `n` is their number, `weight` the sum of their weights; `accuracy_low` and `accuracy_high` bound Wilson's
    95 % interval.
    """

    low: float
    high: float
    n: int
    weight: float
    mean_confidence: float
    accuracy: float
    accuracy_low: float
    accuracy_high: float


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """Calibration of `n` predictions; whose, the caller has to say: usually of reviewed cases only.

    `ece_if_calibrated` is what 95 of 100 perfectly calibrated models would stay under at this n: an ECE below
    it says nothing against the model. `ece_debiased` (equal mass) is less what chance adds. `brier` is
    miscalibration − discrimination + uncertainty, as CORP takes it apart; `log_loss` is in nats.
    """

    n: int
    bins: tuple[ReliabilityBin, ...]
    ece: float
    ece_equal_mass: float
    ece_if_calibrated: float
    brier: float
    ece_debiased: float
    log_loss: float
    miscalibration: float
    discrimination: float
    uncertainty: float


def wilson(successes: float, n: float, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval for a proportion (Wilson 1927); (0, 1) for n = 0."""
    if n <= 0:
        return 0.0, 1.0
    share = successes / n
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At the ends the formula comes to a hair beside 0 and 1.
    low = 0.0 if successes <= 0 else max(0.0, center - half)
    high = 1.0 if successes >= n else min(1.0, center + half)
    return low, high
