"""Which test a threshold takes where labels are checked, and that it keeps its promise with each."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.evidence.promise import Certificate, NotYet, Promise
from routing.measures.certification.check_design import (
    Checks,
    TruthTest,
    certify_by_checks,
    design_of,
)
from routing.measures.certification.checked_thresholds import METHOD
from routing.measures.certification.guarantee import certify
from routing.measures.estimation.coverage_curve import Traffic
from routing.measures.sample import Floats

PROMISE = Promise(0.05, 0.9)
SPENT = PROMISE.spent_by(1)


def answered(
    rng: np.random.Generator, n: int, error: float, *, nods: float = 0.0, chance: Floats | float = 1.0
) -> tuple[Traffic, Checks]:
    """Reviews of scores that rank well; a part of the wrong is waved through unless it is checked."""
    score, everything = rng.random(n), np.ones(n, dtype=bool)
    is_error = rng.random(n) < 2 * error * (1 - score)
    is_claim = is_error & (rng.random(n) >= nods)
    chances = np.broadcast_to(chance, n).astype(float)
    is_drawn = rng.random(n) < chances
    decided = is_claim | (is_error & is_drawn)
    traffic = Traffic(score, np.ones(n), everything, everything, decided, np.arange(n))
    return traffic, Checks(chances, is_drawn, is_claim)


def audited(rng: np.random.Generator, n: int, error: float, present: float) -> tuple[Traffic, Checks]:
    """Traffic that is accepted from `present` on: a fifth of it is audited, and all of these are checked."""
    traffic, checks = answered(rng, n, error, nods=0.5, chance=1.0)
    passes = traffic.score >= present
    inclusion = np.where(passes, 0.2, 1.0)
    asked, chance = rng.random(n) < inclusion, np.where(passes, 1.0, 0.25)
    drawn = asked & (rng.random(n) < chance)
    decided = asked & (checks.is_claim | (traffic.is_error & drawn))
    watched = Traffic(traffic.score, inclusion, asked, asked, decided, traffic.group)
    return watched, Checks(chance, drawn, checks.is_claim & asked)


def chosen(traffic: Traffic, checks: Checks, present: float | None = None) -> TruthTest:
    return design_of(traffic, checks, PROMISE, SPENT, present).test


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 600), st.sampled_from([0.0, 0.02, 0.2]), st.integers(1, 3))
def test_where_everything_is_checked_it_is_the_test_of_labels(
    seed: int, n: int, error: float, attempt: int
) -> None:
    traffic, checks = answered(np.random.default_rng(seed), n, error)
    answer = certify_by_checks(traffic, checks, PROMISE, None, attempt, 0.5)
    wanted = certify(traffic, PROMISE, None, attempt, share=0.5)
    if isinstance(wanted, NotYet):
        wanted = replace(wanted, opinions=wanted.needed)
    assert answer == wanted


def test_the_test_is_chosen_by_chances_scores_and_groups() -> None:
    rng = np.random.default_rng(1)
    traffic, checks = answered(rng, 500, 0.02, chance=0.25)
    assert chosen(*answered(rng, 500, 0.02)) is TruthTest.AS_LABELED
    assert chosen(traffic, checks) is TruthTest.SUM
    assert chosen(replace(traffic, group=None), checks) is TruthTest.SUM
    assert chosen(replace(traffic, group=np.arange(500) // 2), checks) is TruthTest.SAMPLE
    uneven = np.where(np.arange(500) % 2, 0.25, 0.5)
    assert chosen(traffic, replace(checks, chance=uneven)) is TruthTest.SAMPLE
    assert chosen(*audited(rng, 500, 0.02, 0.5), 0.5) is TruthTest.SAMPLE


def test_what_is_checked_whole_is_tested_by_itself_once_it_is_enough() -> None:
    rng = np.random.default_rng(2)
    score = np.random.default_rng(2).random(1_000)
    traffic, checks = answered(rng, 1_000, 0.005, chance=np.where(score > 0.7, 1.0, 0.1))
    design = design_of(traffic, checks, PROMISE, SPENT)
    assert design.test is TruthTest.AS_LABELED
    assert traffic.score[design.is_tested].min() > 0.7 > traffic.score[~design.is_tested].max() - 0.01
    answer = certify_by_checks(traffic, checks, PROMISE)
    kept = design.is_tested
    alone = Traffic(*(getattr(traffic, name)[kept] for name in Traffic.__slots__))
    assert isinstance(answer, Certificate)
    assert answer == certify(alone, PROMISE)
    assert answer.threshold > 0.7
    few = np.where(score > 0.99, 1.0, 0.1)
    assert chosen(traffic, replace(checks, chance=few)) is TruthTest.SAMPLE


@pytest.mark.parametrize("present", [None, 0.5])
def test_no_outcome_changes_which_test_it_is(present: float | None) -> None:
    rng = np.random.default_rng(3)
    traffic, checks = audited(rng, 400, 0.02, 0.5) if present else answered(rng, 400, 0.02, chance=0.25)
    before = design_of(traffic, checks, PROMISE, SPENT, present)
    for _ in range(20):
        others = replace(
            traffic,
            is_labeled=traffic.is_asked & (rng.random(400) < 0.8),
            is_error=rng.random(400) < 0.5,
        )
        claims = replace(checks, is_drawn=rng.random(400) < 0.5, is_claim=rng.random(400) < 0.5)
        after = design_of(others, claims, PROMISE, SPENT, present)
        assert after.test is before.test
        assert np.array_equal(after.is_tested, before.is_tested)


def test_claims_count_once_and_what_was_missed_for_as_many_as_it_stands_for() -> None:
    """Of 400 a quarter is checked: 2 claims stand, 1 was refuted, 1 error was caught, 3 wait."""
    n = 400
    everything, drawn = np.ones(n, dtype=bool), np.arange(n) < 100
    claim = np.isin(np.arange(n), [0, 399, 1])
    error = np.isin(np.arange(n), [0, 399, 2])
    labeled = np.arange(n) < n - 4
    labeled[399] = True
    traffic = Traffic(np.full(n, 0.5), np.ones(n), everything, labeled, error)
    answer = certify_by_checks(traffic, Checks(np.full(n, 0.25), drawn, claim), Promise(0.2, 0.9))
    assert isinstance(answer, Certificate)
    assert (answer.method, answer.labels, answer.errors, answer.unanswered) == (METHOD, n - 3, 3, 3)


def test_a_sample_holds_each_prediction_with_the_least_chance_of_any() -> None:
    """A fifth of 20,000 is drawn of what passes, a quarter of all else: a fifth of everything is tested."""
    traffic, checks = audited(np.random.default_rng(4), 20_000, 0.01, 0.5)
    answer = certify_by_checks(traffic, checks, PROMISE, 0.5)
    assert isinstance(answer, Certificate)
    assert answer.accepted == np.count_nonzero(traffic.score >= answer.threshold)
    assert answer.labels / answer.accepted == pytest.approx(0.2, abs=0.02)
    assert answer == certify_by_checks(traffic, checks, PROMISE, 0.5)


def test_nothing_is_shown_by_what_had_no_chance_of_a_check() -> None:
    traffic, checks = answered(
        np.random.default_rng(5), 400, 0.0, chance=np.where(np.arange(400) < 9, 0.0, 1.0)
    )
    answer = certify_by_checks(traffic, checks, PROMISE, 0.5)
    assert isinstance(answer, NotYet)
    assert answer.needed == answer.opinions > 0


@pytest.mark.long
@pytest.mark.parametrize(("nods", "chance"), [(0.5, 0.2), (0.15, 0.5)])
@pytest.mark.parametrize("kind", ["sum", "sample", "whole"])
def test_a_promise_holds_whatever_first_answers_wave_through(kind: str, nods: float, chance: float) -> None:
    rng, broken, granted, runs = np.random.default_rng(6), 0, 0, 100
    for _ in range(runs):
        traffic, checks, present = _period(kind, nods, chance, rng)
        answer = certify_by_checks(traffic, checks, PROMISE, present)
        # Above a threshold t the error is the mean of 0.2·(1 − score): 0.1·(1 − t).
        broken += isinstance(answer, Certificate) and 0.1 * (1 - answer.threshold) > PROMISE.error
        granted += isinstance(answer, Certificate)
    assert broken / runs <= SPENT + 3 * math.sqrt(SPENT * (1 - SPENT) / runs)
    assert granted


def _period(
    kind: str, nods: float, chance: float, rng: np.random.Generator
) -> tuple[Traffic, Checks, float | None]:
    if kind == "sample":
        return *audited(rng, 3_000, 0.1, 0.7), 0.7
    traffic, checks = answered(rng, 2_000, 0.1, nods=nods, chance=chance)
    if kind == "sum":
        return traffic, checks, None
    passes = traffic.score > 0.6
    drawn, certain = checks.is_drawn | passes, np.where(passes, 1.0, chance)
    return traffic, Checks(certain, drawn, checks.is_claim), None
