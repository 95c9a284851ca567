"""The digest: every number with its n, or said to rest on too few; the period before beside it."""

from datetime import timedelta

import numpy as np
import pytest

from routing.digest.digest import (
    Certainty,
    CertaintyChange,
    Change,
    Quantile,
    Share,
    ShareRow,
    TooFew,
    summarise,
)
from routing.digest.facts import Concordance, Confusion, OldestCase, PeriodFacts
from routing.evidence.reliability import CalibrationReport, wilson
from routing.questions.choice import Choice
from routing.questions.option import LabelSpec
from routing.questions.rating import Rating
from tests.worlds.clocks import MONDAY

WEEK = timedelta(days=7)
REPORT = CalibrationReport(20, (), 0.1, 0.1, 0.2, 0.2, 0.1, 0.5, 0.01, 0.05, 0.24)


def facts(**changes: object) -> PeriodFacts:
    values: dict[str, object] = {"since_at": MONDAY, "until_at": MONDAY + WEEK, **changes}
    return PeriodFacts(**values)  # type: ignore[arg-type]  # checked by the dataclass's users


def test_counts_stand_beside_those_of_the_period_before() -> None:
    digest = summarise(facts(received=40, overdue=2), facts(received=30))
    assert digest.received == Change(40, 30)
    assert digest.overdue == Change(2, 0)


def test_the_first_digest_has_nothing_to_compare_with() -> None:
    digest = summarise(facts(received=40, by_tier=(Concordance("standard", 15, 20),)))
    assert digest.received == Change(40, None)
    assert digest.median_time.before is None
    assert digest.concordance.before is None
    assert digest.calibration_before is None


def test_concordance_is_a_share_with_its_n_and_interval() -> None:
    digest = summarise(facts(by_tier=(Concordance("critical", 9, 10), Concordance("standard", 27, 30))))
    low, high = wilson(36, 40)
    assert digest.concordance.now == Share(0.9, 40, low, high)
    assert [row.now for row in digest.by_tier] == [TooFew(10, 20), Share(0.9, 30, *wilson(27, 30))]


def test_a_model_version_is_compared_with_itself() -> None:
    now = facts(by_model=(Concordance("net 7", 18, 20), Concordance("net 8", 19, 20)))
    before = facts(by_model=(Concordance("net 7", 1, 2),))
    rows = summarise(now, before).by_model
    assert [(row.name, row.before) for row in rows] == [("net 7", TooFew(2, 20)), ("net 8", None)]


RATED = facts(
    by_task=(Concordance("reply", 12, 20), Concordance("topic", 15, 20)),
    confusions=(
        Confusion("reply", "4", "5", 3),
        Confusion("reply", "4", "3", 2),
        Confusion("reply", "4", "2", 2),
        Confusion("reply", "1", "5", 1),
        Confusion("topic", "sport", "politics", 5),
    ),
)
TOPICS = Choice(
    tuple(LabelSpec(name=name, description="A topic.", example="One.") for name in ("sport", "politics"))
)


def test_a_scale_tells_how_often_the_models_step_was_decided_and_how_often_it_or_one_beside_it() -> None:
    (scale,) = summarise(RATED, questions={"reply": Rating(), "topic": TOPICS}).by_scale
    assert scale.task == "reply"
    assert scale.exact == ShareRow("reply", Share(12 / 20, 20, *wilson(12, 20)), None)
    assert scale.near == ShareRow("reply", Share(17 / 20, 20, *wilson(17, 20)), None)


def test_a_scale_stands_beside_the_week_before_and_says_where_that_has_too_few() -> None:
    before = facts(by_task=(Concordance("reply", 1, 4),), confusions=(Confusion("reply", "1", "2", 3),))
    (scale,) = summarise(RATED, before, questions={"reply": Rating()}).by_scale
    assert scale.exact.before == scale.near.before == TooFew(4, 20)


def test_without_a_scale_nothing_is_said_of_steps() -> None:
    assert summarise(RATED, questions={"topic": TOPICS}).by_scale == ()


@pytest.mark.parametrize("n", [20, 21, 57])
def test_quantiles_are_those_of_numpy(n: int) -> None:
    seconds = tuple(float(value) for value in np.random.default_rng(7).exponential(3600, n))
    digest = summarise(facts(seconds_to_decision=seconds))
    for share, change in ((50, digest.median_time), (90, digest.p90_time)):
        assert isinstance(change.now, Quantile)
        assert change.now.n == n
        assert change.now.value.total_seconds() == pytest.approx(np.percentile(seconds, share), abs=1e-5)


def test_few_times_have_a_median_but_no_90th_percentile() -> None:
    digest = summarise(facts(seconds_to_decision=(1.0, 2.0, 3.0, 4.0, 5.0)), facts())
    assert digest.median_time.now == Quantile(timedelta(seconds=3), 5)
    assert digest.median_time.before == TooFew(0, 5)
    assert digest.p90_time.now == TooFew(5, 20)


def test_calibration_is_shown_from_twenty_labels_on() -> None:
    many, few = facts(reliability_pairs=((0.8, True),) * 20), facts(reliability_pairs=((0.8, True),) * 19)
    digest = summarise(many, few, REPORT, REPORT)
    assert (digest.calibration, digest.calibration_before) == (REPORT, TooFew(19, 20))
    assert summarise(many).calibration == TooFew(20, 20)


def test_the_most_common_confusions_come_first() -> None:
    some = tuple(Confusion("returns", "honest", name, n) for n, name in enumerate("abcdefg", start=1))
    assert [one.n for one in summarise(facts(confusions=some)).confusions] == [7, 6, 5, 4, 3]


def test_the_oldest_cases_come_first() -> None:
    cases = tuple(
        OldestCase(f"case_{n}", "returns", MONDAY + timedelta(hours=n), MONDAY, "standard", "desk")
        for n in (3, 1, 2, 6, 5, 4)
    )
    shown = summarise(facts(oldest_open=cases)).oldest_open
    assert [one.case_id for one in shown] == ["case_1", "case_2", "case_3", "case_4", "case_5"]


def test_a_week_without_anything_is_quiet() -> None:
    assert summarise(facts()).is_quiet
    assert not summarise(facts(received=1)).is_quiet


def test_no_labels_leave_the_share_open() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_how_sure_decisions_are_is_their_mean_and_none_where_none_says_it() -> None:
    stated = summarise(facts(certainties=(0.9, 1.0)), facts(certainties=(0.8,))).certainty
    assert stated == CertaintyChange(Certainty(pytest.approx(0.95), 2), Certainty(0.8, 1))  # type: ignore[arg-type]
    assert summarise(facts(), facts()).certainty == CertaintyChange(None, None)
