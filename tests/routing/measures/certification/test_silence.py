"""Cases that nobody answered in time: what counts for who stays silent."""

import numpy as np
import pytest

from routing.measures.certification.checked_thresholds import CheckedScores, checked_regions
from routing.measures.certification.monitor import monitor
from routing.measures.certification.silence import imputed
from routing.measures.intervals import clopper_pearson_upper


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
