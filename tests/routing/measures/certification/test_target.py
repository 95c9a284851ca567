"""Holding a model against what is allowed: above it is who the labels of all weeks say is, nobody before."""

import numpy as np
import pytest

from routing.evidence.estimate import Stratum
from routing.measures.certification.monitor import e_values
from routing.measures.certification.target import LEAST, hold_against
from routing.measures.estimation.error_estimate import estimate

ALPHA, DELTA = 0.02, 0.05
AUDITS, WEEKS = 40, 52
BROKEN = [True, True]
"""The evidence is enough with the second of these: see the run of errors from the start."""


def labels(*spells: tuple[int, float], seed: int = 0) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Labels in spells of so many with such an error."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.random(n) < error for n, error in spells])


def test_without_labels_nothing_is_said() -> None:
    report = hold_against([])
    assert (report.n, report.errors, report.e_value, report.is_above) == (0, 0, 1.0, False)


def test_a_first_wrong_label_accuses_nobody() -> None:
    assert not hold_against([True], alpha=ALPHA).is_above
    assert not hold_against([True], alpha=0.5).is_above


@pytest.mark.parametrize(("errors", "is_above"), [(2, False), (3, True)])
def test_a_run_of_errors_from_the_start_counted_out(errors: int, is_above: bool) -> None:
    """0.3 + 0.35 of the wealth is bet at once: 0.65·mean(Π(1 + λ·0.98)) + 0.35 ≥ 20 from the third on."""
    bets = np.array([0.5, 1, 2, 4, 8, 16, 32])
    wealth = 0.65 * np.mean((1 + bets * 0.98) ** errors) + 0.35
    report = hold_against([True] * errors, alpha=ALPHA, delta=1 / 200)
    assert report.e_value == pytest.approx(wealth)
    assert report.is_above is bool(wealth >= 200)
    assert report.is_above is is_above


def test_a_breach_stands_until_as_many_labels_as_tell_speak_for_the_model() -> None:
    assert hold_against(BROKEN + [False] * 49, alpha=ALPHA).is_above
    mended = hold_against(BROKEN + [False] * 50, alpha=ALPHA)
    assert (mended.is_above, mended.breaches) == (False, 1)
    assert hold_against([*BROKEN, True] + [False] * 49, alpha=ALPHA).is_above is False
    assert hold_against([*BROKEN, True, True] + [False] * 97, alpha=ALPHA).is_above


def test_a_large_target_takes_nothing_back_on_fewer_than_twenty() -> None:
    broken = [True] * 20
    assert hold_against(broken + [False] * (LEAST - 1), alpha=0.3).is_above
    assert not hold_against(broken + [False] * (LEAST + 20), alpha=0.3).is_above


def test_after_a_breach_was_taken_back_the_bets_begin_anew() -> None:
    again = hold_against(BROKEN + [False] * 50 + BROKEN, alpha=ALPHA)
    assert (again.is_above, again.breaches) == (True, 2)


def test_the_same_labels_always_give_the_same_state() -> None:
    course = labels((300, 0.08), (600, 0.01), seed=4)
    states = [hold_against(course[:n], alpha=ALPHA).is_above for n in range(0, 901, 50)]
    assert states == [hold_against(list(course[:n]), alpha=ALPHA).is_above for n in range(0, 901, 50)]
    assert any(states)
    assert states[-1] is False


def test_what_was_seldom_looked_at_weighs_more() -> None:
    """The errors stand for as much as their chance of review says: rare among all, not among the reviewed."""
    reviewed, audited = [True] * 8 + [False] * 32, [False] * 40
    weights = [1.0] * 40 + [20.0] * 40
    assert hold_against(reviewed, alpha=0.05).is_above
    assert not hold_against(audited + reviewed, weights[::-1], alpha=0.05).is_above


def test_impossible_values_are_refused() -> None:
    with pytest.raises(ValueError, match="largest"):
        hold_against([False], [10.0], largest_weight=5.0)


def test_an_error_that_is_twice_as_large_is_called_within_the_year() -> None:
    above = [hold_against(labels((AUDITS * WEEKS, 2 * ALPHA), seed=seed)).breaches for seed in range(40)]
    assert sum(map(bool, above)) >= 38


def is_accused(course: np.ndarray[tuple[int], np.dtype[np.bool_]], delta: float) -> bool:
    """Whether any of the year's weeks would have called it."""
    return hold_against(course, alpha=ALPHA, delta=delta).breaches > 0


@pytest.mark.long
@pytest.mark.parametrize("audits", [5, 20, 40, 150])
def test_at_most_5_percent_of_years_accuse_a_model_exactly_at_its_target(audits: int) -> None:
    years = 2_000
    accused = sum(is_accused(labels((audits * WEEKS, ALPHA), seed=seed), DELTA) for seed in range(years))
    assert accused / years <= DELTA


@pytest.mark.long
def test_a_weekly_test_at_5_percent_accuses_it_far_more_often() -> None:
    """What it replaces: the week's interval beyond the target, looked at every week."""
    rng = np.random.default_rng(1)
    accused = 0
    for _ in range(40):
        weekly = [Stratum(0.1, 400, 40, 40, int(errors), True) for errors in rng.binomial(40, ALPHA, WEEKS)]
        lows = [now.low for part in weekly if (now := estimate("accepted", [part]).period)]
        accused += any(low > ALPHA for low in lows)
    assert accused / 40 > 0.2


@pytest.mark.long
def test_predictions_drawn_with_unequal_chances_accuse_as_seldom() -> None:
    """Hard ones are all reviewed and err often, sure ones are drawn at 5 %: 2 % of all are wrong."""
    years, accused = 400, 0
    for seed in range(years):
        rng = np.random.default_rng(seed)
        is_hard = rng.random(500 * WEEKS) < 0.1
        wrong = rng.random(len(is_hard)) < np.where(is_hard, 0.11, 0.01)
        chance = np.where(is_hard, 1.0, 0.05)
        kept = rng.random(len(is_hard)) < chance
        report = hold_against(wrong[kept], 1 / chance[kept], ALPHA, DELTA, 20.0)
        accused += report.breaches > 0
    assert accused / years <= DELTA


def test_the_evidence_is_that_of_the_monitor() -> None:
    course = labels((200, 0.06), seed=3)
    report = hold_against(course, alpha=ALPHA, delta=1e-9)
    assert report.e_value == pytest.approx(float(e_values(course, alpha=ALPHA).max()))
