"""Intervals for shares and counts of errors that hold for small counts and for none at all.

Exact ones invert a test, so they cover at least as often as they say: Clopper & Pearson for a share of an
endless stream, the hypergeometric ones for the number of errors among N of which n were drawn at random.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from scipy.special import betaincinv, ndtri
from scipy.stats import hypergeom

from routing.evidence.estimate import LEVEL, Interval
from routing.evidence.reliability import wilson

TIED = 1 + 1e-9
"""Tails that differ by less than this factor are equal: floating point must not break a symmetric tie."""


@dataclass(frozen=True, slots=True)
class WeightedEstimate:
    """An independent estimate of a part, and that part's share `weight` of the whole."""

    weight: float
    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class _Draw:
    """`errors` among `n` drawn at random from `population`, and how likely that is if it holds `count`."""

    errors: int
    n: int
    population: int

    def near(self, count: int) -> float:
        """P(at most `errors`)."""
        return float(hypergeom.cdf(self.errors, self.population, count, self.n))

    def far(self, count: int, least: int) -> float:
        """P(at least `least`)."""
        return float(hypergeom.sf(least - 1, self.population, count, self.n))

    def acceptability(self, count: int, least: int) -> float:
        return self.near(count) + self.far(count, least)


def normal_quantile(level: float) -> float:
    """The two-sided quantile of the normal distribution: 1.96 for 0.95. ValueError if not within 0..1."""
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1: {level}")
    return float(ndtri((1 + level) / 2))


def clopper_pearson(errors: int, n: int, level: float = LEVEL) -> Interval:
    """Exact two-sided interval for a share (Clopper & Pearson 1934); 0..1 for n = 0."""
    _check(errors, n, n, 1 - level)
    tail = (1 - level) / 2
    high = clopper_pearson_upper(errors, n, tail)
    return Interval(1 - clopper_pearson_upper(n - errors, n, tail), high)


def clopper_pearson_upper(errors: int, n: int, alpha: float = 1 - LEVEL) -> float:
    """The largest share that is not refuted at `alpha`, one-sided (Clopper & Pearson 1934); 1 for n = 0.

    A quantile of the beta distribution; `scipy.stats.binomtest` searches for it in 400 times the time.
    """
    _check(errors, n, n, alpha)
    # The beta quantile is NaN for a second parameter of 0.
    return 1.0 if errors == n else float(betaincinv(errors + 1, n - errors, 1 - alpha))


def wilson_interval(errors: int, n: int, level: float = LEVEL, population: int | None = None) -> Interval:
    """Wilson's score interval for a share (1927), with the correction for a finite `population`.

    The correction takes n·(N − 1)/(N − n) for n, which makes the score test's variance that of the
    hypergeometric distribution. Not exact: below 5 expected errors it may cover 85 % where it says 95 %.
    """
    _check(errors, n, n if population is None else population, 1 - level)
    # The correction divides by N − n.
    if population is not None and n == population:
        return Interval(errors / n, errors / n) if n else Interval(0.0, 1.0)
    effective = n if population is None else n * (population - 1) / (population - n)
    share = errors / n if n else 0.0
    return Interval(*wilson(share * effective, effective, normal_quantile(level)))


def hypergeometric_upper(errors: int, n: int, population: int, alpha: float = 1 - LEVEL) -> int:
    """The most errors there may be among `population` if `n` drawn at random held `errors`, one-sided.

    The largest number D with P(at most `errors` | D) > `alpha`; `errors` themselves if all were drawn. By
    bisection: about 20 evaluations for a population of a million.
    """
    _check(errors, n, population, alpha)
    draw = _Draw(errors, n, population)
    above = range(errors + 1, population - n + errors + 1)
    return errors + bisect_left(above, True, key=lambda count: draw.near(count) <= alpha)


def hypergeometric_lower(errors: int, n: int, population: int, alpha: float = 1 - LEVEL) -> int:
    """The least errors there may be among `population` if `n` drawn at random held `errors`, one-sided."""
    return population - hypergeometric_upper(n - errors, n, population, alpha)


def hypergeometric(errors: int, n: int, population: int, level: float = LEVEL) -> tuple[int, int]:
    """Exact two-sided interval for the number of errors among `population`, with equal tails."""
    tail = (1 - level) / 2
    low = hypergeometric_lower(errors, n, population, tail)
    return low, hypergeometric_upper(errors, n, population, tail)


@lru_cache(maxsize=4_096)  # all traffic and its accepted part hold the same audited stratum
def blaker(errors: int, n: int, population: int, level: float = LEVEL) -> tuple[int, int]:
    """Exact two-sided interval for the number of errors among `population` that wastes less (Blaker 2000).

    A number is kept if the smaller tail from `errors` outward, plus the largest opposite tail that is no more
    likely, exceeds 1 − level. It covers at least `level`, lies within the interval with equal tails, and is
    narrower by up to 10 % where errors are few.
    """
    _check(errors, n, population, 1 - level)
    low = population - _blaker_upper(_Draw(n - errors, n, population), 1 - level)
    return low, _blaker_upper(_Draw(errors, n, population), 1 - level)


def _blaker_upper(draw: _Draw, alpha: float) -> int:
    """Goes down from the limit with equal tails, opposite tail after opposite tail.

    For the same opposite tail acceptability first falls and then rises in the count (hypergeometric
    likelihood ratios are monotone), so it is enough to look at the end and to bisect from the start.
    """
    end = hypergeometric_upper(draw.errors, draw.n, draw.population, alpha / 2)
    while end > draw.errors:
        least = _opposite(draw, end)
        if draw.acceptability(end, least) > alpha:
            return end
        start = _start(draw, end, least)
        kept = _kept(draw, range(start + 1, end), least, alpha)
        if kept:
            return start + kept
        end = start
    return end


def _opposite(draw: _Draw, count: int) -> int:
    """Where the opposite tail begins: the least number that is reached no more likely than the near tail."""
    near = draw.near(count) * TIED
    tails = range(draw.errors + 1, draw.n + 1)
    return draw.errors + 1 + bisect_left(tails, True, key=lambda least: draw.far(count, least) <= near)


def _start(draw: _Draw, end: int, least: int) -> int:
    """The largest count below `end` whose opposite tail begins before `least`."""
    counts = range(draw.errors + 1, end)
    return draw.errors + bisect_left(
        counts, True, key=lambda count: draw.far(count, least - 1) > draw.near(count) * TIED
    )


def _kept(draw: _Draw, counts: range, least: int, alpha: float) -> int:
    """How many of the first of `counts` are acceptable."""
    return bisect_left(counts, True, key=lambda count: draw.acceptability(count, least) <= alpha)


def mover(parts: Sequence[WeightedEstimate], spread: float = 0.0) -> tuple[float, Interval]:
    """The weighted sum of independent parts and its interval, recovered from theirs (Zou & Donner 2008).

    The distances of value and limit are added as the root of the sum of squares, each side for itself, so
    that skewed intervals stay skewed. `spread` is another such distance, the same on both sides. Of one part
    alone its own interval results. Limits are kept within 0..1.
    """
    value = math.fsum(part.weight * part.value for part in parts)
    below = (part.weight * (part.value - part.interval.low) for part in parts)
    above = (part.weight * (part.interval.high - part.value) for part in parts)
    return value, Interval(
        max(0.0, value - math.hypot(spread, *below)), min(1.0, value + math.hypot(spread, *above))
    )


def _check(errors: int, n: int, population: int, alpha: float) -> None:
    if not 0 <= errors <= n <= population:
        raise ValueError(f"errors, n and population have to be ascending: {errors}, {n}, {population}")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha, or 1 − level, lies between 0 and 1: {alpha}")
