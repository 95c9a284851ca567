"""What an estimate about all traffic says, and what it does not claim to know."""

from collections.abc import Sequence

import numpy as np
import pytest

from routing.evidence.estimate import (
    Estimate,
    Interval,
    Reach,
    Stratum,
    TrafficEstimate,
    label_weights,
)
from routing.measures.estimation.error_estimate import estimate, strata_of

REVIEWED = Stratum(1.0, received=1_000, asked=1_000, labeled=1_000, errors=300, is_accepted=False)
AUDITED = Stratum(0.1, received=4_000, asked=400, labeled=400, errors=4, is_accepted=True)


def period(strata: Sequence[Stratum]) -> Estimate:
    found = estimate("all", strata).period
    assert found is not None
    return found


def future(strata: Sequence[Stratum]) -> Estimate:
    found = estimate("all", strata).future
    assert found is not None
    return found


def test_each_label_stands_for_its_stratum() -> None:
    found = estimate("all", [REVIEWED, AUDITED])
    assert found.period is not None
    assert found.naive is not None
    assert found.period.value == pytest.approx((300 + 40) / 5_000)
    assert found.naive.value == pytest.approx(304 / 1_400)
    assert not found.naive.low <= found.period.value <= found.naive.high
    assert (found.name, found.received, found.asked, found.labeled) == ("all", 5_000, 1_400, 1_400)


def test_every_figure_says_what_it_speaks_of() -> None:
    found = estimate("all", [REVIEWED, AUDITED])
    figures = (found.period, found.future, found.naive)
    assert [figure and figure.reach for figure in figures] == [Reach.PERIOD, Reach.FUTURE, Reach.REVIEWED]
    assert [figure and figure.n for figure in figures] == [1_400] * 3


def test_a_census_that_was_answered_is_known_for_the_period_but_not_for_the_future() -> None:
    assert (period([REVIEWED]).low, period([REVIEWED]).high) == (0.3, 0.3)
    assert future([REVIEWED]).low < 0.28
    assert future([REVIEWED]).high > 0.32


def test_an_audit_without_errors_does_not_promise_that_there_are_none() -> None:
    clean = Stratum(0.1, received=2_000, asked=100, labeled=100, errors=0, is_accepted=True)
    assert period([clean]).value == 0.0
    assert period([clean]).low == 0.0
    assert period([clean]).high == pytest.approx(63 / 2_000)
    assert future([clean]).high == pytest.approx(1 - 0.025 ** (1 / 100))


def test_the_future_is_less_certain_than_the_period() -> None:
    now, then = period([REVIEWED, AUDITED]), future([REVIEWED, AUDITED])
    assert then.low < now.low < now.value == then.value < now.high < then.high


def test_the_future_allows_for_other_shares_of_hard_and_easy_predictions() -> None:
    hard = Stratum(1.0, received=10_000, asked=10_000, labeled=10_000, errors=10_000, is_accepted=False)
    easy = Stratum(1.0, received=10_000, asked=10_000, labeled=10_000, errors=0, is_accepted=True)
    binomial = 1.96 * (0.25 / 20_000) ** 0.5
    assert future([hard, easy]).high - 0.5 == pytest.approx(binomial, rel=0.01)


def test_unanswered_cases_are_counted_widen_the_interval_and_are_bounded() -> None:
    silent = Stratum(1.0, received=1_000, asked=1_000, labeled=900, errors=90, is_accepted=False)
    found = estimate("all", [silent])
    assert found.unanswered == silent.unanswered == 100
    assert period([silent]).value == pytest.approx(0.1)
    assert 0.09 < period([silent]).low < 0.1 < period([silent]).high < 0.11
    assert (found.bounds.low, found.bounds.high) == pytest.approx((0.09, 0.19))


def test_bounds_of_an_audit_weigh_its_unanswered_cases() -> None:
    silent = Stratum(0.1, received=4_000, asked=400, labeled=390, errors=4, is_accepted=True)
    found = estimate("all", [REVIEWED, silent])
    assert (found.bounds.low, found.bounds.high) == pytest.approx((340 / 5_000, 440 / 5_000))


def test_unwatched_predictions_may_all_be_right_or_all_be_wrong() -> None:
    unwatched = Stratum(0.0, received=5_000, asked=0, labeled=0, errors=0, is_accepted=True)
    found = estimate("all", [REVIEWED, AUDITED, unwatched])
    assert found.unwatched == 5_000
    seen, wide = period([REVIEWED, AUDITED]), period([REVIEWED, AUDITED, unwatched])
    assert wide.value == seen.value
    assert wide.low == pytest.approx(seen.low / 2)
    assert wide.high == pytest.approx(seen.high / 2 + 0.5)
    assert future([REVIEWED, AUDITED, unwatched]).high > 0.5
    assert (found.bounds.low, found.bounds.high) == pytest.approx((0.034, 0.534))


def test_a_stratum_nobody_answered_is_as_good_as_unwatched() -> None:
    silent = Stratum(0.1, received=1_000, asked=100, labeled=0, errors=0, is_accepted=True)
    found = estimate("all", [REVIEWED, silent])
    assert (found.unwatched, found.unanswered) == (1_000, 100)
    assert period([REVIEWED, silent]).high == pytest.approx((300 + 1_000) / 2_000)


def test_no_labels_give_no_number() -> None:
    silent = Stratum(0.1, received=1_000, asked=100, labeled=0, errors=0, is_accepted=True)
    found = estimate("all", [silent])
    assert (found.period, found.future, found.naive) == (None, None, None)
    assert found.bounds == Interval(0.0, 1.0)


def test_no_traffic_gives_no_number() -> None:
    nothing = Stratum(0.1, received=0, asked=0, labeled=0, errors=0, is_accepted=True)
    expected = TrafficEstimate("all", 0, 0, 0, 0, 0, None, None, None, Interval(0.0, 1.0))
    assert estimate("all", []) == estimate("all", [nothing]) == expected


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_outside_0_and_1_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        estimate("all", [AUDITED], level)


@pytest.mark.parametrize(
    ("chance", "counts", "said"),
    [
        (1.1, (5, 5, 5, 0), "inclusion probability"),
        (-0.1, (5, 0, 0, 0), "inclusion probability"),
        (float("nan"), (5, 0, 0, 0), "inclusion probability"),
        (0.5, (5, 6, 0, 0), "ascending"),
        (0.5, (5, 4, 5, 0), "ascending"),
        (0.5, (5, 4, 3, 4), "ascending"),
        (0.5, (5, 4, 3, -1), "ascending"),
        (0.0, (5, 1, 0, 0), "drawn"),
    ],
)
def test_a_stratum_that_cannot_be_is_refused(
    chance: float, counts: tuple[int, int, int, int], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Stratum(chance, *counts, is_accepted=True)


def test_a_label_stands_for_as_many_predictions_as_in_the_estimate_whoever_did_not_answer() -> None:
    strata = [
        Stratum(1.0, received=300, asked=300, labeled=100, errors=30, is_accepted=False),
        Stratum(0.1, received=4_000, asked=400, labeled=150, errors=3, is_accepted=True),
        Stratum(0.1, received=1_000, asked=100, labeled=100, errors=7, is_accepted=True),
        Stratum(0.0, received=700, asked=0, labeled=0, errors=0, is_accepted=True),
    ]
    weights = label_weights(strata)
    assert weights == {(1.0, False): 3.0, (0.1, True): 20.0}
    labels = [
        (weights[stratum.key], place < stratum.errors)
        for stratum in strata
        for place in range(stratum.labeled)
    ]
    period = estimate("all", strata).period
    assert period is not None
    assert np.average([wrong for _, wrong in labels], weights=[weight for weight, _ in labels]) == (
        pytest.approx(period.value)
    )


def test_predictions_with_logged_chances_fall_into_strata_of_equal_chance() -> None:
    chances = [1.0, 0.1, 0.1, 0.3 - 0.2, 0.0, 1.0]
    asked = [True, True, True, False, False, True]
    labeled = [True, True, False, False, False, True]
    errors = [True, False, True, True, True, False]
    accepted = [False, True, True, True, True, True]
    assert strata_of(chances, asked, labeled, errors, accepted) == (
        Stratum(0.0, 1, 0, 0, 0, is_accepted=True),
        Stratum(0.1, 3, 2, 1, 0, is_accepted=True),
        Stratum(1.0, 1, 1, 1, 1, is_accepted=False),
        Stratum(1.0, 1, 1, 1, 0, is_accepted=True),
    )
    assert strata_of([], [], [], [], []) == ()


def test_strata_refuse_columns_of_unequal_length_and_labels_no_draw_led_to() -> None:
    with pytest.raises(ValueError, match="one value per prediction"):
        strata_of([1.0], [True], [True], [True], [])
    with pytest.raises(ValueError, match="has to be asked"):
        strata_of([1.0], [False], [True], [True], [False])


def test_reports_hold_no_numpy_scalars() -> None:
    strata = strata_of(
        [1.0, 1.0, 0.5, 0.5],
        [True, True, True, False],
        [True] * 3 + [False],
        [True, False] * 2,
        [False] * 2 + [True] * 2,
    )
    found = estimate("all", strata)
    assert found.period is not None
    assert {type(value) for value in (found.period.value, found.period.low, found.bounds.high)} == {float}
    assert {type(value) for value in (found.received, found.labeled, found.period.n)} == {int}
    assert not isinstance(strata[0].inclusion_probability, np.generic)


def _covered(found: Estimate | None, truth: float) -> bool:
    assert found is not None
    return found.low - 1e-12 <= truth <= found.high + 1e-12


@pytest.mark.parametrize(("received", "share", "rate"), [(400, 0.1, 0.01), (2_000, 0.05, 0.003)])
def test_intervals_cover_the_error_of_all_and_of_the_accepted_where_the_naive_one_does_not(
    received: int, share: float, rate: float
) -> None:
    rng = np.random.default_rng(20)
    hits = np.zeros(5)
    asked, answered = int(received * share), int(received / 4 * 0.9)
    for _ in range(200):
        hard, easy = rng.random(received // 4) < 0.3, rng.random(received) < rate
        strata = [
            Stratum(1.0, len(hard), len(hard), answered, int(hard[:answered].sum()), False),
            Stratum(share, received, asked, asked, int(easy[:asked].sum()), True),
        ]
        whole, accepted = estimate("all", strata), estimate("accepted", strata[1:])
        truth = (hard.sum() + easy.sum()) / (len(hard) + received)
        hits += [
            _covered(whole.period, truth),
            _covered(accepted.period, easy.mean()),
            _covered(whole.future, 0.2 * 0.3 + 0.8 * rate),
            _covered(accepted.future, rate),
            _covered(whole.naive, truth),
        ]
    assert np.all(hits[:4] / 200 >= 0.94)
    assert hits[4] / 200 < 0.2
