"""Holds a curve of errors to the stratified estimates of their share, which are right whatever its shape.

A few labels keep Platt's map from ever saying 0, which is a multiple of what a good model errs; and one slope
is too smooth to be right on both sides of a threshold.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

from routing.evidence.estimate import Stratum
from routing.measures.sample import Floats

Flags = npt.NDArray[np.bool_]
LEAST_CHANCE = 1e-9
"""A chance of 0 or 1 has no odds that could be moved."""
FURTHEST = 60.0
"""How far log odds are moved at most."""


@dataclass(frozen=True, slots=True)
class StratifiedLabels:
    """What experts decided of each prediction; `stratum` is a number, `is_error` counts where labeled."""

    stratum: npt.NDArray[np.intp]
    is_labeled: Flags
    is_error: Flags

    def at(self, chosen: Flags) -> "StratifiedLabels":
        """Those of the chosen."""
        return StratifiedLabels(self.stratum[chosen], self.is_labeled[chosen], self.is_error[chosen])

    @property
    def strata(self) -> list[Stratum]:
        """The strata, for `estimate`; of those that were asked only the labeled are counted."""
        _, place = np.unique(self.stratum, return_inverse=True)
        labeled = self.is_labeled
        parts = (place, place[labeled], place[labeled & self.is_error])
        counts = (np.bincount(part, minlength=place.max(initial=-1) + 1).tolist() for part in parts)
        return [
            Stratum(1.0, received, labels, labels, errors, is_accepted=False)
            for received, labels, errors in zip(*counts, strict=True)
        ]

    @property
    def watched(self) -> Flags:
        """Those of strata that have a label."""
        return np.isin(self.stratum, self.stratum[self.is_labeled])

    @property
    def share(self) -> float:
        """The share of errors among the watched, of which there have to be some: Σ N_h·x_h/n_h / Σ N_h."""
        watched = [stratum for stratum in self.strata if stratum.labeled]
        errors = sum(stratum.received * stratum.errors / stratum.labeled for stratum in watched)
        return errors / sum(stratum.received for stratum in watched)


def anchored(score: Floats, wrong: Floats, was_accepted: Flags, labels: StratifiedLabels) -> Floats:
    """The chances `wrong`, falling as the score rises, with the mean that labels of all and of each part say.

    The parts are what was accepted, and the rest. One without labels is moved as those are that have some.
    """
    moved = _moved(wrong, labels)
    for part in (was_accepted, ~was_accepted):
        if np.any(labels.is_labeled[part]):
            moved[part] = _moved(wrong[part], labels.at(part))
    # Pooling adjacent violators keeps the sum, so that the mean is the estimate's still.
    falling: Floats = IsotonicRegression(increasing=False).fit_transform(score, moved)
    return falling


def _moved(wrong: Floats, labels: StratifiedLabels) -> Floats:
    """With log odds moved by so much that the mean of the watched is their share of errors."""
    share = labels.share
    # No finite shift of log odds gives 0 or 1.
    if share in {0.0, 1.0}:
        return np.full_like(wrong, share)
    odds: Floats = logit(np.clip(wrong, LEAST_CHANCE, 1 - LEAST_CHANCE))
    watched = odds[labels.watched]
    shift = brentq(lambda by: float(expit(watched + by).mean()) - share, -FURTHEST, FURTHEST)
    moved: Floats = expit(odds + shift)
    return moved
