"""Watching a promise: when it is revoked, and between which limits the error is known to lie."""

from itertools import product

import numpy as np
import pytest

from routing.measures.certification.monitor import BETS, FROM_THE_START, PACE, e_values, monitor
from routing.measures.sample import Flags


def audits(*spells: tuple[int, float], seed: int = 0) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Audits in spells of so many with such an error."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.random(n) < error for n, error in spells])


def wealth_step_by_step(errors: list[bool], shares: list[float], alpha: float) -> list[float]:
    """What each bet is worth after each audit, paid in and multiplied one after the other."""
    stakes = np.zeros(len(BETS))
    cash, found = 1.0, []
    for place, (wrong, share) in enumerate(zip(errors, shares, strict=True)):
        if place % PACE == 0:
            number = place // PACE + 1
            paid_in = (1 - FROM_THE_START) / (number * (number + 1)) + (FROM_THE_START if place == 0 else 0)
            stakes += paid_in
            cash -= paid_in
        stakes *= 1 + BETS * share * (wrong - alpha)
        found.append(float(stakes.mean() + cash))
    return found


def test_the_wealth_is_that_of_betting_step_by_step() -> None:
    errors = [bool(one) for one in audits((250, 0.02), (100, 0.1))]
    shares = [1.0, 0.25, 0.5, 0.5, 1.0] * 70
    expected = wealth_step_by_step(errors, shares, 0.02)
    weights = [8 * share for share in shares]
    assert list(e_values(errors, weights, 0.02)) == pytest.approx(expected, rel=1e-9)
    assert monitor(errors, weights).e_value == pytest.approx(max(expected))


def test_if_the_error_is_as_promised_the_wealth_stays_1_on_average_counted_out() -> None:
    """A fair game: over all courses of ten audits, weighted by their chance."""
    alpha = 0.3
    mean = 0.0
    for errors in product([False, True], repeat=10):
        chance = alpha ** sum(errors) * (1 - alpha) ** (10 - sum(errors))
        mean += chance * e_values(errors, alpha=alpha)[-1]
    assert mean == pytest.approx(1.0, abs=1e-12)


def test_no_bet_can_lose_everything() -> None:
    assert np.all(e_values([False] * 2_000, alpha=0.2) > 0)
    assert np.all(np.isfinite(e_values([True] * 2_000, alpha=0.001)))


def test_a_promise_that_is_kept_is_seldom_revoked_in_a_year_of_looks_at_every_audit() -> None:
    revoked = sum(monitor(audits((2_000, 0.02), seed=seed)).is_revoked for seed in range(200))
    assert revoked / 200 <= 0.05


def test_an_error_that_doubled_is_found_within_a_year() -> None:
    found = [monitor(audits((2_000, 0.04), seed=seed)) for seed in range(60)]
    assert sum(one.is_revoked for one in found) >= 57


def test_a_change_after_a_good_year_is_found_in_weeks() -> None:
    reports = [monitor(audits((2_000, 0.005), (600, 0.08), seed=seed)) for seed in range(40)]
    delays = [one.revoked_at - 2_000 for one in reports if one.revoked_at is not None]
    assert len(delays) >= 39
    assert 0 < np.median(delays) < 200


def test_the_moment_is_the_first_audit_whose_evidence_is_enough() -> None:
    errors = audits((40, 0.0), (60, 0.3))
    report = monitor(errors)
    path = e_values(errors)
    assert report.revoked_at == int(np.argmax(path >= 20))
    assert monitor(errors[: report.revoked_at]).is_revoked is False
    assert report.e_value == pytest.approx(path.max())
    assert (report.n, report.errors) == (100, int(errors.sum()))


def test_a_stricter_delta_takes_more_evidence() -> None:
    errors = audits((100, 0.2))
    late, early = monitor(errors, delta=0.001).revoked_at, monitor(errors, delta=0.1).revoked_at
    assert late is not None
    assert early is not None
    assert early < late


def test_once_revoked_it_stays_revoked() -> None:
    report = monitor(audits((60, 0.3), (5_000, 0.0)))
    assert report.is_revoked
    assert report.e_value >= 20


def test_errors_among_rarely_drawn_audits_weigh_more() -> None:
    errors = [False] * 30 + [True] * 2 + [False] * 30
    often = monitor(errors, [2.0] * 30 + [2.0] * 2 + [20.0] * 30)
    rarely = monitor(errors, [2.0] * 30 + [20.0] * 2 + [2.0] * 30)
    assert rarely.e_value > 10 * often.e_value


def test_unequal_chances_of_an_audit_do_not_revoke_what_is_kept() -> None:
    """Half of the errors' kind is drawn eight times as often; unweighted, the error would seem trebled."""
    revoked = naive = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        is_hard = rng.random(8_000) < 0.25
        errors = rng.random(8_000) < np.where(is_hard, 0.07, 0.003)
        chance = np.where(is_hard, 0.4, 0.05)
        drawn = rng.random(8_000) < chance
        revoked += monitor(errors[drawn], 1 / chance[drawn], 0.02, largest_weight=20.0).is_revoked
        naive += monitor(errors[drawn], None, 0.02).is_revoked
    assert revoked / 100 <= 0.05
    assert naive / 100 > 0.9


def limits_of(errors: Flags) -> tuple[float, float]:
    report = monitor(errors)
    return report.low, report.high


def test_the_confidence_sequence_holds_the_error_at_all_times() -> None:
    missed = 0
    for seed in range(60):
        errors = audits((1_200, 0.03), seed=seed)
        limits = (limits_of(errors[:n]) for n in range(50, 1_201, 50))
        missed += any(not low <= 0.03 <= high for low, high in limits)
    assert missed / 60 <= 0.05


def test_the_confidence_sequence_narrows_as_audits_come_in() -> None:
    widths = []
    for n in (50, 500, 5_000):
        low, high = limits_of(np.arange(n) % 50 == 0)
        assert low <= 0.02 <= high
        widths.append(high - low)
    assert widths[0] > 2 * widths[1] > 4 * widths[2]


def test_right_and_wrong_are_mirror_images_to_the_limits_of() -> None:
    errors = audits((300, 0.3))
    low, high = limits_of(errors)
    assert limits_of(~errors) == pytest.approx((1 - high, 1 - low), abs=0.01)


def test_of_all_right_and_all_wrong_the_open_end_is_reached() -> None:
    assert limits_of([False] * 1_000)[0] == 0.0
    assert limits_of([True] * 1_000)[1] == 1.0
    assert limits_of([False] * 1_000)[1] < 0.02


def test_without_audits_nothing_is_known_and_nothing_revoked() -> None:
    report = monitor([])
    assert (report.n, report.e_value, report.low, report.high) == (0, 1.0, 0.0, 1.0)
    assert not report.is_revoked


def test_values_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="alpha and delta"):
        monitor([True], alpha=0)
    with pytest.raises(ValueError, match="alpha and delta"):
        monitor([True], delta=1)
    with pytest.raises(ValueError, match="one value per audit"):
        monitor([True], [1.0, 2.0])
    with pytest.raises(ValueError, match="positive and finite"):
        monitor([True], [0.0])
    with pytest.raises(ValueError, match="above the largest"):
        monitor([True], [30.0], largest_weight=20.0)


def test_a_loss_between_right_and_wrong_moves_the_wealth_by_its_part() -> None:
    alpha = 0.1
    half = e_values([0.5], alpha=alpha)[-1]
    assert half == pytest.approx((e_values([1.0], alpha=alpha)[-1] + e_values([0.0], alpha=alpha)[-1]) / 2)
    assert monitor([0.5, 0.0, 1.0]).errors == 2


def test_a_loss_beyond_0_to_1_is_refused() -> None:
    with pytest.raises(ValueError, match="a loss between 0 and 1"):
        monitor([1.5])
