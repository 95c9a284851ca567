"""Tests of two samples against published tables, scipy and statsmodels, and how often they are wrong."""

import json
from collections.abc import Callable
from dataclasses import astuple

import numpy as np
import pytest
from scipy.stats import chi2_contingency, fisher_exact, kstwobign
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from routing.measures.drift.two_samples import (
    Comparison,
    Shares,
    compare_means,
    compare_numbers,
    compare_rises,
    compare_shares,
    psi,
    psi_limit,
    shares,
    surest_rise,
)
from tests.places import DATA

ANSWERS = DATA / "known_answers.json"


def of_counts(before: list[int], now: list[int]) -> Shares:
    """The shares of these counts."""
    n, m = float(sum(before)), float(sum(now))
    names = tuple(str(place) for place in range(len(before)))
    return Shares(names, np.array(before) / n, np.array(now) / m, n, m)


def test_the_chi_square_of_a_published_table() -> None:
    """The 1991 General Social Survey: party by gender (Agresti 2007, table 2.5): X² = 30.1 with 2 df."""
    found = compare_shares(of_counts([762, 327, 468], [484, 239, 477]))
    assert found.statistic == pytest.approx(30.07, abs=0.01)
    assert found.p_value <= 2 * 2.954e-7 * 1.001


def test_means_are_compared_as_statsmodels_does_with_pooled_variance() -> None:
    rng = np.random.default_rng(3)
    before, now = rng.beta(9, 1, 800), rng.beta(8, 1, 300)
    found = compare_means(before, now)
    other = CompareMeans(DescrStatsW(now), DescrStatsW(before)).ztest_ind(usevar="pooled")
    assert (found.statistic, found.p_value) == pytest.approx(other)
    assert found.effect == pytest.approx(now.mean() - before.mean())


def test_shares_of_numbers_are_compared_as_scipy_does() -> None:
    rng = np.random.default_rng(4)
    before, now = rng.normal(0, 1, 700), rng.normal(0.2, 1, 400)
    found = compare_numbers(before, now)
    grid = np.sort(np.concatenate([before, now]))
    apart = [abs((before <= value).mean() - (now <= value).mean()) for value in grid]
    assert found.effect == pytest.approx(max(apart))
    assert found.p_value == pytest.approx(kstwobign.sf(max(apart) * (700 * 400 / 1_100) ** 0.5))


def test_a_rise_is_tested_as_by_fisher() -> None:
    before, now = [True] * 9 + [False] * 391, [True] * 15 + [False] * 185
    found = compare_rises(before, now)
    expected = fisher_exact([[15, 185], [9, 391]], alternative="greater").pvalue
    assert found.p_value == pytest.approx(expected)
    assert found.effect == pytest.approx(15 / 200 - 9 / 400)


def test_of_many_rises_the_surest_is_fishers_times_their_number() -> None:
    before, now = np.array([0.10, 0.02, 0.30]), np.array([0.12, 0.08, 0.10])
    place, found = surest_rise(before, now, 400, 200)
    expected = fisher_exact([[16, 184], [8, 392]], alternative="greater").pvalue
    assert (place, found.statistic) == (1, 16)
    assert found.p_value == pytest.approx(3 * expected)
    assert found.effect == pytest.approx(0.06)


def test_chi_square_is_scipys_and_a_new_category_is_found_by_fisher() -> None:
    many = of_counts([300, 300, 300], [130, 100, 70])
    table = [[300, 300, 300], [130, 100, 70]]
    assert compare_shares(many).p_value == pytest.approx(2 * chi2_contingency(table).pvalue)
    new = of_counts([9_000, 9_000, 0], [225, 225, 20])
    expected = fisher_exact([[20, 450], [0, 18_000]], alternative="greater").pvalue
    assert compare_shares(new).p_value == pytest.approx(2 * 3 * expected)


def test_the_psi_of_samples_that_do_not_differ_is_as_published() -> None:
    if not ANSWERS.exists():
        pytest.skip(f"the published answers are not beside this checkout ({ANSWERS.name})")
    assert json.loads(ANSWERS.read_text())["psi_null"].startswith("E[PSI] = (B-1)(1/n+1/m)")
    rng = np.random.default_rng(5)
    n, m, bins = 2_000, 1_000, 10
    found = np.array(
        [
            psi(of_counts(list(rng.multinomial(n, [0.1] * bins)), list(rng.multinomial(m, [0.1] * bins))))
            for _ in range(2_000)
        ]
    )
    assert found.mean() == pytest.approx((bins - 1) * (1 / n + 1 / m), rel=0.05)
    assert (found > psi_limit(bins, n, m)).mean() == pytest.approx(0.05, abs=0.015)


def test_psi_by_hand() -> None:
    by_hand = (0.5 - 0.25) * np.log(0.5 / 0.25) + (0.5 - 0.75) * np.log(0.5 / 0.75)
    assert psi(of_counts([25, 75], [50, 50])) == pytest.approx(by_hand)
    assert np.isfinite(psi(of_counts([100, 0], [50, 50])))


def numbers(rng: np.random.Generator, n: int) -> list[float]:
    return [float(value) for value in rng.beta(9, 1, n).round(2)]


def names(rng: np.random.Generator, n: int) -> list[str]:
    return [str(value) for value in np.minimum(rng.geometric(0.2, n), 30)]


def flags(rng: np.random.Generator, n: int) -> list[bool]:
    return [bool(value) for value in rng.random(n) < 0.02]


def by_name(before: list[str], now: list[str], *weights: list[float]) -> Comparison:
    return compare_shares(shares(before, now, *weights))


@pytest.mark.parametrize(
    ("draw", "compare"),
    [(numbers, compare_means), (numbers, compare_numbers), (names, by_name), (flags, compare_rises)],
)
def test_samples_that_do_not_differ_are_told_apart_as_seldom_as_stated(
    draw: Callable[..., list[object]], compare: Callable[..., Comparison]
) -> None:
    rng = np.random.default_rng(6)
    p = np.array([compare(draw(rng, 400), draw(rng, 200)).p_value for _ in range(600)])
    for level in (0.05, 0.01):
        assert (p <= level).mean() <= level + 2 * (level * (1 - level) / 600) ** 0.5


@pytest.mark.parametrize(
    ("draw", "compare"),
    [(numbers, compare_means), (numbers, compare_numbers), (names, by_name), (flags, compare_rises)],
)
def test_weights_of_one_change_nothing_nor_does_their_unit(
    draw: Callable[..., list[object]], compare: Callable[..., Comparison]
) -> None:
    rng = np.random.default_rng(8)
    before, now = draw(rng, 500), draw(rng, 300)[:150] * 2
    plain = compare(before, now)
    assert compare(before, now, [1.0] * 500, [1.0] * 300) == plain
    assert astuple(compare(before, now, [7.0] * 500, [2.0] * 300)) == pytest.approx(astuple(plain))


def test_an_uneven_weight_makes_a_difference_less_sure() -> None:
    before, now = [0.9, 0.8] * 200, [0.85, 0.75] * 200
    uneven = [1.0, 1.0, 9.0, 9.0] * 100
    assert compare_means(before, now, uneven, uneven).effect == pytest.approx(-0.05)
    assert compare_means(before, now, uneven, uneven).p_value > compare_means(before, now).p_value


def test_values_that_are_all_the_same_differ_for_sure_or_not_at_all() -> None:
    same, other = [0.9] * 301, [0.8] * 307
    assert compare_means(same, [0.9] * 307).p_value == 1
    assert compare_means(same, other).p_value == 0
    assert compare_shares(shares(["a"] * 300, ["a"] * 200)).p_value == 1


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0], [1.0, float("inf")]])
def test_weights_that_do_not_fit_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weight"):
        compare_means([0.1, 0.2], [0.3], weights)
