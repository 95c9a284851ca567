"""Intervals against published tables, statsmodels, and enumeration of every outcome."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import hypergeom
from statsmodels.stats.proportion import proportion_confint

from routing.evidence.estimate import Interval
from routing.measures.intervals import (
    WeightedEstimate,
    blaker,
    clopper_pearson,
    clopper_pearson_upper,
    hypergeometric,
    hypergeometric_lower,
    hypergeometric_upper,
    mover,
    normal_quantile,
    wilson_interval,
)

COUNTS = [(0, 1), (1, 1), (0, 20), (1, 20), (7, 50), (50, 50), (3, 1_000), (400, 1_000)]


@pytest.mark.parametrize(
    ("errors", "n", "upper"),
    [
        (0, 100, 0.029513049607039925),
        (1, 100, 0.046559811453538935),
        (5, 200, 0.05184333912029053),
        (10, 500, 0.03368827233114448),
        (0, 149, 0.019904816220685077),
        (3, 300, 0.025641393082609616),
    ],
)
def test_the_one_sided_limit_is_the_published_one(errors: int, n: int, upper: float) -> None:
    assert clopper_pearson_upper(errors, n) == pytest.approx(upper, abs=1e-12)


@pytest.mark.parametrize(("share", "least"), [(0.05, 59), (0.02, 149), (0.01, 299)])
def test_that_many_labels_without_error_are_the_fewest_that_promise_a_share(share: float, least: int) -> None:
    assert clopper_pearson_upper(0, least) <= share < clopper_pearson_upper(0, least - 1)


@pytest.mark.parametrize(
    ("errors", "n", "low", "high"),
    [
        (10, 500, 0.009631429586433347, 0.03647240829220973),
        (1, 100, 0.00025314603297742064, 0.054459385392080645),
    ],
)
def test_the_two_sided_limits_are_the_published_ones(errors: int, n: int, low: float, high: float) -> None:
    found = clopper_pearson(errors, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


@pytest.mark.parametrize(("errors", "n"), COUNTS)
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_statsmodels_gives_the_same_limits(errors: int, n: int, level: float) -> None:
    exact, score = clopper_pearson(errors, n, level), wilson_interval(errors, n, level)
    beta = proportion_confint(errors, n, 1 - level, method="beta")
    wilson = proportion_confint(errors, n, 1 - level, method="wilson")
    assert (exact.low, exact.high) == pytest.approx(beta, abs=1e-10)
    assert (score.low, score.high) == pytest.approx(wilson, abs=1e-10)


@pytest.mark.parametrize(("errors", "limits"), [(0, (0, 70)), (1, (1, 106)), (3, (14, 167))])
def test_the_number_of_errors_in_2000_after_100_is_the_published_one(
    errors: int, limits: tuple[int, int]
) -> None:
    assert hypergeometric(errors, 100, 2_000) == limits


def test_the_hypergeometric_limits_are_the_last_numbers_not_refuted() -> None:
    for errors, n, population, alpha in [(0, 30, 200, 0.05), (4, 50, 300, 0.025), (9, 10, 40, 0.1)]:
        counts = np.arange(errors, population - n + errors + 1)
        not_above = counts[hypergeom.cdf(errors, population, counts, n) > alpha]
        not_below = counts[hypergeom.sf(errors - 1, population, counts, n) > alpha]
        assert hypergeometric_upper(errors, n, population, alpha) == not_above.max()
        assert hypergeometric_lower(errors, n, population, alpha) == not_below.min()


def by_enumeration(errors: int, n: int, population: int) -> tuple[int, int]:
    """Blaker's interval straight from its definition, number by number and tail by tail."""
    outcomes = np.arange(n + 1)
    kept = []
    for count in range(errors, population - n + errors + 1):
        at_most = hypergeom.cdf(outcomes, population, count, n)
        at_least = hypergeom.sf(outcomes - 1, population, count, n)
        near = min(at_most[errors], at_least[errors])
        other = at_least if at_most[errors] <= at_least[errors] * (1 + 1e-9) else at_most
        far = max(other[other <= near * (1 + 1e-9)], default=0.0)
        if near + far > 0.05 + 1e-12:
            kept.append(count)
    return min(kept), max(kept)


def test_blakers_interval_is_that_of_its_definition() -> None:
    rng = np.random.default_rng(5)
    for _ in range(150):
        population = int(rng.integers(1, 90))
        n = int(rng.integers(1, population + 1))
        errors = int(rng.integers(0, min(n, 8) + 1))
        assert blaker(errors, n, population) == by_enumeration(errors, n, population), (errors, n, population)


def test_a_tie_of_both_tails_survives_floating_point() -> None:
    """Of 32 with 16 errors, 16 drawn hold at least 9 as likely as at most 7."""
    assert blaker(9, 16, 32) == by_enumeration(9, 16, 32) == (12, 23)


Method = Callable[[int, int, int], tuple[float, float]]


def coverage_and_width(method: Method, n: int, population: int, count: int) -> tuple[float, float]:
    """Of every outcome the draw can have, weighed by its chance: no simulation."""
    outcomes = range(int(hypergeom.ppf(1 - 1e-9, population, count, n)) + 1)
    limits = np.array([method(errors, n, population) for errors in outcomes])
    chances = hypergeom.pmf(outcomes, population, count, n)
    covered = (limits[:, 0] <= count) & (count <= limits[:, 1])
    return float(chances @ covered), float(chances @ (limits[:, 1] - limits[:, 0]))


@pytest.mark.parametrize(
    ("n", "population", "count"),
    [(10, 200, 2), (20, 200, 10), (20, 1_000, 1), (50, 1_000, 10), (250, 5_000, 25), (400, 20_000, 100)],
)
def test_blakers_interval_covers_and_wastes_less_than_equal_tails(
    n: int, population: int, count: int
) -> None:
    covered, width = coverage_and_width(blaker, n, population, count)
    always_covered, wider = coverage_and_width(hypergeometric, n, population, count)
    assert 0.95 <= covered <= always_covered
    assert width < wider


def wilson_count(errors: int, n: int, population: int) -> tuple[float, float]:
    found = wilson_interval(errors, n, population=population)
    return found.low * population, found.high * population


@pytest.mark.parametrize(
    ("n", "population", "count"), [(20, 200, 10), (50, 1_000, 10), (250, 5_000, 25), (1_000, 20_000, 200)]
)
def test_blakers_interval_is_no_more_than_a_tenth_wider_than_wilsons(
    n: int, population: int, count: int
) -> None:
    _, width = coverage_and_width(blaker, n, population, count)
    _, narrow = coverage_and_width(wilson_count, n, population, count)
    assert width <= 1.1 * narrow


def test_wilsons_interval_of_few_errors_covers_less_than_it_says() -> None:
    covered, _ = coverage_and_width(wilson_count, 50, 1_000, 3)
    assert covered < 0.9


def test_a_finite_population_takes_from_wilsons_width_what_was_seen_of_it() -> None:
    endless, finite = wilson_interval(30, 100), wilson_interval(30, 100, population=200)
    effective = 100 * 199 / 100
    assert finite.high - finite.low < endless.high - endless.low
    beta = proportion_confint(0.3 * effective, effective, method="wilson")
    assert (finite.low, finite.high) == pytest.approx(beta, abs=1e-10)
    assert wilson_interval(30, 100, population=100) == Interval(0.3, 0.3)


def test_nothing_seen_excludes_nothing() -> None:
    assert clopper_pearson(0, 0) == wilson_interval(0, 0) == Interval(0.0, 1.0)
    assert wilson_interval(0, 0, population=5) == wilson_interval(0, 0, population=0) == Interval(0.0, 1.0)
    assert clopper_pearson_upper(0, 0) == 1.0
    assert hypergeometric(0, 0, 7) == blaker(0, 0, 7) == (0, 7)


def test_a_million_predictions_are_no_harder_than_a_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    near = hypergeom.cdf

    def counted(*arguments: int) -> float:
        asked.append(arguments)
        return float(near(*arguments))

    monkeypatch.setattr(hypergeom, "cdf", counted)
    low, high = blaker(0, 1_000, 1_000_000)
    assert low == 0
    assert 3_000 < high < hypergeometric_upper(0, 1_000, 1_000_000, 0.025) - 100
    assert 0 < len(asked) < 300, len(asked)


def test_mover_of_a_difference_is_newcombes_tenth_method() -> None:
    """Newcombe 1998, Statistics in Medicine 17, table II (a): 56/70 − 48/80 is in 0.0524..0.3339."""
    first, second = wilson_interval(56, 70), wilson_interval(48, 80)
    negated = Interval(-second.high, -second.low)
    value, found = mover([WeightedEstimate(1.0, 0.8, first), WeightedEstimate(1.0, -0.6, negated)])
    assert value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_mover_of_one_part_is_its_interval_and_a_spread_widens_it() -> None:
    part = WeightedEstimate(1.0, 0.3, Interval(0.2, 0.45))
    value, alone = mover([part])
    _, spread = mover([part], 0.2)
    assert value == 0.3
    assert (alone.low, alone.high) == pytest.approx((0.2, 0.45))
    assert (spread.low, spread.high) == pytest.approx((0.3 - math.hypot(0.1, 0.2), 0.3 + 0.25))


@pytest.mark.parametrize("counts", [(-1, 5, 10), (6, 5, 10), (1, 11, 10)])
@pytest.mark.parametrize("method", [blaker, hypergeometric, hypergeometric_upper, hypergeometric_lower])
def test_counts_that_cannot_be_are_refused(
    method: Callable[[int, int, int], object], counts: tuple[int, int, int]
) -> None:
    with pytest.raises(ValueError, match="ascending"):
        method(*counts)


def test_levels_that_cannot_be_are_refused() -> None:
    for level in (0.0, 1.0, 95.0):
        with pytest.raises(ValueError, match="level"):
            clopper_pearson(1, 10, level)
        with pytest.raises(ValueError, match="level"):
            normal_quantile(level)
    with pytest.raises(ValueError, match="alpha"):
        hypergeometric_upper(1, 10, 20, 0.0)
    assert normal_quantile(0.95) == pytest.approx(1.959963984540054)
