"""Whether experts follow a prediction because they see it: arms that were drawn at random, compared."""

import math
from collections.abc import Sequence

from scipy.special import ndtr

from routing.evidence.estimate import LEVEL, Interval
from routing.evidence.expertise import Anchoring, Arm
from routing.measures.intervals import normal_quantile, wilson_interval


def anchoring(strata: Sequence[tuple[Arm, Arm]]) -> Anchoring:
    """From the (shown, hidden) arms of each stratum, of confidence or a tier.

    Count cases by the arm that was drawn, the unanswered and "can't tell" among them. Of all cases it is how
    much agreement comes from seeing; of those with a wrong prediction, which gold and adjudication tell, how
    often that is nodded through. The difference has Newcombe's interval (1998, Statistics in Medicine 17,
    method 10); within strata it is Mantel and Haenszel's with Sato's variance (1989, Biometrics 45), tested
    by their test without correction for continuity, one-sided.
    """
    shown, hidden = (Arm(*map(sum, _columns([pair[side] for pair in strata]))) for side in (0, 1))
    value, interval = _newcombe(shown, hidden)
    both = [pair for pair in strata if pair[0].drawn and pair[1].drawn]
    within, stratified = _within(both)
    return Anchoring(shown, hidden, value, interval, within, stratified, _p_value(both))


def _columns(arms: Sequence[Arm]) -> tuple[list[int], list[int]]:
    return [arm.agreed for arm in arms], [arm.drawn for arm in arms]


def _newcombe(shown: Arm, hidden: Arm) -> tuple[float | None, Interval | None]:
    if not shown.drawn or not hidden.drawn:
        return None, None
    first, second = shown.agreed / shown.drawn, hidden.agreed / hidden.drawn
    of_first = wilson_interval(shown.agreed, shown.drawn)
    of_second = wilson_interval(hidden.agreed, hidden.drawn)
    value = first - second
    low = value - math.hypot(first - of_first.low, of_second.high - second)
    high = value + math.hypot(of_first.high - first, second - of_second.low)
    return value, Interval(low, high)


def _within(strata: Sequence[tuple[Arm, Arm]]) -> tuple[float | None, Interval | None]:
    """The difference between like cases; Sato's variance holds for few large and for many small strata."""
    if not strata:
        return None, None
    weight = difference = spread = skew = 0.0
    for shown, hidden in strata:
        n, m = shown.drawn, hidden.drawn
        size, a, b = n + m, shown.agreed, hidden.agreed
        weight += n * m / size
        difference += (a * m - b * n) / size
        skew += (n**2 * b - m**2 * a + n * m * (m - n) / 2) / size**2
        spread += (a * (m - b) + b * (n - a)) / (2 * size)
    value = difference / weight
    half = normal_quantile(LEVEL) * math.sqrt(max(0.0, value * skew + spread)) / weight
    return value, Interval(max(-1.0, value - half), min(1.0, value + half))


def _p_value(strata: Sequence[tuple[Arm, Arm]]) -> float | None:
    """Of the sum of what is agreed beyond what is expected (Mantel & Haenszel 1959)."""
    excess = variance = 0.0
    for shown, hidden in strata:
        n, m = shown.drawn, hidden.drawn
        size, agreed = n + m, shown.agreed + hidden.agreed
        excess += shown.agreed - n * agreed / size
        variance += n * m * agreed * (size - agreed) / (size**2 * max(size - 1, 1))
    return float(ndtr(-excess / math.sqrt(variance))) if variance > 0 else None
