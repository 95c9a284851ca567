"""Which labeled predictions are alike: what the design drew them by, and how sure the model was.

Compared within these, a slice is not called worse because it is harder, or looked at more.
"""

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt

Strata = npt.NDArray[np.intp]
MOST_BANDS = 10
"""Five take away nine tenths of what a single stratum leaves of the bias (Cochran 1968): too little."""
LEAST_IN_BAND = 30
"""Labels that a band of confidence has at least: with fewer a band often lacks the slice or the rest."""


def alike(
    drawn_by: Sequence[Hashable], confidences: Sequence[float], has_confidence: Sequence[bool]
) -> Strata:
    """The stratum of each labeled prediction: equal numbers are alike.

    Of those with equal `drawn_by`, what has a confidence is cut into at most MOST_BANDS bands of equal size,
    what has none is a stratum by itself. Outcomes play no part. Raises ValueError for lengths that differ.
    """
    if not len(drawn_by) == len(confidences) == len(has_confidence):
        raise ValueError("drawn_by, confidences and has_confidence need one value per labeled prediction")
    numbers: dict[Hashable, int] = {}
    parts = np.fromiter((numbers.setdefault(part, len(numbers)) for part in drawn_by), np.intp, len(drawn_by))
    confidence, is_sure = np.asarray(confidences, dtype=np.float64), np.asarray(has_confidence, dtype=bool)
    bands = np.zeros(len(parts), dtype=np.intp)
    for part in range(len(numbers)):
        members = np.flatnonzero((parts == part) & is_sure)
        bands[members] = 1 + _band(confidence[members])
    return np.asarray(parts * (MOST_BANDS + 1) + bands)


def _band(confidence: npt.NDArray[np.float64]) -> Strata:
    many = min(MOST_BANDS, max(1, len(confidence) // LEAST_IN_BAND))
    if many == 1:
        return np.zeros(len(confidence), dtype=np.intp)
    # Equal confidences stay together: the limits are among those seen.
    limits = np.quantile(confidence, np.arange(1, many) / many, method="lower")
    return np.searchsorted(limits, confidence, side="left")
