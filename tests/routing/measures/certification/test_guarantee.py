"""Thresholds with a promise: which are granted, on what, and what is said when none is."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest

from routing.evidence.estimate import Reach
from routing.evidence.promise import Certificate, NotYet, Promise
from routing.measures.certification.guarantee import certify
from routing.measures.estimation.coverage_curve import Traffic

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FIVE = Promise(0.05, 0.95)
TWO = Promise(0.02, 0.95)


@dataclass(frozen=True)
class Stream:
    """Scores and whether the model was wrong, everything known; the truth of `risk` is in the scores."""

    score: Floats
    is_wrong: Bools

    def reviewed(self) -> Traffic:
        """Everything reviewed and answered."""
        every = np.ones(len(self.score), dtype=bool)
        return Traffic.of(self.score, np.ones(len(self.score)), every, every, self.is_wrong)

    def audited(self, chance: Floats, seed: int = 0) -> Traffic:
        """Reviewed with these chances, all answered."""
        # A generator of its own: one seeded like the scores would draw by score.
        asked = np.random.default_rng((seed, 99)).random(len(self.score)) < chance
        return Traffic.of(self.score, chance, asked, asked, asked & self.is_wrong)

    def accepted_from(self, threshold: float, share: float = 0.1, seed: int = 0) -> Traffic:
        """Accepted from a threshold on, with audits of that share; the others reviewed."""
        return self.audited(np.where(self.score >= threshold, share, 1.0), seed)

    def error_from(self, threshold: float) -> float:
        """The true share of errors of what the threshold accepts."""
        return float(self.is_wrong[self.score >= threshold].mean())


def stream(n: int = 4_000, seed: int = 1, error_at_0: float = 0.3) -> Stream:
    """A model whose chance of an error falls from `error_at_0` to none as its score rises to 1."""
    rng = np.random.default_rng(seed)
    score = rng.random(n)
    return Stream(score, rng.random(n) < error_at_0 * (1 - score) ** 2)


def granted(answer: Certificate | NotYet) -> Certificate:
    assert isinstance(answer, Certificate), answer
    return answer


def lacking(answer: Certificate | NotYet) -> NotYet:
    assert isinstance(answer, NotYet), answer
    return answer


def test_a_model_that_is_never_wrong_may_accept_everything() -> None:
    known = stream(error_at_0=0)
    found = granted(certify(known.reviewed(), TWO))
    assert found.threshold == known.score.min()
    assert (found.method, found.accepted, found.labels, found.errors) == ("fixed_sequence", 4_000, 4_000, 0)


def test_the_threshold_granted_keeps_the_promise_and_is_not_far_from_the_lowest_that_does() -> None:
    known = stream()
    found = granted(certify(known.reviewed(), FIVE))
    assert known.error_from(found.threshold) <= found.bound <= 0.05
    assert known.error_from(found.threshold) > 0.03
    assert found.accepted == np.count_nonzero(known.score >= found.threshold)
    assert found.errors == np.count_nonzero(known.is_wrong & (known.score >= found.threshold))


def test_a_random_sample_of_labels_is_enough() -> None:
    known = stream(20_000)
    found = granted(certify(known.audited(np.full(20_000, 0.1)), FIVE))
    assert found.method == "fixed_sequence"
    assert found.labels < 0.12 * found.accepted
    assert known.error_from(found.threshold) <= 0.05


def test_too_few_labels_grant_nothing_however_right_they_are() -> None:
    found = lacking(certify(stream(120, error_at_0=0).reviewed(), TWO))
    assert found.needed == pytest.approx(173 - 120, abs=10)
    assert found.why == "To show at most 1 in 50 wrong takes at least 173 answers, without an error."


def test_with_as_many_labels_as_it_takes_the_promise_is_granted() -> None:
    assert isinstance(certify(stream(172, error_at_0=0).reviewed(), TWO), NotYet)
    assert isinstance(certify(stream(173, error_at_0=0).reviewed(), TWO), Certificate)


def test_a_model_that_errs_everywhere_is_not_helped_by_more_labels() -> None:
    rng = np.random.default_rng(3)
    hopeless = Stream(rng.random(2_000), rng.random(2_000) < 0.2)
    found = lacking(certify(hopeless.reviewed(), FIVE))
    assert found.needed == 0
    assert found.why == "However sure it is, too much is wrong for at most 1 in 20 wrong."


def test_about_as_many_labels_as_were_said_to_be_missing_are_enough() -> None:
    rng = np.random.default_rng(5)
    score, is_wrong = rng.random(40_000), rng.random(40_000) < 0.03
    missing = lacking(certify(Stream(score[:300], is_wrong[:300]).reviewed(), FIVE))
    assert 50 < missing.needed < 1_500
    enough = 300 + 2 * missing.needed
    assert isinstance(certify(Stream(score[:enough], is_wrong[:enough]).reviewed(), FIVE), Certificate)


def test_without_any_label_it_says_how_many_it_takes() -> None:
    known = stream(500)
    found = lacking(certify(known.audited(np.full(500, 1e-6)), TWO))
    assert found.needed == 173
    assert found.why == "To show at most 1 in 50 wrong takes at least 173 random checks, without an error."


def test_what_was_asked_and_not_answered_counts_as_wrong() -> None:
    known = stream(2_000, error_at_0=0)
    answered = np.arange(2_000) % 10 > 0
    traffic = replace(known.reviewed(), is_labeled=answered)
    found = lacking(certify(traffic, FIVE))
    assert found.needed == 0
    assert found.why.endswith("200 cases without an answer count as wrong.")
    few = granted(certify(replace(known.reviewed(), is_labeled=np.arange(2_000) % 100 > 0), FIVE))
    assert (few.unanswered, few.labels, few.errors) == (20, 1_980, 0)
    assert few.bound > 0.01


def test_audits_that_nobody_answered_count_as_wrong_too() -> None:
    known = stream(10_000, error_at_0=0)
    traffic = known.audited(np.full(10_000, 0.1))
    assert isinstance(certify(traffic, FIVE), Certificate)
    half = traffic.is_labeled & (np.arange(10_000) % 2 > 0)
    assert isinstance(certify(replace(traffic, is_labeled=half), FIVE), NotYet)


def test_what_had_to_be_asked_and_was_not_counts_as_wrong() -> None:
    known = stream(2_000, error_at_0=0).reviewed()
    some = np.arange(2_000) % 10 > 0
    assert isinstance(certify(replace(known, is_asked=some, is_labeled=some), FIVE), NotYet)


def test_every_attempt_spends_less_and_so_grants_less() -> None:
    known = stream().reviewed()
    answers = [granted(certify(known, FIVE, attempt=attempt)) for attempt in (1, 3, 10)]
    assert [one.attempt for one in answers] == [1, 3, 10]
    assert [one.spent for one in answers] == pytest.approx([FIVE.spent_by(k) for k in (1, 3, 10)])
    thresholds = [one.threshold for one in answers]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[-1]


def test_census_and_audits_lower_a_threshold_that_is_too_strict() -> None:
    known = stream(8_000)
    found = granted(certify(known.accepted_from(0.8), FIVE, present=0.8))
    assert found.method == "census_and_audit"
    assert found.threshold < 0.7
    assert known.error_from(found.threshold) <= found.bound <= 0.05


def test_the_census_is_worth_more_than_the_audits_alone() -> None:
    known = stream(8_000)
    both = known.accepted_from(0.8)
    is_audit = both.inclusion_probability < 1
    alone = Traffic(*(getattr(both, name)[is_audit] for name in Traffic.__slots__ if name != "group"))
    assert isinstance(certify(alone, TWO, present=0.8), NotYet)
    assert granted(certify(both, FIVE, present=0.8)).threshold < 0.8


def test_this_period_grants_more_than_the_future() -> None:
    known = stream(8_000)
    traffic = known.accepted_from(0.8)
    future = granted(certify(traffic, FIVE, present=0.8))
    period = granted(certify(traffic, FIVE, present=0.8, reach=Reach.PERIOD))
    assert period.threshold < future.threshold
    assert known.error_from(period.threshold) <= period.bound <= 0.05


def test_for_this_period_a_census_needs_no_allowance() -> None:
    known = stream(2_000)
    found = granted(certify(known.reviewed(), FIVE, reach=Reach.PERIOD))
    assert found.bound == pytest.approx(known.error_from(found.threshold))
    assert found.bound <= 0.05


def test_for_this_period_too_few_audits_are_not_enough_either() -> None:
    known = stream(2_000, error_at_0=0)
    found = lacking(certify(known.accepted_from(0, share=0.01), TWO, present=0.0, reach=Reach.PERIOD))
    assert found.needed > 50


def test_a_threshold_that_turns_out_too_low_is_raised_by_its_audits() -> None:
    rng = np.random.default_rng(2)
    score = rng.random(20_000)
    known = Stream(score, rng.random(20_000) < np.where(score >= 0.6, 0.005, 0.2))
    found = granted(certify(known.accepted_from(0.2), FIVE, present=0.2))
    assert found.method == "fixed_sequence"
    assert 0.5 < found.threshold < 0.7


def changed_share(error: float) -> Traffic:
    """Accepted from 0.2 on, which is too low, with audits whose share was changed on the way."""
    rng = np.random.default_rng(2)
    score = rng.random(20_000)
    known = Stream(score, rng.random(20_000) < np.where(score >= 0.6, error, 0.2))
    share = np.where(np.arange(20_000) < 8_000, 0.1, 0.15)
    return known.audited(np.where(score >= 0.2, share, 1.0))


def test_a_threshold_is_raised_across_a_change_of_the_audits_share() -> None:
    found = granted(certify(changed_share(error=0.001), FIVE, present=0.2))
    assert found.method == "census_and_audit"
    assert 0.5 < found.threshold < 0.7


def test_where_only_a_higher_threshold_can_be_hoped_for_it_says_how_many_labels_that_takes() -> None:
    found = lacking(certify(changed_share(error=0.03), FIVE, present=0.2))
    assert found.needed > 100
    assert "random checks" in found.why


def test_audits_with_unequal_chances_are_not_taken_for_one_sample() -> None:
    """Errors hide where audits are rare; taken for one sample, 2 % would seem wrong where 9 % are."""
    rng = np.random.default_rng(6)
    is_rare = rng.random(20_000) < 0.5
    known = Stream(rng.random(20_000), rng.random(20_000) < np.where(is_rare, 0.16, 0.0))
    traffic = known.audited(np.where(is_rare, 0.02, 0.3))
    assert np.average(traffic.is_error[traffic.is_labeled]) < 0.02
    assert isinstance(certify(traffic, FIVE), NotYet)


def test_what_nobody_watched_is_not_taken_for_right() -> None:
    known = stream(4_000, error_at_0=0)
    watched = known.accepted_from(0.5)
    assert granted(certify(watched, FIVE, present=0.5)).threshold < 0.5
    unwatched = known.accepted_from(0.5, share=0.0)
    assert isinstance(certify(unwatched, FIVE, present=0.5), NotYet)


def test_after_a_revocation_the_audits_of_before_still_count() -> None:
    known = stream(8_000)
    before = known.accepted_from(0.8)
    now = np.arange(8_000) >= 4_000
    chance = np.where(now, 1.0, before.inclusion_probability)
    asked = now | before.is_asked
    traffic = Traffic.of(known.score, chance, asked, asked, asked & known.is_wrong)
    assert granted(certify(traffic, FIVE)).method == "census_and_audit"


def test_a_present_threshold_above_every_score_leaves_only_the_census() -> None:
    known = stream(2_000)
    assert certify(known.reviewed(), FIVE, present=1.0) == certify(known.reviewed(), FIVE)


def test_a_cell_spends_its_share_of_an_attempt_and_is_granted_less_for_it() -> None:
    known = stream().reviewed()
    whole, part = (granted(certify(known, FIVE, share=share)) for share in (1.0, 0.05))
    assert part.spent == pytest.approx(0.05 * whole.spent)
    assert part.threshold > whole.threshold


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1, np.nan])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share of the promise"):
        certify(stream().reviewed(), FIVE, share=share)


def test_a_present_threshold_below_every_score_can_only_be_raised() -> None:
    known = stream(20_000)
    share = np.where(np.arange(20_000) < 8_000, 0.1, 0.15)
    found = certify(known.audited(share), FIVE, present=0.0)
    assert granted(found).threshold > 0


@pytest.mark.parametrize("error", [0.0205, 0.024])
def test_a_promise_that_cannot_be_kept_is_granted_no_more_often_than_stated(error: float) -> None:
    """Every threshold errs more than promised, so whatever is granted is a violation."""
    granted_at_all = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        found = certify(Stream(rng.random(1_500), rng.random(1_500) < error).reviewed(), TWO)
        granted_at_all += isinstance(found, Certificate)
    assert granted_at_all / 300 <= TWO.spent_by(1) + 2 * np.sqrt(TWO.spent_by(1) / 300)


def test_lowering_a_threshold_breaks_the_promise_no_more_often_than_stated() -> None:
    broken, audits = 0, 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        score = rng.random(2_000)
        known = Stream(score, rng.random(2_000) < np.where(score >= 0.7, 0.055, 0.0505))
        traffic = known.accepted_from(0.7, 0.2, seed)
        audits += int(np.count_nonzero(traffic.is_asked & (score >= 0.7)))
        broken += isinstance(certify(traffic, FIVE, present=0.7), Certificate)
    assert audits / 100 == pytest.approx(120, abs=5)
    assert broken / 100 <= FIVE.spent_by(1) + 2 * np.sqrt(FIVE.spent_by(1) / 100)


def test_values_that_cannot_be_are_refused() -> None:
    nothing = np.zeros(0)
    with pytest.raises(ValueError, match="at least one prediction"):
        certify(Traffic.of(nothing, nothing, nothing, nothing, nothing), TWO)
    one = Traffic.of([0.5], [0.5], [True], [True], [False])
    with pytest.raises(ValueError, match="scores have to lie"):
        certify(replace(one, score=np.array([1.5])), TWO)
    with pytest.raises(ValueError, match="probabilities have to lie"):
        certify(replace(one, inclusion_probability=np.array([np.nan])), TWO)
    with pytest.raises(ValueError, match="has to be asked"):
        certify(replace(one, is_asked=np.array([False])), TWO)
    with pytest.raises(ValueError, match="inclusion probability of 0"):
        certify(replace(one, inclusion_probability=np.array([0.0])), TWO)
