"""What an expert's answers are worth, against published tables and statsmodels."""

import numpy as np
import pytest
from scipy.stats import betabinom
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import confint_proportions_2indep

from routing.evidence.expertise import Arm
from routing.measures.estimation.slices import beta_prior
from routing.measures.expertise.anchoring import anchoring
from routing.measures.expertise.skill import own_confidence, retest, skills


def test_the_difference_of_arms_has_newcombes_published_interval() -> None:
    """Newcombe 1998, table II (a): 56/70 − 48/80 is in 0.0524..0.3339; with 0 of an arm in −0.2..: (h)."""
    result = anchoring([(Arm(56, 70), Arm(48, 80))])
    assert result.value == pytest.approx(0.2)
    assert result.interval is not None
    assert (result.interval.low, result.interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    reverse = anchoring([(Arm(48, 80), Arm(56, 70))])
    assert reverse.interval is not None
    assert (reverse.interval.low, reverse.interval.high) == pytest.approx((-0.3339, -0.0524), abs=5e-5)


@pytest.mark.parametrize("counts", [(9, 10, 3, 10), (0, 20, 0, 10), (10, 10, 0, 20), (5, 56, 0, 29)])
def test_the_difference_of_arms_is_bounded_as_by_statsmodels(counts: tuple[int, int, int, int]) -> None:
    first, n, second, m = counts
    result = anchoring([(Arm(first, n), Arm(second, m))])
    expected = confint_proportions_2indep(first, n, second, m, method="newcomb", compare="diff")
    assert result.interval is not None
    assert (result.interval.low, result.interval.high) == pytest.approx(expected, abs=1e-9)


def test_strata_are_tested_as_by_statsmodels() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        sizes = rng.integers(5, 60, size=(4, 2))
        agreed = rng.binomial(sizes, 0.4)
        strata = [
            (Arm(int(a[0]), int(n[0])), Arm(int(a[1]), int(n[1]))) for a, n in zip(agreed, sizes, strict=True)
        ]
        tables = [np.array([a, n - a]).T for a, n in zip(agreed, sizes, strict=True)]
        two_sided = float(StratifiedTable(tables).test_null_odds().pvalue)
        one_sided = anchoring(strata).p_value
        assert one_sided is not None
        assert 2 * min(one_sided, 1 - one_sided) == pytest.approx(two_sided)


def test_of_a_single_stratum_the_difference_within_is_that_of_the_arms() -> None:
    result = anchoring([(Arm(30, 100), Arm(20, 100))])
    assert result.within_strata == pytest.approx(0.1)
    assert result.stratified is not None
    # Of equal arms Sato's variance is Wald's, p(1 − p)/n for each.
    half = 1.959964 * np.sqrt(0.3 * 0.7 / 100 + 0.2 * 0.8 / 100)
    assert result.stratified.high - 0.1 == pytest.approx(half, rel=1e-6)


def test_skill_is_the_mean_of_the_most_likely_beta_binomial() -> None:
    right, sizes = [9, 8, 30, 4], [10, 10, 50, 5]
    graded = [
        (f"e{place}", "all", number < count)
        for place, (count, size) in enumerate(zip(right, sizes, strict=True))
        for number in range(size)
    ]
    prior = beta_prior([float(count) for count in right], [float(size) for size in sizes])
    likely = betabinom.logpmf(right, sizes, prior.a, prior.b).sum()
    for a in np.linspace(0.5, 60, 30):
        for b in np.linspace(0.5, 40, 30):
            if a + b <= 100:
                assert betabinom.logpmf(right, sizes, a, b).sum() <= likely + 1e-6
    for estimate in skills(graded):
        n = estimate.n + prior.a + prior.b
        assert estimate.value == pytest.approx((estimate.right + prior.a) / n)


def test_saying_the_same_again_has_the_kappa_of_statsmodels() -> None:
    table = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
    pairs = [("abc"[r], "abc"[c]) for r, c in np.ndindex(3, 3) for _ in range(table[r, c])]
    result = retest(pairs)
    assert result is not None
    assert result.kappa == pytest.approx(float(cohens_kappa(table).kappa))
    assert result.n == 100
    assert result.same == pytest.approx(0.89)


def test_own_confidence_has_murphys_score() -> None:
    forecast = [0.1, 0.1, 0.3, 0.3, 0.3, 0.7, 0.7, 0.9, 0.9, 0.9]
    result = own_confidence(forecast, [bool(x) for x in (0, 0, 0, 1, 0, 1, 0, 1, 1, 1)], 1)
    assert result is not None
    assert result.brier == pytest.approx(0.13)
    assert result.ece == pytest.approx(0.1)
