"""Slices where the model is worse than elsewhere."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta as beta_distribution
from scipy.stats import betabinom, fisher_exact
from statsmodels.stats.multitest import multipletests

from routing.evidence.error_patterns import PREDICTED, SliceReport
from routing.measures.estimation.slices import beta_prior, worse_slices
from routing.measures.multiplicity import holm

RAT_TUMORS = """
0/20 0/20 0/20 0/20 0/20 0/20 0/20 0/19 0/19 0/19 0/19 0/18 0/18 0/17 1/20 1/20 1/20 1/20 1/19 1/19 1/18 1/18
2/25 2/24 2/23 2/20 2/20 2/20 2/20 2/20 2/20 1/10 5/49 2/19 5/46 3/27 2/17 7/49 7/47 3/20 3/20 2/13 9/48
10/50 4/20 4/20 4/20 4/20 4/20 4/20 4/20 10/48 4/19 4/19 4/19 5/22 11/46 12/49 5/20 5/20 6/23 5/19 6/22 6/20
6/20 6/20 16/52 15/47 15/46 9/24
"""
"""Tumors in 70 groups of rats (Tarone 1982; Gelman et al., Bayesian Data Analysis, table 5.1)."""


def planted(
    n: int = 4_000, seed: int = 3, worse: float = 0.25
) -> tuple[list[bool], list[str], list[dict[str, str]]]:
    """5 % wrong everywhere but in country=DE, which is a tenth."""
    rng = np.random.default_rng(seed)
    countries = [
        str(one) for one in rng.choice(["AT", "CH", "DE", "FR", "IT"], n, p=[0.3, 0.2, 0.1, 0.2, 0.2])
    ]
    channels = [str(one) for one in rng.choice(["web", "shop"], n)]
    chances = np.where(np.array(countries) == "DE", worse, 0.05)
    is_error = [bool(one) for one in rng.random(n) < chances]
    predicted = [str(one) for one in rng.choice(["fraud", "honest"], n)]
    named = [{"country": one, "channel": other} for one, other in zip(countries, channels, strict=True)]
    return is_error, predicted, named


def two_groups(wrong: int, n: int, wrong_elsewhere: int, n_elsewhere: int) -> SliceReport:
    is_error = [place < wrong for place in range(n)] + [
        place < wrong_elsewhere for place in range(n_elsewhere)
    ]
    named = [{"shop": "new"}] * n + [{"shop": "old"}] * n_elsewhere
    return worse_slices(is_error, ["honest"] * len(named), named)


def test_the_prior_of_the_rat_tumors_is_the_published_one() -> None:
    pairs = [one.split("/") for one in RAT_TUMORS.split()]
    prior = beta_prior([float(one) for one, _ in pairs], [float(one) for _, one in pairs])
    # Maximum likelihood as printed by the R package BayesGOF.
    assert (prior.a, prior.b) == pytest.approx((2.304768, 14.079707), rel=1e-3)


def test_no_prior_is_likelier_by_scipys_beta_binomial() -> None:
    wrong, n = np.array([0, 3, 9, 2, 7]), np.array([20, 25, 30, 40, 22])
    prior = beta_prior(list(map(float, wrong)), list(map(float, n)))
    best = betabinom.logpmf(wrong, n, prior.a, prior.b).sum()
    for a in np.geomspace(0.05, 60, 30):
        for b in np.geomspace(0.05, 60, 30):
            if 0.1 <= a + b <= 100:
                assert betabinom.logpmf(wrong, n, a, b).sum() <= best + 1e-6


def test_equal_slices_are_drawn_together_as_far_as_the_cap_allows() -> None:
    prior = beta_prior([10.0, 20.0, 30.0], [100.0, 200.0, 300.0])
    assert prior.a + prior.b == pytest.approx(100)
    assert prior.a / (prior.a + prior.b) == pytest.approx(0.1, abs=0.01)
    capped = beta_prior([10.0, 20.0, 30.0], [100.0, 200.0, 300.0], most=30)
    assert capped.a + capped.b == pytest.approx(30)


@pytest.mark.parametrize(("wrong", "n"), [([], []), ([2.0], [1.0]), ([-1.0], [1.0]), ([0.0], [0.0])])
def test_a_prior_needs_counts_that_can_be(wrong: list[float], n: list[float]) -> None:
    with pytest.raises(ValueError, match="errors have to lie between 0 and n"):
        beta_prior(wrong, n)


@pytest.mark.parametrize("n", [1, 2, 7, 40])
def test_corrected_p_values_are_those_of_statsmodels(n: int) -> None:
    p_values = [float(one) for one in np.random.default_rng(n).beta(0.3, 2, n)] + [0.01, 0.01]
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_no_p_values_stay_none() -> None:
    assert holm([]) == ()


def test_with_equal_weights_the_test_is_fishers() -> None:
    (finding,) = two_groups(15, 60, 20, 400).findings
    expected = fisher_exact([[15, 45], [20, 380]], alternative="greater").pvalue
    assert finding.p_value == pytest.approx(expected)
    assert finding.looks == 2
    assert finding.adjusted_p_value == pytest.approx(2 * expected)


def test_the_shrunk_error_is_the_posterior_of_the_prior() -> None:
    (finding,) = two_groups(15, 60, 20, 400).findings
    prior = beta_prior([15.0, 20.0], [60.0, 400.0])
    posterior = beta_distribution(prior.a + 15, prior.b + 45)
    assert finding.error == pytest.approx(posterior.mean())
    assert (finding.error_low, finding.error_high) == pytest.approx(posterior.interval(0.95))
    assert (finding.raw_error, finding.error_elsewhere) == (0.25, 0.05)
    assert finding.error_elsewhere < finding.error < finding.raw_error


def test_the_slice_that_is_worse_is_found_and_no_other() -> None:
    report = worse_slices(*planted())
    (finding,) = report.findings
    assert (finding.key, finding.value) == ("country", "DE")
    assert finding.error_low < 0.25 < finding.error_high
    assert finding.excess == pytest.approx(0.2, abs=0.05)
    assert (report.n, report.looks, report.too_small) == (4_000, 9, 0)


def test_a_label_the_model_is_bad_at_is_a_slice_too() -> None:
    is_error = [place % 4 == 0 for place in range(200)] + [place % 40 == 0 for place in range(800)]
    (finding,) = worse_slices(is_error, ["fraud"] * 200 + ["honest"] * 800, [{}] * 1_000).findings
    assert (finding.key, finding.value) == (PREDICTED, "fraud")


def test_a_gap_that_is_certain_but_small_is_not_worth_a_lead() -> None:
    assert two_groups(300, 10_000, 200, 10_000).findings == ()
    is_error = [place < 300 for place in range(10_000)] + [place < 200 for place in range(10_000)]
    named = [{"shop": "new"}] * 10_000 + [{"shop": "old"}] * 10_000
    (finding,) = worse_slices(is_error, ["honest"] * 20_000, named, least_excess=0.005).findings
    assert finding.adjusted_p_value < 0.01


def test_slices_with_few_labels_are_not_looked_at_and_counted() -> None:
    report = two_groups(15, 19, 0, 400)
    assert report.findings == ()
    # Both shops (one has too few inside, the other outside) and the one predicted label.
    assert (report.looks, report.too_small) == (0, 3)


def test_nothing_labeled_is_nothing_found() -> None:
    assert worse_slices([], [], []) == SliceReport(0, 0, 0, ())


def test_a_model_without_errors_has_no_worse_slice_and_one_without_hits_neither() -> None:
    assert two_groups(0, 100, 0, 400).findings == ()
    assert two_groups(100, 100, 400, 400).findings == ()


def test_the_widest_gap_comes_first() -> None:
    is_error = [
        *(place < 30 for place in range(100)),
        *(place < 50 for place in range(100)),
        *(place < 20 for place in range(1_000)),
    ]
    named = [{"shop": "b"}] * 100 + [{"shop": "a"}] * 100 + [{"shop": "c"}] * 1_000
    findings = worse_slices(is_error, ["honest"] * 1_200, named).findings
    assert [one.value for one in findings] == ["a", "b"]


def test_weights_of_one_change_nothing_and_neither_does_their_unit() -> None:
    is_error, predicted, named = planted()
    plain = worse_slices(is_error, predicted, named)
    assert worse_slices(is_error, predicted, named, [1.0] * len(named)) == plain
    (heavy,) = worse_slices(is_error, predicted, named, [8.0] * len(named)).findings
    (light,) = plain.findings
    assert heavy.weight == pytest.approx(8 * light.weight)
    assert (heavy.error, heavy.effective_n) == pytest.approx((light.error, light.effective_n))
    assert heavy.p_value == pytest.approx(light.p_value)


def test_unequal_weights_count_for_fewer_labels() -> None:
    is_error, predicted, named = planted()
    weights = [20.0 if place % 5 == 0 else 1.0 for place in range(len(named))]
    (even,) = worse_slices(is_error, predicted, named).findings
    (uneven,) = worse_slices(is_error, predicted, named, weights).findings
    assert uneven.effective_n < even.effective_n == pytest.approx(even.n)
    assert uneven.error_high - uneven.error_low > even.error_high - even.error_low


def test_reviewed_cases_being_hard_makes_no_slice_worse() -> None:
    """A slice reviewed more often holds more hard cases; weighted, it is as good as any other."""
    rng = np.random.default_rng(8)
    hard = rng.random(30_000) < 0.2
    busy = rng.random(30_000) < 0.5
    inclusion = np.where(hard & busy, 1.0, 0.1)
    asked = rng.random(30_000) < inclusion
    is_error = (rng.random(30_000) < np.where(hard, 0.3, 0.02))[asked]
    named = [{"shop": "busy" if one else "calm"} for one in busy[asked]]
    errors, labels = [bool(one) for one in is_error], ["honest"] * len(named)
    (naive,) = worse_slices(errors, labels, named).findings
    assert naive.value == "busy"
    assert worse_slices(errors, labels, named, [float(one) for one in 1 / inclusion[asked]]).findings == ()


def test_where_no_slice_is_worse_one_is_named_in_at_most_five_of_a_hundred_periods() -> None:
    rng = np.random.default_rng(5)
    alarms = 0
    for _ in range(200):
        weights = rng.choice([1.0, 15.0], 800)
        is_error = [bool(one) for one in rng.random(800) < np.where(weights > 1, 0.04, 0.2)]
        named = [{"shop": str(one), "size": str(other)} for one, other in rng.integers(0, 8, (800, 2))]
        report = worse_slices(is_error, ["x"] * 800, named, list(map(float, weights)), least_excess=0.0)
        alarms += bool(report.findings)
    assert alarms <= 200 * 0.05 + 2 * (200 * 0.05 * 0.95) ** 0.5


@given(st.permutations(range(60)))
@settings(max_examples=6, deadline=None)
def test_order_changes_nothing(order: Sequence[int]) -> None:
    is_error = [place < 15 for place in range(30)] + [False] * 30
    named: Sequence[Mapping[str, str]] = [{"shop": "new"}] * 30 + [{"shop": "old"}] * 30
    weights = [1.0 + place % 3 / 7 for place in range(60)]
    predicted = ["fraud" if place % 2 else "honest" for place in range(60)]
    shuffled = worse_slices(
        [is_error[place] for place in order],
        [predicted[place] for place in order],
        [named[place] for place in order],
        [weights[place] for place in order],
    )
    assert shuffled == worse_slices(is_error, predicted, named, weights)
    assert len(shuffled.findings) == 1


@pytest.mark.parametrize(
    ("predicted", "weights", "message"),
    [
        (["a"], None, "one value per labeled prediction"),
        (["a", "a"], [1.0], "one value per labeled prediction"),
        (["a", "a"], [1.0, -1.0], "weights have to be positive"),
        (["a", "a"], [1.0, float("inf")], "weights have to be positive"),
    ],
)
def test_values_that_do_not_fit_are_refused(
    predicted: list[str], weights: list[float] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        worse_slices([True, False], predicted, [{}, {}], weights)


def strata_of_two(hard: npt.NDArray[np.bool_]) -> list[int]:
    return [int(each) for each in hard]


def test_a_slice_that_holds_more_hard_predictions_is_not_worse_than_what_is_like_it() -> None:
    rng = np.random.default_rng(4)
    hard = rng.random(4_000) < 0.3
    shop = np.where(rng.random(4_000) < np.where(hard, 0.5, 0.1), "new", "old")
    is_error = [bool(each) for each in rng.random(4_000) < np.where(hard, 0.3, 0.02)]
    named, labels = [{"shop": str(each)} for each in shop], ["honest"] * 4_000
    (naive,) = worse_slices(is_error, labels, named).findings
    assert naive.value == "new"
    assert worse_slices(is_error, labels, named, strata=strata_of_two(hard)).findings == ()


def test_a_slice_that_is_worse_among_equals_is_found_and_compared_with_them() -> None:
    rng = np.random.default_rng(4)
    hard = rng.random(4_000) < 0.3
    shop = np.where(rng.random(4_000) < np.where(hard, 0.5, 0.1), "new", "old")
    chances = np.where(hard, 0.3, 0.02) + np.where(shop == "new", 0.15, 0)
    is_error = [bool(each) for each in rng.random(4_000) < chances]
    named = [{"shop": str(each)} for each in shop]
    (finding,) = worse_slices(is_error, ["x"] * 4_000, named, strata=strata_of_two(hard)).findings
    inside_hard = hard[shop == "new"].mean()
    expected = inside_hard * 0.3 + (1 - inside_hard) * 0.02
    assert finding.error_of_like == pytest.approx(expected, abs=0.02)
    assert finding.error_elsewhere < expected


def test_a_slice_without_its_like_is_not_looked_at() -> None:
    is_error = [place < 40 for place in range(50)] + [False] * 400
    named = [{"shop": "new"}] * 50 + [{"shop": "old"}] * 400
    report = worse_slices(is_error, ["x"] * 450, named, strata=[0] * 50 + [1] * 400)
    assert (report.looks, report.findings) == (0, ())


def test_strata_need_a_value_for_each_label() -> None:
    with pytest.raises(ValueError, match="one value per labeled prediction"):
        worse_slices([True, False], ["a", "a"], [{}, {}], strata=[1])
