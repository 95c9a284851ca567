"""How many errors there may be at most among predictions of which only audits were looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import xlog1py, xlogy

from routing.measures.intervals import hypergeometric_upper


@dataclass(frozen=True, slots=True)
class AuditedStratum:
    """Of `received` predictions with the same chance of an audit, `labels` were decided, `errors` wrong."""

    received: int
    labels: int
    errors: int

    @property
    def share(self) -> float:
        """The share that was decided, above 0."""
        return self.labels / self.received


def errors_upper(strata: Sequence[AuditedStratum], delta: float) -> int:
    """The most errors there may be among all received, with confidence 1 − `delta`.

    One stratum: exact, hypergeometric. Several, that is unequal inclusion probabilities: either the exact
    bounds added, each at an equal part of `delta` (union bound), or all at once by the Chernoff bound of
    `weighted_upper`. Which of them is chosen by their answers had there been no error, so before labels are
    seen. A stratum without labels may be wrong altogether.
    """
    watched = [stratum for stratum in strata if stratum.labels]
    unwatched = sum(stratum.received for stratum in strata if not stratum.labels)
    if not watched:
        return unwatched
    if len(watched) == 1:
        return unwatched + _exact(watched[0], delta)
    clean = [AuditedStratum(stratum.received, stratum.labels, 0) for stratum in watched]
    bound = min((_added, weighted_upper), key=lambda bound: bound(clean, delta))
    return unwatched + bound(watched, delta)


def _exact(stratum: AuditedStratum, delta: float) -> int:
    return hypergeometric_upper(stratum.errors, stratum.labels, stratum.received, delta)


def _added(strata: Sequence[AuditedStratum], delta: float) -> int:
    return sum(_exact(stratum, delta / len(strata)) for stratum in strata)


def weighted_upper(strata: Sequence[AuditedStratum], delta: float) -> int:
    """The Chernoff bound for errors counted with weights, each the inverse of its stratum's share of labels.

    The count of weighted errors T estimates their number D without bias (Horvitz & Thompson 1952). For every
    s > 0, E exp(−s·T) is at most (1 − f + f·exp(−s/f))^D with f the smallest share: drawing without
    replacement has the smaller moment generating function (Hoeffding 1963, theorem 4), and each factor
    falls in f. So P(T ≤ t) ≤ exp(−D·KL(t·f/D ‖ f)), and every D for which that exceeds `delta` is possible.
    """
    smallest = min(stratum.share for stratum in strata)
    counted = smallest * sum(stratum.errors / stratum.share for stratum in strata)
    most = sum(stratum.received - stratum.labels + stratum.errors for stratum in strata)
    least = sum(stratum.errors for stratum in strata)

    def log_chance(count: float) -> float:
        seen = min(counted / count, smallest)
        divergence = xlogy(seen, seen / smallest) + xlog1py(1 - seen, -seen) - xlog1py(1 - seen, -smallest)
        return float(-count * divergence - np.log(delta))

    # log_chance divides by the count, so the search must not begin at 0.
    estimate = max(counted / smallest, 1e-9)
    if estimate >= most or log_chance(most) >= 0:
        return most
    return max(least, int(brentq(log_chance, estimate, most)))
