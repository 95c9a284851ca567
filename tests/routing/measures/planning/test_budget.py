"""A budget spends expert time where it saves the most, and keeps what it was told to keep."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest

from routing.evidence.plan import Budget, Rerouting, TierPlan
from routing.measures.estimation.error_estimate import estimate
from routing.measures.planning.budget import plan_budget
from routing.measures.planning.planned_tier import PlannedTier
from routing.measures.planning.tier_traffic import TierTraffic, expected_errors, lowest_threshold, traffic_of
from tests.routing.making import task, tier_text
from tests.routing.replaying import accepted, labeled, rerouted, reviewed, unwatched


def traffic(tier: str, scores: Sequence[float], **changes: Any) -> TierTraffic:
    """A week of a tier without labels: errors are what the scores say."""
    score = np.asarray(scores, dtype=np.float64)
    nothing = np.zeros(len(score), dtype=bool)
    values: dict[str, Any] = {
        "key": ("returns", tier),
        "score": score,
        "is_labeled": nothing,
        "is_error": nothing,
        "weight": np.ones(len(score)),
        "is_due": nothing,
        "weeks": 1.0,
        "minutes": 1.0,
        "error_cost": 1.0,
        "threshold": 0.9,
        "audit": 0.0,
        "lowest": 0.5001,
    }
    return TierTraffic(**{**values, **changes})


def random_scores(seed: int, count: int = 300) -> list[float]:
    drawn = np.random.default_rng(seed).beta(8, 1, count) / 2 + 0.5
    return [round(float(score), 3) for score in drawn]


CHEAP = traffic("cheap", random_scores(1))
DEAR = traffic("dear", random_scores(2), error_cost=20.0, minutes=3.0)


def tiers(budget: Budget) -> dict[str, TierPlan]:
    return {plan.tier: plan for plan in budget.tiers}


def by_hand(one: TierTraffic, threshold: float, audit: float) -> tuple[float, float]:
    """Minutes and loss of a week if errors are what scores say."""
    accepted = one.score[one.score >= threshold]
    reviewed = len(one.score) - len(accepted) + audit * len(accepted)
    return reviewed * one.minutes, (1 - audit) * one.error_cost * float((1 - accepted).sum())


@pytest.mark.parametrize("minutes", [12.0, 60.0, 200.0, 500.0, 900.0, 1150.0])
def test_no_other_thresholds_lose_less_for_the_same_minutes(minutes: float) -> None:
    found = plan_budget([CHEAP, DEAR], minutes)
    candidates = [0.5001, *np.unique(np.concatenate([CHEAP.score, DEAR.score])).tolist(), 1.1]
    tables = [[by_hand(one, threshold, 0.01) for threshold in candidates] for one in (CHEAP, DEAR)]
    best = min(cheap[1] + dear[1] for cheap, dear in product(*tables) if cheap[0] + dear[0] <= minutes + 1e-9)
    same_score = 4 * 20 * 0.5
    assert found.loss <= best + same_score
    assert found.spent <= minutes + 1e-9


def test_what_a_plan_spends_and_loses_adds_up() -> None:
    found = plan_budget([CHEAP, DEAR], 400.0)
    for one, plan in zip((CHEAP, DEAR), found.tiers, strict=True):
        assert plan.threshold is not None
        assert (plan.minutes, plan.loss) == pytest.approx(by_hand(one, plan.threshold, 0.01))
    assert found.spent == pytest.approx(sum(plan.minutes for plan in found.tiers))
    assert found.now.minutes == pytest.approx(sum(by_hand(one, 0.9, 0.0)[0] for one in (CHEAP, DEAR)))
    assert found.now.loss == pytest.approx(sum(by_hand(one, 0.9, 0.0)[1] for one in (CHEAP, DEAR)))


def by_country(**changes: Any) -> TierTraffic:
    """A tier of which 2,000 of PT and 500 of ES come in a week, and 20 of LU."""
    slices = np.array(["country=PT"] * 2_000 + ["country=ES"] * 500 + ["country=LU"] * 20)
    return traffic("sliced", random_scores(5, 2_520), threshold=0.7, slices=slices, **changes)


def test_every_slice_gets_the_audits_by_which_its_own_error_is_known() -> None:
    found = tiers(plan_budget([by_country()], 2_000.0, half_width=0.02))["sliced"]
    assert set(found.audit_slices) == {"country=PT", "country=ES"}
    shares = found.audit_slices
    assert found.audit == 0.01  # LU is too small to be told from the rest, of which there is none
    assert 0.05 < shares["country=PT"] < shares["country=ES"] < 1
    accepted = {"country=PT": 2_000 * found.accepted / 2_520, "country=ES": 500 * found.accepted / 2_520}
    for name, number in accepted.items():
        n = number * shares[name]
        error = found.loss / found.accepted / (1 - found.audit)
        width = 1.96 * np.sqrt(error * (1 - error) / n * (1 - n / number))
        assert width == pytest.approx(0.02, rel=0.25)


def test_without_slices_the_width_is_that_of_everything_and_takes_fewer_audits() -> None:
    whole = replace(by_country(), slices=None)
    one, several = (tiers(plan_budget([kind], 2_000.0, 0.02))["sliced"] for kind in (whole, by_country()))
    assert one.audit_slices == {}
    assert one.audit < several.audit_slices["country=PT"]


def test_slices_of_the_policy_keep_at_least_their_audits_and_what_these_cost() -> None:
    present = np.array([0.5] * 2_000 + [0.0] * 520)
    changes: dict[str, Any] = {"audit_slices": {"country=PT": 0.5, "segment=new": 0.3}, "audits": present}
    found = plan_budget([by_country(**changes)], 2_000.0, half_width=0.02)
    plan = tiers(found)["sliced"]
    assert plan.audit_slices["country=PT"] == 0.5
    assert plan.audit_slices["segment=new"] == 0.3
    assert found.now.minutes > plan_budget([by_country()], 2_000.0).now.minutes + 900
    assert plan.minutes > 0.5 * plan.accepted * 2_000 / 2_520


def test_the_dearer_error_is_looked_at_more() -> None:
    alike = random_scores(3)
    found = tiers(
        plan_budget([traffic("cheap", alike), traffic("dear", alike, error_cost=10.0)], minutes=150.0)
    )
    cheap, dear = found["cheap"].threshold, found["dear"].threshold
    assert cheap is not None
    assert dear is None or dear > cheap


def test_what_saves_more_in_a_minute_goes_before_what_saves_more_in_all() -> None:
    alike = random_scores(3)
    slow = traffic("slow", alike, error_cost=2.0, minutes=10.0)
    found = tiers(plan_budget([traffic("quick", alike), slow], minutes=200.0))
    assert found["quick"].accepted < 200
    assert found["slow"].accepted > 290


def test_the_curve_falls_ever_more_slowly_to_no_loss() -> None:
    points = plan_budget([CHEAP, DEAR], 400.0).points
    losses = [point.loss for point in points]
    falls = [before - after for before, after in pairwise(losses)]
    assert all(fall >= -1e-9 for fall in falls)
    assert all(fall >= later - 0.5 * 20 for fall, later in pairwise(falls))
    assert falls[0] > 5 * falls[-1]
    assert losses[-1] == pytest.approx(0.0, abs=1e-6)
    assert points[-1].minutes == pytest.approx(300 + 900)


def test_an_hour_saves_what_an_hour_more_loses_less() -> None:
    found, longer = (plan_budget([CHEAP, DEAR], minutes) for minutes in (300.0, 360.0))
    assert found.hour_saves == pytest.approx(found.loss - longer.loss, abs=2 * 20 * 0.5)
    assert found.hour_saves > 0
    assert plan_budget([CHEAP, DEAR], 5_000.0).hour_saves == 0.0


def test_with_time_for_everything_everything_is_reviewed() -> None:
    found = plan_budget([CHEAP, DEAR], 5_000.0)
    assert [plan.threshold for plan in found.tiers] == [None, None]
    assert found.loss == 0.0
    assert found.spent == pytest.approx(1_200)
    assert [plan.audit for plan in found.tiers] == [0.0, 0.0]
    assert all(plan.is_changed for plan in found.tiers)


def test_with_time_for_audits_only_the_lowest_threshold_is_proposed() -> None:
    sure = traffic("sure", [0.5, *random_scores(4)[1:]])
    least = 1 + 0.01 * 299
    (plan,) = plan_budget([sure], least).tiers
    assert plan.threshold is not None
    assert 0.5001 <= plan.threshold <= min(score for score in sure.score if score > 0.5)
    assert plan.minutes == pytest.approx(least)
    with pytest.raises(ValueError, match=r"3 minutes a week are not enough: .* take 4; give that many"):
        plan_budget([sure], 3.0)


def test_nothing_goes_unwatched_and_present_audits_are_kept() -> None:
    found = tiers(plan_budget([CHEAP, replace(DEAR, audit=0.2)], 300.0))
    assert (found["cheap"].audit, found["dear"].audit) == (0.01, 0.2)
    assert (found["cheap"].was_audit, found["dear"].was_audit) == (0.0, 0.2)


def test_a_wanted_width_raises_audits_and_leaves_less_time_for_review() -> None:
    plain, watched = plan_budget([CHEAP, DEAR], 500.0), plan_budget([CHEAP, DEAR], 500.0, half_width=0.02)
    assert all(after.audit >= before.audit for before, after in zip(plain.tiers, watched.tiers, strict=True))
    assert tiers(watched)["cheap"].audit > 0.1
    assert watched.loss > plain.loss
    assert watched.spent <= 500


def test_a_width_asks_nothing_where_nothing_is_accepted() -> None:
    assert plan_budget([CHEAP, DEAR], 5_000.0, half_width=0.01).loss == 0.0
    found = plan_budget([traffic("tiny", [0.6]), CHEAP], 200.0, half_width=0.05)
    assert tiers(found)["tiny"].threshold is None


def test_a_tier_that_is_kept_keeps_its_rule_and_takes_its_minutes_first() -> None:
    due = np.ones(300, dtype=bool)
    always = replace(DEAR, is_due=due, is_kept=True, threshold=None)
    found = tiers(plan_budget([CHEAP, always], 1_000.0))
    assert (found["dear"].threshold, found["dear"].audit, found["dear"].minutes) == (None, 0.0, 900.0)
    assert not found["dear"].is_changed
    assert found["cheap"].minutes <= 100.0
    promised = replace(DEAR, is_due=DEAR.score < 0.8, is_kept=True, threshold=0.8, audit=0.05)
    kept = tiers(plan_budget([CHEAP, promised], 600.0))["dear"]
    assert kept.threshold == 0.8
    assert kept.accepted == np.count_nonzero(DEAR.score >= 0.8)


def test_what_has_to_be_seen_is_reviewed_whatever_the_threshold() -> None:
    novel = replace(CHEAP, is_due=CHEAP.score > 0.99)
    (plan,) = plan_budget([novel], 150.0).tiers
    assert plan.threshold is not None
    due = np.count_nonzero(novel.is_due)
    assert plan.accepted == np.count_nonzero(CHEAP.score >= plan.threshold) - due
    only_due = replace(CHEAP, is_due=np.ones(300, dtype=bool), audit=0.05)
    (left,) = plan_budget([only_due], 400.0).tiers
    assert not left.is_changed


def test_numbers_are_those_of_a_week() -> None:
    month = replace(CHEAP, weeks=4.0)
    (plan,) = plan_budget([month], 50.0).tiers
    assert plan.received == 75
    assert plan.minutes <= 50.0
    assert plan.minutes == pytest.approx(50.0, abs=2.0)


def test_errors_follow_the_labels_where_there_are_enough() -> None:
    rng = np.random.default_rng(5)
    score = rng.uniform(0.5, 1.0, 4_000)
    wrong = rng.random(4_000) < 3 * (1 - score) / 2
    asked = rng.random(4_000) < 0.5
    known = traffic(
        "known", score.tolist(), is_labeled=asked, is_error=wrong & asked, weight=np.full(4_000, 2.0)
    )
    errors, rests_on_labels = expected_errors(known)
    assert rests_on_labels
    assert float(errors.sum()) == pytest.approx(float(wrong.sum()), rel=0.05)
    assert np.all(np.diff(errors[np.argsort(score)]) <= 0)


def good_model(seed: int, audit: float = 0.05, answered: float = 1.0) -> tuple[TierTraffic, Any]:
    """A week of a model that is wrong in 1 of 1,000 accepted and in 1 of 100 others; and which are wrong."""
    rng = np.random.default_rng(seed)
    score = np.clip(rng.beta(12, 1, 6_000), 0.5, 1).round(4)
    is_accepted = score >= 0.9
    wrong = rng.random(6_000) < np.where(is_accepted, 0.001, 0.01)
    asked = rng.random(6_000) < np.where(is_accepted, audit, 1.0)
    labeled_ones = asked & (rng.random(6_000) < np.where(is_accepted, answered, 1.0))
    return (
        traffic(
            "good",
            score.tolist(),
            is_labeled=labeled_ones,
            is_error=wrong & labeled_ones,
            weight=np.where(is_accepted, 1 / audit, 1.0),
            stratum=is_accepted.astype(np.intp),
            was_accepted=is_accepted,
        ),
        wrong,
    )


@pytest.mark.parametrize("answered", [1.0, 0.5])
def test_a_good_model_is_not_said_to_err_several_times_as_often(answered: float) -> None:
    expected, happened = 0.0, 0.0
    for seed in range(60):
        good, wrong = good_model(seed, answered=answered)
        assert good.was_accepted is not None
        expected += float(expected_errors(good)[0][good.was_accepted].sum())
        happened += float(wrong[good.was_accepted].sum())
    assert expected == pytest.approx(happened, rel=0.5)


@pytest.mark.parametrize("seed", range(5))
def test_the_mean_of_the_curve_is_the_stratified_estimate(seed: int) -> None:
    good, _ = good_model(seed, answered=0.5)
    errors, _ = expected_errors(good)
    period = estimate("all", good.stratified.strata, are_pooled=True).period
    assert period is not None
    assert float(errors.mean()) == pytest.approx(period.value, abs=1e-9)
    assert np.all(np.diff(errors[np.argsort(good.score, kind="stable")]) <= 1e-12)


def test_the_interval_of_the_loss_holds_the_truth_and_narrows_with_labels() -> None:
    widths, held = [], 0
    for audit in (0.02, 0.2):
        for seed in range(10):
            good, _ = good_model(seed, audit=audit)
            lost = PlannedTier(good, expected_errors(good)[0], audit).lost(0.9, np.full(6_000, audit))
            assert lost.interval.low <= lost.value <= lost.interval.high
            held += lost.interval.low <= 0.001 <= lost.interval.high
        widths.append(lost.interval.high - lost.interval.low)
    assert held >= 18
    assert widths[1] < widths[0] / 2


def test_what_a_tied_block_leaves_over_goes_to_other_tiers_and_then_to_audits() -> None:
    tied = traffic("tied", [0.7] * 200 + [0.95] * 100)
    other = traffic("other", [0.8] * 30 + [0.9] * 30)
    found = tiers(plan_budget([tied, other], 150.0))
    assert found["other"].threshold is None, "0.7 would save more, and does not fit"
    assert sum(plan.minutes for plan in found.values()) == pytest.approx(150.0, abs=1.0)
    assert found["tied"].audit > 0.2
    alone = plan_budget([tied], 150.0)
    assert alone.spent == pytest.approx(150.0, abs=1.0)
    assert alone.loss < plan_budget([tied], 100.0).loss


def test_audits_of_a_tier_that_is_kept_rise_where_that_saves_more_than_reviews() -> None:
    kept = traffic("kept", [0.9] * 100, is_kept=True, threshold=None, audit=0.05, error_cost=50.0)
    found = tiers(plan_budget([kept, CHEAP], 60.0))
    assert found["kept"].audit > 0.5
    assert found["kept"].threshold is None
    assert found["kept"].is_kept
    assert tiers(plan_budget([kept, CHEAP], 1_000.0))["kept"].audit == 1.0


@pytest.mark.parametrize("seed", range(2))
def test_more_minutes_never_lose_more(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = [np.round(rng.uniform(0.51, 1, 80), 1 + n % 2).clip(0.51, 1).tolist() for n in range(4)]
    mixed = [traffic(f"t{n}", own, minutes=n + 1.0) for n, own in enumerate(scores)]
    kept = traffic("kept", [0.9] * 50, is_kept=True, threshold=None, audit=0.05, error_cost=3.0)
    budgets = [plan_budget([*mixed, kept], float(minutes)) for minutes in range(70, 800, 73)]
    for less, more in pairwise(budgets):
        assert more.loss <= less.loss + 0.01, "an audit share has four digits"
        assert less.hour_saves >= -0.01
        assert less.spent <= less.minutes + 1e-6


def test_with_few_labels_errors_are_what_the_confidence_says_and_that_is_said() -> None:
    few = replace(CHEAP, is_labeled=np.arange(300) < 29)
    errors, rests_on_labels = expected_errors(few)
    assert not rests_on_labels
    assert errors.tolist() == (1 - CHEAP.score).tolist()
    assert (
        "returns (cheap): 29 answers do not tell how much is wrong" in plan_budget([few], 100.0).warnings[0]
    )


def test_labels_of_very_unequal_weight_are_few() -> None:
    weight = np.where(np.arange(300) == 0, 10_000.0, 1.0)
    unequal = replace(CHEAP, is_labeled=np.arange(300) < 100, weight=weight)
    assert not expected_errors(unequal)[1]


def test_it_says_where_every_error_costs_the_same_and_which_tiers_are_kept() -> None:
    same = plan_budget([CHEAP, replace(CHEAP, key=("returns", "other"))], 200.0)
    assert any("an error costs the same everywhere" in one for one in same.warnings)
    assert not any("costs the same" in one for one in plan_budget([CHEAP, DEAR], 200.0).warnings)
    always = replace(CHEAP, is_due=np.ones(300, dtype=bool), is_kept=True, threshold=None)
    assert any("returns (cheap) keeps its rule" in one for one in plan_budget([always], 300.0).warnings)


def test_order_of_tiers_changes_nothing() -> None:
    one, other = plan_budget([CHEAP, DEAR], 400.0), plan_budget([DEAR, CHEAP], 400.0)
    assert tiers(one) == tiers(other)
    assert one.hour_saves == pytest.approx(other.hour_saves)


def test_without_traffic_there_is_nothing_to_plan() -> None:
    with pytest.raises(ValueError, match="no traffic to plan for"):
        plan_budget([traffic("empty", [])], 100.0)
    (plan, empty) = plan_budget([CHEAP, traffic("empty", [], audit=0.05)], 100.0).tiers
    assert (empty.threshold, empty.loss, empty.is_changed) == (0.9, 0.0, False)
    assert plan.minutes <= 100


@pytest.mark.parametrize(("labels", "lowest"), [(2, 0.5001), (3, 0.3334), (100, 0.0101)])
def test_the_lowest_threshold_is_more_than_every_model_reaches(labels: int, lowest: float) -> None:
    assert lowest_threshold(labels) == pytest.approx(lowest)
    assert 1 / labels < lowest_threshold(labels)


def of_policy(rows: Sequence[Rerouting], **values: str) -> TierTraffic:
    returns = task(tiers=tier_text(**values))
    return traffic_of(returns, returns.tiers[0], rows, 2.0)


ROWS = [
    rerouted(accepted(), accepted(), score=0.95),
    labeled(accepted(is_audit=True), accepted(is_audit=True), score=0.92, wrong=True),
    labeled(reviewed(), reviewed(), score=0.6),
    rerouted(reviewed(), reviewed(), score=0.97),
    unwatched(rerouted(accepted(), accepted(), score=0.91)),
]


def test_the_traffic_of_a_tier_is_what_its_policy_made_of_it() -> None:
    found = of_policy(ROWS, quorum="2", minutes_per_label="1.5", error_cost="7", audit="0.1")
    assert found.score.tolist() == [0.95, 0.92, 0.6, 0.97, 0.91]
    assert found.is_labeled.tolist() == [False, True, True, False, False]
    assert found.is_error.tolist() == [False, True, False, False, False]
    assert found.weight.tolist() == [10.0, 10.0, 1.0, 1.0, 1.0]
    assert found.is_due.tolist() == [False, False, False, True, False], "sure, and reviewed all the same"
    assert (found.minutes, found.error_cost, found.weeks) == (3.0, 7.0, 2.0)
    assert (found.threshold, found.audit, found.lowest, found.is_kept) == (0.9, 0.1, 0.3334, False)


@pytest.mark.parametrize("rule", ['"always_review"', "{ error = 0.02, confidence = 0.95 }"])
def test_what_is_always_reviewed_or_promised_is_kept(rule: str) -> None:
    found = of_policy(ROWS, accept_above=rule, **({} if "always" in rule else {"audit": "0.1"}))
    assert (found.threshold, found.is_kept) == (None, True)
    assert found.is_due.tolist() == [False, False, True, True, False]


def test_traffic_of_no_time_is_refused() -> None:
    returns = task()
    with pytest.raises(ValueError, match="has to cover some time"):
        traffic_of(returns, returns.tiers[0], ROWS, 0.0)


def test_what_has_no_confidence_is_reviewed_whatever_the_budget_and_its_labels_teach_nothing() -> None:
    rows = [rerouted(accepted(), accepted()), rerouted(reviewed(), reviewed())] * 50
    bare = [labeled(reviewed(), reviewed(), wrong=True, score=None)] * 40
    tier = task(tiers=tier_text(accept_above="0.9")).tiers[0]
    found = traffic_of(task(), tier, [*rows, *bare], weeks=1.0)
    assert (found.labels, int(found.is_due.sum())) == (0, 40)
    (plan,) = plan_budget([found], 1_000.0).tiers
    assert plan.received - plan.accepted >= 40
    assert plan.loss == plan.loss  # is a number


def test_a_second_opinion_takes_an_expert_as_long_as_the_first() -> None:
    found = of_policy(ROWS, second_opinions="0.5", minutes_per_label="2.0")
    assert found.minutes == 3.0
