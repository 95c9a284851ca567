"""What checks show is exact, of all tiers together and of each, and by task."""

import pytest

from bot.usecases.digest.trial_shares import gold_shares, oversight
from routing.policy import load_policy
from storage.trials.outcomes import GoldAnswer, PlantedCount
from tests.worlds.people import ANN, BEN
from tests.worlds.policies import DESK, PAYOUTS

POLICY = load_policy(DESK.replace('"topic"]', '"topic", "payout"]', 1) + PAYOUTS, "policy.toml")
LEADS, OTHERS = POLICY.teams["leads"], POLICY.teams["others"]


def test_seventeen_of_nineteen_are_between_67_and_99_percent() -> None:
    # The exact interval of Clopper and Pearson (1934), as tables have it.
    shown = oversight(POLICY, LEADS, [PlantedCount("fraud", "high", 17, 19, 2)])
    assert shown is not None
    assert (shown.whole.caught, shown.whole.planted) == (17, 19)
    assert (shown.whole.low, shown.whole.high) == pytest.approx((0.6686, 0.9870), abs=1e-4)
    (row,) = shown.tiers
    assert (row.task, row.tier, row.share, row.unanswered) == ("fraud", "high", shown.whole, 2)


def test_tiers_are_counted_together_and_apart() -> None:
    counts = [PlantedCount("fraud", "high", 1, 2, 0), PlantedCount("gone", "all", 3, 3, 0)]
    shown = oversight(POLICY, LEADS, counts)
    assert shown is not None
    assert (shown.whole.caught, shown.whole.planted) == (4, 5)
    assert [row.share.caught for row in shown.tiers] == [1, 3]


def test_the_channel_is_named_as_this_where_it_is_the_digests_own() -> None:
    counts = [PlantedCount("topic", "all", 1, 1, 0)]
    here, elsewhere = (oversight(POLICY, team, counts) for team in (OTHERS, LEADS))
    assert here is not None
    assert elsewhere is not None
    assert (here.is_here, elsewhere.is_here) == (True, False)


def test_what_nobody_has_answered_proves_nothing() -> None:
    assert oversight(POLICY, LEADS, []) is None
    assert oversight(POLICY, LEADS, [PlantedCount("fraud", "high", 0, 0, 3)]) is None


def test_answers_to_gold_cases_are_counted_by_task() -> None:
    answers = [
        GoldAnswer("case_1", "team", ANN, "sales", "sales"),
        GoldAnswer("case_2", "fraud", ANN, "fraud", "legit"),
        GoldAnswer("case_2", "fraud", BEN, "legit", "legit"),
        GoldAnswer("case_3", "fraud", ANN, "legit", "legit"),
    ]
    fraud, team = gold_shares(answers)
    assert (fraud.task, fraud.right, fraud.n, fraud.experts) == ("fraud", 2, 3, 2)
    assert (fraud.low, fraud.high) == pytest.approx((0.0943, 0.9916), abs=1e-4)
    assert (team.task, team.right, team.n, team.experts) == ("team", 1, 1, 1)
