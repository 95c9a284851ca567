"""Calibration: reliability table, expected calibration error and its debiased forms; all weighted.

`confidence` holds probabilities, `correct` whether each prediction came true, `weights` what each stands for
(for all traffic see `label_weights`), equal if left out. Bins are right-closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import erf

from routing.evidence.reliability import CalibrationReport, ReliabilityBin, wilson
from routing.measures.calibration.corp_curve import corp
from routing.measures.calibration.proper_scores import brier, log_loss
from routing.measures.sample import Flags, Floats, Sample, Values, coins, sample_of

Spacing = Literal["width", "mass"]
BINS = 15
DRAWS = 400


def _edges(sample: Sample, bins: int, spacing: Spacing) -> Floats:
    shares = np.linspace(0.0, 1.0, bins + 1)
    if spacing == "width":
        return shares
    # numpy takes weights with no other method.
    inner = np.quantile(sample.confidence, shares[1:-1], method="inverted_cdf", weights=sample.weights)
    return np.unique(np.concatenate(([0.0], inner, [1.0])))


def _placed(sample: Sample, edges: Floats) -> npt.NDArray[np.intp]:
    """The bin of each confidence: above its left edge, up to its right edge."""
    return np.searchsorted(edges[1:-1], sample.confidence, side="left")


def reliability_table(
    confidence: Values,
    correct: Flags,
    weights: Values | None = None,
    bins: int = BINS,
    spacing: Spacing = "width",
) -> tuple[ReliabilityBin, ...]:
    """The bins that hold predictions, of equal width or of equal mass (fewer where confidences are tied).

    Wilson intervals take Kish's effective size (Σw)²/Σw² for n. Raises ValueError for values that do not fit.
    """
    return _table(sample_of(confidence, correct, weights), bins, spacing)


def _table(sample: Sample, bins: int, spacing: Spacing) -> tuple[ReliabilityBin, ...]:
    edges = _edges(sample, bins, spacing)
    places = _placed(sample, edges)
    return tuple(_bin(sample, edges, places, place) for place in np.unique(places))


def _bin(sample: Sample, edges: Floats, places: npt.NDArray[np.intp], place: int) -> ReliabilityBin:
    here = places == place
    weights = sample.weights[here]
    accuracy = float(np.average(sample.correct[here], weights=weights))
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    low, high = wilson(accuracy * effective, effective)
    return ReliabilityBin(
        low=float(edges[place]),
        high=float(edges[place + 1]),
        n=int(here.sum()),
        weight=float(weights.sum()),
        mean_confidence=float(np.average(sample.confidence[here], weights=weights)),
        accuracy=accuracy,
        accuracy_low=low,
        accuracy_high=high,
    )


def ece(
    confidence: Values,
    correct: Flags,
    weights: Values | None = None,
    bins: int = BINS,
    spacing: Spacing = "width",
) -> float:
    """Expected calibration error: mean distance of confidence and accuracy over bins, weighted by their mass.

    Of a perfect model it is above 0, the more so the smaller n is: show `ece_if_calibrated` beside it.
    """
    sample = sample_of(confidence, correct, weights)
    return _ece(sample, sample.correct, _placed(sample, _edges(sample, bins, spacing)))


def _ece(sample: Sample, outcome: Floats, places: npt.NDArray[np.intp]) -> float:
    per_bin = np.bincount(places, weights=sample.weights * (sample.confidence - outcome))
    return float(np.abs(per_bin).sum() / sample.weights.sum())


def ece_if_calibrated(
    confidence: Values,
    rng: np.random.Generator,
    weights: Values | None = None,
    bins: int = BINS,
    draws: int = DRAWS,
) -> float:
    """What the ECE (equal width) of a perfectly calibrated model stays under in 95 of 100 cases.

    Outcomes are resampled from Bernoulli(confidence), so it is specific to n and to these confidences.
    """
    # These outcomes are never read: each draw below has its own.
    sample = sample_of(confidence, [True] * len(confidence), weights)
    places = _placed(sample, _edges(sample, bins, "width"))
    by_chance = [_ece(sample, coins(sample.confidence, rng), places) for _ in range(draws)]
    return float(np.quantile(by_chance, 0.95))


def ece_debiased(
    confidence: Values,
    correct: Flags,
    weights: Values | None = None,
    bins: int = BINS,
    spacing: Spacing = "mass",
) -> float:
    """The ECE less what chance adds to it (Kumar, Liang & Ma 2019), at least 0.

    That is 2·ECE − E[ECE with normal noise of the accuracies' variance], where the expectation, the mean of a
    folded normal distribution (Leone, Nelson & Nottingham 1961), is exact instead of resampled.
    """
    sample = sample_of(confidence, correct, weights)
    binned = _binned(sample, _edges(sample, bins, spacing))
    noisy = _folded_mean(binned.gap, np.sqrt(binned.variance))
    return max(0.0, float(np.average(2 * np.abs(binned.gap) - noisy, weights=binned.mass)))


@dataclass(frozen=True, slots=True)
class _Bins:
    """Weight, gap of confidence and accuracy, and the accuracy's variance, of each bin that holds any."""

    mass: Floats
    gap: Floats
    variance: Floats


def _binned(sample: Sample, edges: Floats) -> _Bins:
    _, group = np.unique(_placed(sample, edges), return_inverse=True)
    mass = np.bincount(group, weights=sample.weights).astype(np.float64)
    accuracy = np.bincount(group, weights=sample.weights * sample.correct) / mass
    effective = mass**2 / np.bincount(group, weights=sample.weights**2)
    is_single = np.bincount(group) == 1
    # A bin with one prediction has a spread of 0 as well: dividing it by 1 leaves no variance.
    variance = np.clip(accuracy * (1 - accuracy), 0.0, None) / np.where(is_single, 1.0, effective - 1)
    gap = np.bincount(group, weights=sample.weights * sample.confidence) / mass - accuracy
    return _Bins(mass, gap, variance)


def _folded_mean(mean: Floats, deviation: Floats) -> Floats:
    ratio = mean / np.where(deviation > 0, deviation, 1.0)
    spread = deviation * np.sqrt(2 / np.pi) * np.exp(-(ratio**2) / 2) + mean * erf(ratio / np.sqrt(2))
    return np.where(deviation > 0, spread, np.abs(mean))


def calibration_report(
    pairs: Sequence[tuple[float, bool]],
    rng: np.random.Generator,
    weights: Values | None = None,
    bins: int = BINS,
) -> CalibrationReport:
    """Everything a digest shows about calibration, from pairs of (confidence, whether it came true)."""
    confidence = [pair[0] for pair in pairs]
    correct = [pair[1] for pair in pairs]
    parts = corp(confidence, correct, weights)
    return CalibrationReport(
        n=len(pairs),
        bins=reliability_table(confidence, correct, weights, bins),
        ece=ece(confidence, correct, weights, bins),
        ece_equal_mass=ece(confidence, correct, weights, bins, "mass"),
        ece_if_calibrated=ece_if_calibrated(confidence, rng, weights, bins),
        brier=brier(confidence, correct, weights),
        ece_debiased=ece_debiased(confidence, correct, weights),
        log_loss=log_loss(confidence, correct, weights),
        miscalibration=parts.miscalibration,
        discrimination=parts.discrimination,
        uncertainty=parts.uncertainty,
    )


def seeded_report(
    pairs: Sequence[tuple[float, bool]], seed: int, weights: Sequence[float] | None = None
) -> CalibrationReport:
    """As `calibration_report`, for callers without numpy: the same pairs and seed give the same report."""
    return calibration_report(pairs, np.random.default_rng(seed), weights)
