"""Cases that nobody answered in time: what counts for who stays silent."""

import numpy as np
import pytest
from numpy.typing import NDArray

from routing.evidence.promise import Certificate, Promise
from routing.measures.certification.checked_thresholds import CheckedScores, checked_regions
from routing.measures.certification.guarantee import certify
from routing.measures.certification.monitor import monitor
from routing.measures.certification.silence import imputed
from routing.measures.estimation.coverage_curve import Traffic
from routing.measures.intervals import clopper_pearson_upper

PROMISED = 0.02
PROMISE = Promise(PROMISED, 0.95)
STILL_SILENT, ASKED = 0.2, 2


def test_for_who_is_silent_stands_the_limit_of_those_asked_again_before() -> None:
    losses = [0.0, None, 0.0, 1.0, None, 0.0, None, 0.25]
    late = [False, False, True, False, False, True, False, True]
    result = imputed(losses, late)
    limits = [1.0, clopper_pearson_upper(0, 1), clopper_pearson_upper(0, 2)]
    assert list(result) == [0.0, limits[0], 0.0, 1.0, limits[1], 0.0, limits[2], 0.25]


def test_what_was_found_among_those_asked_again_raises_the_limit() -> None:
    assert imputed([1.0, 0.0, None], [True, True, False])[-1] == clopper_pearson_upper(1, 2)


def test_silence_alone_seldom_revokes_a_promise_that_is_kept() -> None:
    """2 % of 2,000 audits are late, one in five of these for good; 1 % is wrong, 2 % promised."""
    rng, false = np.random.default_rng(2), 0
    for _ in range(200):
        wrong, late = rng.random(2_000) < 0.01, rng.random(2_000) < 0.02
        silent = late & (rng.random(2_000) < 0.2)
        losses = [None if quiet else float(error) for quiet, error in zip(silent, wrong, strict=True)]
        false += monitor(imputed(losses, late.tolist()), alpha=0.02).is_revoked
    assert false / 200 <= 0.05


def is_silent(
    wrong: NDArray[np.bool_], share: float, factor: float, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which of these nobody answers in time, and which nobody answers who is asked again either.

    `factor` times as often where the model is wrong. Two people are asked, and each stays silent in one of
    five cases.
    """
    often = np.where(wrong, factor, 1.0)
    late = rng.random(len(wrong)) < share * often / often.mean()
    return late, late & (rng.random(len(wrong)) < STILL_SILENT**ASKED)


@pytest.mark.long
@pytest.mark.parametrize("factor", [1.0, 2.0])
@pytest.mark.parametrize("share", [0.01, 0.02, 0.05])
@pytest.mark.parametrize("error", [PROMISED / 2, PROMISED])
def test_at_most_5_percent_of_years_lose_a_promise_that_is_kept(
    error: float, share: float, factor: float
) -> None:
    """40 audits a week, with as many wrong as promised or half of it."""
    rng, years, false = np.random.default_rng(5), 200, 0
    for _ in range(years):
        wrong = rng.random(2_000) < error
        late, silent = is_silent(wrong, share, factor, rng)
        losses = [None if quiet else float(one) for quiet, one in zip(silent, wrong, strict=True)]
        false += monitor(imputed(losses, late.tolist()), alpha=PROMISED).is_revoked
    assert false / years <= 0.05


@pytest.mark.long
@pytest.mark.parametrize("factor", [1.0, 2.0])
@pytest.mark.parametrize("share", [0.01, 0.02, 0.05])
def test_silence_takes_few_certificates_away_and_breaks_none(share: float, factor: float) -> None:
    """5,000 labels of a model that errs in half of what it is not sure of; the promise is 2 %."""
    rng, runs, kept, granted, broken = np.random.default_rng(6), 60, 0, 0, 0
    for _ in range(runs):
        score = rng.random(5_000)
        wrong = rng.random(5_000) < (1 - score) ** 2 / 2
        _, silent = is_silent(wrong, share, factor, rng)
        everything = np.ones(5_000, dtype=bool)
        full, answered = (
            certify(Traffic.of(score, np.ones(5_000), everything, labeled, wrong & labeled), PROMISE)
            for labeled in (everything, ~silent)
        )
        granted += isinstance(full, Certificate)
        kept += isinstance(full, Certificate) and isinstance(answered, Certificate)
        if isinstance(answered, Certificate):
            # Of what is above t, so many are wrong: the mean of (1 - s)²/2 over s from t to 1.
            broken += (1 - answered.threshold) ** 2 / 6 > PROMISED
    assert kept >= 0.7 * granted > 0
    assert broken / runs <= 0.05


def test_in_a_certificate_who_was_not_asked_again_is_spoken_for_by_who_was() -> None:
    score, no = np.full(100, 0.5), np.zeros(100, dtype=bool)
    unanswered, asked = np.arange(100) < 20, np.arange(100) < 10
    still_silent = np.arange(100) < 2
    chance = np.where(unanswered, 0.5, 1.0)
    regions = checked_regions(score, CheckedScores(score, no, no, chance, asked | ~unanswered, still_silent))
    assert regions.total[0] == 4.0


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="one value per audit"):
        imputed([0.0], [])
