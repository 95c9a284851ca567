"""Risk against coverage: the error of what would be accepted, for every threshold, on all traffic.

El-Yaniv & Wiener (2010) call it the risk–coverage curve; here each point weighs the labels by their strata.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.evidence.estimate import Stratum
from routing.evidence.risk_coverage import CoveragePoint
from routing.measures.estimation.error_estimate import estimate, strata_of

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
POINTS = 24
LEAST_LABELS = 10
"""Below it the interval of a point covers most of the picture."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Everything received, an entry of each array for a prediction; `is_error` counts where it is labeled.

    `score` is the calibrated confidence, `is_asked` whether it was sent to review, `group` the number of the
    group it shares; None where each is alone.
    """

    score: Floats
    inclusion_probability: Floats
    is_asked: Flags
    is_labeled: Flags
    is_error: Flags
    group: Places | None = None

    @classmethod
    def of(
        cls,
        score: Any,
        inclusion_probability: Any,
        is_asked: Any,
        is_labeled: Any,
        is_error: Any,
        group: Places | None = None,
    ) -> "Traffic":
        """The same from anything that arrays can be made of. Raises ValueError for unequal lengths."""
        numbers = [np.asarray(column, dtype=np.float64) for column in (score, inclusion_probability)]
        flags = [np.asarray(column, dtype=np.bool_) for column in (is_asked, is_labeled, is_error)]
        columns = (*numbers, *flags, *(() if group is None else (group,)))
        if len({len(column) for column in columns}) > 1:
            raise ValueError("every column needs one entry per prediction")
        return cls(numbers[0], numbers[1], flags[0], flags[1], flags[2], group)

    def __len__(self) -> int:
        return len(self.score)

    def strata(self, chosen: Flags) -> tuple[Stratum, ...]:
        """The strata of the predictions that are chosen."""
        probability = self.inclusion_probability[chosen]
        asked, labeled, errors = (flags[chosen] for flags in (self.is_asked, self.is_labeled, self.is_error))
        # Nothing but the accepted has a chance below 1: all else is asked about.
        return strata_of(probability, asked, labeled, errors, probability < 1)


def risk_coverage(
    traffic: Traffic, points: int = POINTS, marked: Sequence[float] = ()
) -> tuple[CoveragePoint, ...]:
    """The points from strict to loose, at quantiles of the scores; those with under 10 labels are left out.

    The `marked` thresholds have points of their own, from the first label on. The error of a point is that of
    this period, stratified, with its exact interval.
    """
    if len(traffic) == 0:
        return ()
    shares = np.linspace(0.0, 1.0, points + 1)[:-1]
    # Scores that occur: numpy's default lies between two of
    # them, and accepts nothing that the next score does not.
    quantiles = np.quantile(traffic.score, shares, method="inverted_cdf")
    thresholds = sorted({*quantiles.tolist(), *marked}, reverse=True)
    kinds = _Kinds.of(traffic)
    curve = (_point(traffic, kinds, cut, 1 if cut in marked else LEAST_LABELS) for cut in thresholds)
    return tuple(point for point in curve if point is not None)


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Which stratum each prediction is of, computed once for all thresholds."""

    probabilities: Floats
    place: npt.NDArray[np.intp]

    @classmethod
    def of(cls, traffic: Traffic) -> "_Kinds":
        # Chances that were computed differ in their last bits: unrounded, each would be a stratum of its own.
        chances = np.round(traffic.inclusion_probability, 9)
        return cls(*np.unique(chances, return_inverse=True))

    def strata(self, traffic: Traffic, chosen: Flags) -> Iterator[Stratum]:
        """The strata of the predictions that are chosen."""

        def count(which: Flags) -> list[int]:
            return [int(n) for n in np.bincount(self.place[which], minlength=len(self.probabilities))]

        labeled = chosen & traffic.is_labeled
        counts = [
            count(flags) for flags in (chosen, chosen & traffic.is_asked, labeled, labeled & traffic.is_error)
        ]
        for probability, received, asked, answered, errors in zip(self.probabilities, *counts, strict=True):
            if received:
                yield Stratum(float(probability), received, asked, answered, errors, bool(probability < 1))


def _point(traffic: Traffic, kinds: _Kinds, threshold: float, least: int) -> CoveragePoint | None:
    accepted = traffic.score >= threshold
    accepted_error = estimate("accepted", kinds.strata(traffic, accepted))
    if accepted_error.labeled < least or accepted_error.period is None:
        return None
    coverage = float(np.count_nonzero(accepted)) / len(traffic)
    error = accepted_error.period
    return CoveragePoint(threshold, coverage, error.value, error.low, error.high, accepted_error.labeled)
