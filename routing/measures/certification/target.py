"""Target: do the labels of all weeks say that a model errs more than is allowed, however often one looks?"""

import math

import numpy as np

from routing.evidence.error_watch import TargetReport
from routing.measures.certification.group_sizes import Places
from routing.measures.certification.group_tests import group_bets
from routing.measures.certification.monitor import e_values
from routing.measures.sample import Flags, Floats, Values

LEAST = 20
"""Fewer labels never take a breach back."""


def hold_against(
    errors: Flags,
    weights: Values | None = None,
    alpha: float = 0.02,
    delta: float = 0.05,
    largest_weight: float | None = None,
    group: Places | None = None,
) -> TargetReport:
    """What labels say of an error of at most `alpha`; they come in the order their predictions came in.

    Evidence is the wealth of who bets against it (`monitor.e_values`; Ville 1939): it reaches 1/`delta` with
    a chance of at most `delta` in all time if the error never exceeds `alpha`. A breach stands until the
    labels since, at least 1/`alpha` of them, err no more than `alpha`; then the bets begin anew. That a
    breach is ever called wrongly has a chance of at most `delta` all the same: the first comes first. Labels
    of a `group` may be wrong together and count once, with their mean. Raises
    ValueError for values that cannot be.
    """
    losses = np.asarray(errors, dtype=np.float64)
    masses = np.ones(len(losses)) if weights is None else np.asarray(weights, dtype=np.float64)
    largest = masses.max(initial=1.0) if largest_weight is None else largest_weight
    wrong, shares = group_bets(losses, masses / largest, group)
    start, breaches, count, n = 0, 0, int(losses.sum()), len(losses)
    while True:
        evidence = e_values(wrong[start:], shares[start:], alpha, 1.0)
        peak, places = float(evidence.max(initial=1.0)), np.flatnonzero(evidence >= 1 / delta)
        if not len(places):
            return TargetReport(n, count, peak, breaches, is_above=False)
        breaches += 1
        after = start + int(places[0]) + 1
        end = _taken_back(wrong[after:], shares[after:], alpha)
        if end is None:
            return TargetReport(n, count, peak, breaches, is_above=True)
        start = after + end


def _taken_back(wrong: Floats, masses: Floats, alpha: float) -> int | None:
    """How many labels after a breach it takes until they speak for the model; None if they do not."""
    shares = np.cumsum(masses * wrong) / np.cumsum(masses)
    counts = np.arange(1, len(shares) + 1)
    places = np.flatnonzero((counts >= max(LEAST, math.ceil(1 / alpha))) & (shares <= alpha))
    return int(places[0]) + 1 if len(places) else None
