"""What an expert's answers are worth: what must be seen is seen, what is chance is not."""

import numpy as np
import pytest

from routing.evidence.expertise import Arm, SessionChange
from routing.measures.expertise.anchoring import anchoring
from routing.measures.expertise.session import session_change
from routing.measures.expertise.skill import own_confidence, retest, skills


def test_with_five_answers_each_shrinkage_halves_the_error_of_the_raw_rate() -> None:
    rng = np.random.default_rng(1)
    truth = rng.beta(27, 3, size=200)
    graded = [(f"{who:03}", "all", bool(rng.random() < truth[who])) for who in range(200) for _ in range(5)]
    estimates = skills(graded)
    shrunk = np.sqrt(np.mean([(one.value - skill) ** 2 for one, skill in zip(estimates, truth, strict=True)]))
    raw = np.sqrt(
        np.mean([(one.right / 5 - skill) ** 2 for one, skill in zip(estimates, truth, strict=True)])
    )
    covered = np.mean([one.low <= skill <= one.high for one, skill in zip(estimates, truth, strict=True)])
    assert shrunk <= 0.55 * raw
    assert covered >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 200)


def test_of_few_experts_with_few_answers_the_interval_holds_the_skill_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    held = []
    for _ in range(60):
        truth = {f"{who}": rng.beta(18, 2) for who in range(10)}
        graded = [(who, "all", bool(rng.random() < skill)) for who, skill in truth.items() for _ in range(5)]
        held.append(np.mean([one.low <= truth[one.expert] <= one.high for one in skills(graded)]))
    assert np.mean(held) >= 0.95 - 3 * np.std(held) / np.sqrt(60)


def test_each_slice_has_experts_of_its_own() -> None:
    graded = [("x", "pt", True)] * 30 + [("x", "de", False)] * 30 + [("y", "de", False)] * 10
    estimates = skills(graded)
    assert [(one.slice, one.expert, one.n) for one in estimates] == [
        ("de", "x", 30),
        ("de", "y", 10),
        ("pt", "x", 30),
    ]
    assert estimates[0].value < 0.1 < 0.9 < estimates[2].value
    assert skills([]) == ()


def test_a_session_that_turns_bad_is_seen_and_a_usual_one_is_not() -> None:
    rng = np.random.default_rng(2)
    usual = [session_change((rng.random(60) < 0.1).tolist(), 0.1, 7, runs=4_000) for _ in range(400)]
    chances = np.r_[np.full(20, 0.1), np.full(40, 0.35)]
    tired = [session_change((rng.random(60) < chances).tolist(), 0.1, 7, runs=4_000) for _ in range(200)]
    false = np.mean([change.at is not None for change in usual])
    seen = np.mean([change.at is not None for change in tired])
    assert false <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)
    assert seen >= 0.85


def test_the_sum_is_pages_and_says_where_its_limit_was_passed() -> None:
    errors = [False] * 10 + [True] * 10
    change = session_change(errors, 0.2, 1)
    up, down = np.log((1 / 3) / 0.2), np.log((2 / 3) / 0.8)
    total, sums = 0.0, []
    for is_wrong in errors:
        total = max(0.0, total + (up if is_wrong else down))
        sums.append(total)
    assert change.highest == pytest.approx(max(sums))
    assert change.at == next(place for place, value in enumerate(sums) if value > change.limit)
    assert session_change([], 0.2, 1) == SessionChange(0.0, 0.0, None)


def test_anchoring_that_confidence_explains_is_not_seen_within_strata() -> None:
    """Where sure predictions are shown more often, the arms differ though nobody follows them."""
    mixed = anchoring([(Arm(160, 200), Arm(40, 50)), (Arm(10, 50), Arm(40, 200))])
    assert mixed.value is not None
    assert mixed.value > 0.3
    assert mixed.within_strata == pytest.approx(0)
    assert mixed.p_value == pytest.approx(0.5)
    real = anchoring([(Arm(160, 200), Arm(25, 50)), (Arm(30, 50), Arm(40, 200))])
    assert real.p_value is not None
    assert real.p_value < 1e-6


@pytest.mark.parametrize("strata", [1, 25])
def test_the_interval_within_strata_covers_with_few_large_and_many_small_strata(strata: int) -> None:
    rng = np.random.default_rng(strata)
    base, size, covered = np.linspace(0.2, 0.6, strata), 200 // strata, []
    for _ in range(400):
        arms = [
            (Arm(int(rng.binomial(size, p + 0.2)), size), Arm(int(rng.binomial(size, p)), size)) for p in base
        ]
        stratified = anchoring(arms).stratified
        assert stratified is not None
        covered.append(stratified.low <= 0.2 <= stratified.high)
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / 400) - 0.005


def test_without_cases_nothing_is_told() -> None:
    empty = anchoring([(Arm(3, 5), Arm(0, 0))])
    assert (empty.value, empty.interval, empty.within_strata, empty.p_value) == (None, None, None, None)
    assert anchoring([(Arm(5, 5), Arm(5, 5))]).p_value is None
    assert retest([]) is None
    assert own_confidence([], [], 1) is None
    same = retest([("a", "a")] * 5)
    assert same is not None
    assert (same.same, same.kappa) == (1.0, None)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="ascending"):
        Arm(6, 5)
    with pytest.raises(ValueError, match="usual error"):
        session_change([True], 0.0, 1)
    with pytest.raises(ValueError, match="usual error"):
        session_change([True], 0.1, 1, times=1.0)
    with pytest.raises(ValueError, match="one value per prediction"):
        own_confidence([0.5], [True, False], 1)
