"""Audit shares by need: where errors vary more, more is looked at; nothing goes unwatched."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import brentq

from routing.evidence.estimate import LEVEL
from routing.evidence.plan import Allocation, StratumShare, WatchedStratum
from routing.measures.intervals import normal_quantile
from routing.measures.sample import Floats

FLOOR = 0.01
"""The least audit share unless the caller names another."""
STEPS = 10_000
"""Shares come in such parts, rounded up."""


def allocate(
    strata: Sequence[WatchedStratum],
    half_width: float,
    floor: float = FLOOR,
    each: float | None = None,
    level: float = LEVEL,
) -> Allocation:
    """The audit shares that cost the fewest minutes and give the interval of the error ± `half_width`.

    The interval is that of all strata together; with `each`, every stratum that `is_separate` comes within
    ± that much by itself. No share is below `floor` or above 1. Neyman's allocation with costs,
    n_h ∝ N_h·S_h/√c_h, cut at the bounds, which solves the problem exactly as it is convex and separable
    (Cochran 1977, 5.5 to 5.9). Widths
    are those of the normal approximation: exact intervals are wider where errors are few. Raises ValueError
    for widths or floors outside 0..1, or without strata.
    """
    _check(strata, (half_width, floor, *(() if each is None else (each,))))
    z = normal_quantile(level)
    received, error, minutes = (
        np.array([getattr(stratum, name) for stratum in strata], dtype=np.float64)
        for name in ("received", "error", "minutes")
    )
    variance = error * (1 - error)
    is_separate = np.array([stratum.is_separate for stratum in strata])
    alone = np.where(is_separate, _alone(received, variance, z, each), 0.0)
    least = np.maximum(floor * received, alone)
    n = _cheapest(received, variance, minutes, least, (half_width / z) ** 2)
    # Without the 1e-6 the last bits of a share that is whole would raise it by a step.
    shares = np.minimum(1.0, np.ceil(n / received * STEPS - 1e-6) / STEPS)
    labels = shares * received
    return Allocation(
        shares=tuple(
            StratumShare(stratum.name, float(share), float(number))
            for stratum, share, number in zip(strata, shares, labels, strict=True)
        ),
        half_width=z * math.sqrt(_variance(received, variance, labels)),
        labels=float(labels.sum()),
        minutes=float((labels * minutes).sum()),
    )


def _check(strata: Sequence[WatchedStratum], shares: Sequence[float]) -> None:
    if not strata:
        raise ValueError("there is no stratum to audit; name at least one that accepts something")
    if not all(0 < share <= 1 for share in shares):
        raise ValueError(f"half-widths and the floor lie above 0 and at most at 1: {shares}")
    for row in strata:
        if not (row.received > 0 and 0 <= row.error <= 1 and row.minutes > 0):
            raise ValueError(f"a stratum needs predictions, a share of errors and minutes for a label: {row}")


def _alone(received: Floats, variance: Floats, z: float, each: float | None) -> Floats:
    """The labels by which each stratum reaches ± `each`, with the correction for a finite population."""
    if each is None:
        return np.zeros_like(received)
    endless = variance * (z / each) ** 2
    alone: Floats = endless * received / (endless + received)
    return alone


def _variance(received: Floats, variance: Floats, n: Floats) -> float:
    """The variance of the stratified share of errors, n_h drawn of N_h without replacement."""
    weights = received / received.sum()
    return float((weights**2 * variance * (1 / n - 1 / received)).sum())


def _cheapest(received: Floats, variance: Floats, minutes: Floats, least: Floats, allowed: float) -> Floats:
    """The labels by stratum, from `least` to all, whose variance is allowed, at the lowest cost."""
    if _variance(received, variance, least) <= allowed:
        return least
    need = received * np.sqrt(variance / minutes)

    def drawn(scale: float) -> Floats:
        return np.clip(math.exp(scale) * need, least, received)

    unsure = need > 0
    lowest = float(np.min(np.log(least[unsure] / need[unsure])))
    highest = float(np.max(np.log(received[unsure] / need[unsure])))
    root = brentq(lambda scale: _variance(received, variance, drawn(scale)) - allowed, lowest, highest)
    return drawn(float(root))
