"""The model's error where first answers are checked: what a check stands for, and what holds the truth."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.evidence.estimate import Reach, Stratum
from routing.evidence.phases import CheckedLabel, Phase, phases_of
from routing.measures.estimation.error_estimate import estimate
from routing.measures.estimation.two_phase import two_phase

AUDITS, REVIEWS = (0.1, True), (1.0, False)


def stratum(
    received: int, labeled: int, key: tuple[float, bool] = AUDITS, asked: int | None = None
) -> Stratum:
    return Stratum(key[0], received, labeled if asked is None else asked, labeled, 0, key[1])


def unchecked(count: int, *, is_claim: bool, chance: float = 0.5) -> list[CheckedLabel]:
    return [CheckedLabel(AUDITS, is_claim, chance)] * count


def settled(count: int, *, is_claim: bool, is_error: bool, chance: float = 0.5) -> list[CheckedLabel]:
    return [CheckedLabel(AUDITS, is_claim, chance, True, 1.0, True, is_error)] * count


def test_a_check_stands_for_the_labels_that_say_the_same_and_had_its_chance() -> None:
    labels = [
        *settled(3, is_claim=True, is_error=True, chance=1.0),
        *settled(1, is_claim=True, is_error=False, chance=1.0),
        *settled(1, is_claim=False, is_error=True),
        *settled(19, is_claim=False, is_error=False),
        *unchecked(20, is_claim=False),
        *settled(6, is_claim=False, is_error=False, chance=0.25),
    ]
    result = two_phase(phases_of([stratum(500, 50)], labels))
    assert result is not None
    # Σ e1/π = 4·10 and Σ (e2 − e1)/(π·π2) = −1·10 + 1·10·2, over 500.
    assert result.value == pytest.approx((40 - 10 + 20) / 500)
    assert (result.n, result.reach) == (50, Reach.PERIOD)


def test_an_answer_that_nobody_checked_speaks_for_itself_but_nothing_is_certain_of_it() -> None:
    labels = [*unchecked(2, is_claim=True), *settled(8, is_claim=False, is_error=False)]
    result = two_phase(phases_of([stratum(10, 10)], labels))
    assert result is not None
    assert (result.value, result.low, result.high) == pytest.approx((0.2, 0.0, 0.2))


def test_equal_claims_are_worth_what_the_adjudicated_among_them_are() -> None:
    equal = CheckedLabel(AUDITS, True, 1.0, True, 0.25)
    seen = CheckedLabel(AUDITS, True, 1.0, True, 0.25, True, True)
    refuted = CheckedLabel(AUDITS, True, 1.0, True, 0.25, True, False)
    result = two_phase(phases_of([stratum(8, 8)], [*[equal] * 6, seen, refuted]))
    assert result is not None
    assert result.value == pytest.approx(0.5)


def test_who_answers_late_stands_for_all_who_did_not_answer_in_time() -> None:
    """Hansen & Hurwitz 1946: the mean is (n₁·m₁ + n₂·m₂)/n, m₂ that of the part which was asked again."""
    prompt = [
        CheckedLabel(AUDITS, is_claim, 1.0, True, 1.0, True, is_claim) for is_claim in [True] + 59 * [False]
    ]
    late = [
        CheckedLabel(AUDITS, is_claim, 1.0, True, 1.0, True, is_claim, is_late=True)
        for is_claim in [True] * 2 + [False] * 8
    ]
    phases = phases_of([stratum(1_000, 70, asked=100)], [*prompt, *late])
    result = two_phase(phases)
    assert result is not None
    assert result.value == pytest.approx((60 * (1 / 60) + 40 * 0.2) / 100)


counts = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 200)).map(
    lambda some: (some[0], some[0] + some[1], some[0] + some[1] + some[2])
)


@settings(max_examples=40, deadline=None)
@given(counts, counts, st.integers(0, 50), st.sampled_from([Reach.PERIOD, Reach.FUTURE]))
def test_where_everything_is_checked_it_is_the_estimate_from_perfect_labels(
    audits: tuple[int, int, int], reviews: tuple[int, int, int], unwatched: int, reach: Reach
) -> None:
    strata = [
        Stratum(chance, received, labeled, labeled, errors, accepted)
        for (errors, labeled, received), (chance, accepted) in ((audits, AUDITS), (reviews, REVIEWS))
    ]
    strata.append(Stratum(0.0, unwatched, 0, 0, 0, True))
    labels = [
        CheckedLabel(part.key, place % 2 == 0, 1.0, True, 1.0, True, place < part.errors)
        for part in strata
        for place in range(part.labeled)
    ]
    perfect = estimate("all", strata)
    wanted = perfect.period if reach is Reach.PERIOD else perfect.future
    result = two_phase(phases_of(strata, labels), reach=reach)
    if wanted is None:
        assert result is None
    else:
        assert result is not None
        assert (result.value, result.low, result.high) == pytest.approx(
            (wanted.value, wanted.low, wanted.high)
        )


@pytest.mark.parametrize("fields", [(5, 6, 0), (5, -1, 0), (5, 4, 5), (5, 3, -1)])
def test_counts_that_cannot_be_are_refused(fields: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="ascending counts"):
        Phase(*fields)


def test_parts_hold_no_more_than_was_drawn() -> None:
    with pytest.raises(ValueError, match="ascending counts"):
        Phase(5, 3, 1, (Phase(3, 0),))


def test_a_share_beyond_0_to_1_is_refused() -> None:
    with pytest.raises(ValueError, match="a share lies"):
        Phase(1, 0, otherwise=1.5)


def test_a_label_of_another_stratum_is_refused() -> None:
    with pytest.raises(ValueError, match="a stratum that there is not"):
        phases_of([stratum(10, 1, REVIEWS)], unchecked(1, is_claim=True))


def _period(rng: np.random.Generator) -> tuple[float, Sequence[Phase]]:
    """400 accepted, 60 audited; experts are right in 95 %, one of two confirmations is checked."""
    wrong = rng.random(400) < 0.1
    audited = rng.choice(400, 60, replace=False)
    claims = wrong[audited] ^ (rng.random(60) < 0.05)
    chances = np.where(claims, 1.0, 0.5)
    checked = rng.random(60) < chances
    labels = [
        CheckedLabel((0.15, True), bool(claim), float(chance), bool(check), 1.0, bool(check), bool(error))
        for claim, chance, check, error in zip(claims, chances, checked, wrong[audited], strict=True)
    ]
    return float(wrong.mean()), phases_of([Stratum(0.15, 400, 60, 60, 0, True)], labels)


def test_the_interval_holds_the_truth_as_often_as_it_says_and_the_value_is_not_off() -> None:
    rng = np.random.default_rng(11)
    held, off = [], []
    for _ in range(400):
        truth, phases = _period(rng)
        result = two_phase(phases)
        assert result is not None
        held.append(result.low <= truth <= result.high)
        off.append(result.value - truth)
    assert np.mean(held) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)
    assert abs(np.mean(off)) <= 3 * np.std(off) / np.sqrt(400)
