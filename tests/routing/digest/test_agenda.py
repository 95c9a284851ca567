"""What a digest begins with: ranked by what it costs, one cause once, and at most three matters."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from routing.digest.agenda import WORTH_GAIN, agenda
from routing.digest.facts import OldestCase, PeriodFacts
from routing.digest.headline import Deed
from routing.digest.matter import (
    Bias,
    Breach,
    ErrorFigure,
    Lack,
    Matter,
    Slip,
    ThresholdLoss,
    TrafficChange,
    Urgency,
)
from routing.digest.model_quality import About, ErrorRow, Quality, ThresholdState
from routing.evidence.alarm import AlarmKind
from routing.evidence.error_watch import EVERYTHING_IN
from routing.evidence.estimate import FEWEST, Estimate, Interval, Reach, TrafficEstimate
from routing.evidence.promise import NotYet
from routing.measures.calibration.calibration_error import seeded_report
from tests.routing.qualities import (
    alarm,
    certificate,
    error,
    missing,
    threshold,
    traffic,
    unlabeled,
    watch,
    worse,
)
from tests.worlds.clocks import MONDAY

NAMED = {"task": "returns", "tier": "standard", "model": "net", "version": "7"}
NOT_YET, REVOKED, SUSPENDED = ThresholdState.NOT_YET, ThresholdState.REVOKED, ThresholdState.SUSPENDED
ACCEPTED = About.ACCEPTED
LATE = PeriodFacts(MONDAY - timedelta(days=7), MONDAY, received=200, overdue=12)


def only(quality: Quality, facts: PeriodFacts | None = None) -> Matter:
    (matter,) = agenda(quality, facts)
    return matter


def subjects(quality: Quality, *muted: str, facts: PeriodFacts | None = None) -> list[str]:
    return [matter.subject for matter in agenda(quality, facts, frozenset(muted))]


def checked(n: int, wrong: int) -> TrafficEstimate:
    """So many checks of what was accepted."""
    share = wrong / n if n else 0.0
    period, future, seen = (
        Estimate(share, 0.0, 1.0, n, reach) if n else None
        for reach in (Reach.PERIOD, Reach.FUTURE, Reach.REVIEWED)
    )
    return TrafficEstimate("accepted", 120, n, n, 0, 0, period, future, seen, Interval(0, 1))


def accepted(n: int, wrong: int) -> ErrorRow:
    return ErrorRow(ACCEPTED, "accepted", checked(n, wrong))


def test_where_nothing_came_in_nothing_is_told() -> None:
    assert agenda(Quality()) == ()


def test_how_it_stands_is_told_of_what_went_through_else_of_all_that_came_in() -> None:
    everything, passed = error(0.02, 0.04), error(0.01, 0.02, about=ACCEPTED)
    for errors, about, urgency in (
        ((everything, passed), ACCEPTED, Urgency.FIGURE),
        ((everything,), About.ALL, Urgency.KNOW),
    ):
        matter = only(Quality(errors=errors, target=0.02))
        assert isinstance(matter.content, ErrorFigure)
        assert (matter.subject, matter.urgency) == (f"error:{about}", urgency)
        assert (matter.content.is_too_early, matter.content.target) == (False, 0.02)


@pytest.mark.parametrize("n", [0, 1, 6, 19])
def test_few_checks_are_too_early_for_a_figure_and_more_can_be_had(n: int) -> None:
    """One check that was wrong never was 100 %."""
    matter = only(Quality(errors=(accepted(n, min(n, 1)),), thresholds=(threshold(),), target=0.02))
    assert isinstance(matter.content, ErrorFigure)
    assert matter.content.is_too_early
    assert (matter.deed, matter.arguments) == (Deed.ASK_AUDITS, NAMED)


def test_the_checks_of_four_weeks_give_a_figure_where_those_of_one_do_not() -> None:
    quality = Quality(errors=(accepted(6, 1),), lately=checked(24, 1), target=0.02)
    matter = only(quality)
    assert isinstance(matter.content, ErrorFigure)
    assert (matter.content.labels, matter.content.is_lately) == (quality.lately, True)
    assert not matter.content.is_too_early


def test_a_week_of_fewer_than_a_hundred_checks_leaves_the_figure_to_four_weeks() -> None:
    quality = Quality(errors=(accepted(40, 1),), lately=checked(150, 3), target=0.02)
    assert only(quality).content == ErrorFigure(quality.errors[0], checked(150, 3), True, 0.02)
    alone = replace(quality, errors=(accepted(100, 1),))
    assert only(alone).content == ErrorFigure(alone.errors[0], alone.errors[0].now, False, 0.02)


def test_where_all_was_looked_at_the_corrections_say_how_much_was_wrong() -> None:
    row = error(0.06, 0.1)
    whole = replace(row, now=replace(row.now, received=412))
    assert agenda(Quality(errors=(whole,))) == ()


def test_where_everything_is_looked_at_no_more_checks_are_offered() -> None:
    row = threshold(ThresholdState.NOT_YET, in_force=None, found=missing(60))
    assert only(Quality(thresholds=(row,))).deed is Deed.REVIEW_THRESHOLD
    fixed = threshold(ThresholdState.FIXED, found=missing(60))
    assert only(Quality(thresholds=(fixed,))).deed is Deed.ASK_AUDITS


def test_what_was_taken_back_is_not_told_again_as_not_granted_yet() -> None:
    row = threshold(ThresholdState.REVOKED, in_force=None, found=missing(42), why="18 of 253 were wrong")
    assert only(Quality(thresholds=(row,))).content == ThresholdLoss((row,))


def test_too_few_checks_for_a_figure_are_not_told_again_as_too_few_for_the_limit() -> None:
    lacking = (threshold(ThresholdState.FIXED, found=missing(347)),)
    early = Quality(errors=(accepted(3, 0),), thresholds=lacking, target=0.02)
    assert isinstance(only(early).content, ErrorFigure)
    later = replace(early, errors=(accepted(40, 0),))
    assert [type(matter.content) for matter in agenda(later)] == [ErrorFigure, Lack]


def test_where_all_was_taken_back_how_much_was_wrong_is_not_told_twice() -> None:
    row = threshold(ThresholdState.REVOKED, in_force=None, why="18 of 253 were wrong")
    passed = error(0.09, 0.28, about=ACCEPTED)
    assert only(Quality(errors=(passed,), thresholds=(row,))).content == ThresholdLoss((row,))
    left = Quality(errors=(passed,), thresholds=(row, threshold()))
    assert [type(matter.content) for matter in agenda(left)] == [ThresholdLoss, ErrorFigure]


def test_a_model_that_is_right_as_often_as_its_range_says_is_not_called_too_sure() -> None:
    """“When it says 93 to 100 %, it is right in 97 %: too sure of itself” made no sense."""
    sure = seeded_report([(0.9 + n % 10 / 100, n % 50 > 0) for n in range(2_000)], 0)
    wide = replace(sure, ece=0.1, ece_if_calibrated=0.01)
    (point,) = [replace(point, low=0.9, high=1.0, accuracy_low=0.97) for point in wide.bins[:1]]
    for accuracy, told in ((0.98, 0), (0.85, 1)):
        bins = (replace(point, n=900, accuracy=accuracy, accuracy_high=0.99, mean_confidence=0.945),)
        assert len(agenda(Quality(calibration=replace(wide, bins=bins)))) == told


def test_without_any_label_it_is_too_early() -> None:
    matter = only(Quality(errors=(replace(error(0.1, 0.2), now=unlabeled()),)))
    assert isinstance(matter.content, ErrorFigure)
    assert matter.content.is_too_early


@pytest.mark.parametrize("target", [None, 0.001, 0.02])
def test_an_error_above_the_target_this_week_accuses_nobody(target: float | None) -> None:
    quality = Quality(
        errors=(error(0.3, 0.5, about=ACCEPTED),), target=target, watches=(watch(is_above=False),)
    )
    assert isinstance(only(quality).content, ErrorFigure)


def test_what_all_weeks_say_is_a_breach_and_opens_its_threshold() -> None:
    passed = error(0.1, 0.3, about=ACCEPTED)
    quality = Quality(errors=(passed,), watches=(watch(),), thresholds=(threshold(),))
    matter = only(quality)
    assert (matter.subject, matter.urgency) == ("limit:returns:standard:net:7", Urgency.LIMIT)
    assert matter.content == Breach(watch())
    assert matter.cost == pytest.approx(0.15 * 400)
    assert (matter.deed, matter.arguments) == (Deed.REVIEW_THRESHOLD, NAMED)


def test_three_changes_leave_the_breach_its_place() -> None:
    """48.8 % wrong where 3 % are allowed was in none of the first sentences."""
    changes = tuple(alarm("Changed.", name) for name in ("a", "b", "c", "d"))
    broken = watch(EVERYTHING_IN, target=0.03, error=0.488)
    matter, change = agenda(Quality(alarms=changes, watches=(broken,)))
    assert matter.content == Breach(broken)
    assert isinstance(change.content, TrafficChange)


def test_of_a_models_tiers_the_one_that_costs_most_is_told() -> None:
    quality = Quality(watches=(watch("small", received=40), watch("busy", received=4_000)))
    assert subjects(quality) == ["limit:returns:busy:net:7"]


def test_breaches_of_several_models_come_by_what_they_cost() -> None:
    dear, cheap = watch(task="loans", error=0.6), watch(task="refunds", error=0.1)
    assert subjects(Quality(watches=(cheap, watch(), dear))) == [
        "limit:loans:standard:net:7",
        "limit:returns:standard:net:7",
        "limit:refunds:standard:net:7",
    ]


def test_a_threshold_taken_back_and_the_breach_behind_it_are_one_cause() -> None:
    row = threshold(REVOKED, in_force=None, why="5 of 60 were wrong.")
    errors = replace(alarm("Too much is wrong.", None, ("a", "b")), kind=AlarmKind.ERROR)
    quality = Quality(thresholds=(row,), watches=(watch(EVERYTHING_IN),), alarms=(errors,))
    matter = only(quality)
    assert matter.content == Breach(watch(EVERYTHING_IN), (row,))
    assert (matter.deed, matter.arguments) == (Deed.OPEN_CASES, {"cases": "a,b"})


def test_a_threshold_taken_back_is_told_with_its_reason_and_opens_itself() -> None:
    for state in (REVOKED, SUSPENDED):
        row = threshold(state, in_force=None, why="5 of 60 were wrong.")
        matter = only(Quality(thresholds=(row,)))
        assert (matter.subject, matter.content) == (f"{state}:returns:standard:net:7", ThresholdLoss((row,)))
        assert (matter.deed, matter.arguments) == (Deed.REVIEW_THRESHOLD, NAMED)


def test_slices_taken_back_for_the_same_reason_are_one_matter() -> None:
    slices = ("country=ES", "country=PT")
    rows = tuple(threshold(REVOKED, in_force=None, why="New.", slice=name) for name in slices)
    matter = only(Quality(thresholds=rows))
    assert matter.content == ThresholdLoss(rows)
    assert matter.arguments == {**NAMED, "slice": "country=ES"}


def test_a_tasks_changes_are_one_matter_of_the_surest_and_newest_words() -> None:
    daily = tuple(alarm(f"Amounts rose on day {day}.", "amount", ("x",)) for day in range(1, 6))
    sure = replace(alarm("Countries changed.", "country", ("a", "b")), adjusted_p_value=0.0001)
    matter = only(Quality(alarms=(*daily, sure)))
    assert matter.content == TrafficChange((sure, daily[-1]))
    assert (matter.subject, matter.deed) == ("alarm:returns:field::country", Deed.OPEN_CASES)
    assert matter.arguments["cases"] == "a,b"
    topics = ["alarm:returns:field::country", "alarm:returns:field::amount"]
    assert json.loads(matter.arguments["subjects"]) == topics


def test_changes_of_two_tasks_are_two_matters() -> None:
    other = replace(alarm("Words are new."), task="loans")
    assert subjects(Quality(alarms=(alarm("Amounts rose."), other))) == [
        "alarm:returns:field::",
        "alarm:loans:field::",
    ]


def test_muting_one_fields_alarm_leaves_that_of_another() -> None:
    quality = Quality(alarms=(alarm("Amounts rose.", "amount"), alarm("Countries changed.", "country")))
    assert subjects(quality, "alarm:returns:field::amount") == ["alarm:returns:field::country"]


def test_the_dearest_slice_is_told_and_muted_gives_way_to_the_next() -> None:
    quality = Quality(slices=(worse("DE"), replace(worse("PT"), weight=3_000.0)))
    (matter,) = agenda(quality)
    assert matter.subject == "slice:country=PT"
    assert matter.cost == pytest.approx(0.12 * 3_000 / 4)
    assert (matter.deed, matter.arguments) == (Deed.OPEN_SLICE, {"key": "country", "value": "PT"})
    assert subjects(quality, "slice:country=PT") == ["slice:country=DE"]


def test_a_slip_is_told_in_place_of_how_it_stands() -> None:
    slipped = error(0.03, 0.05, traffic(0.01, 0.02))
    matter = only(Quality(errors=(slipped,)))
    assert (matter.content, matter.urgency) == (Slip(slipped), Urgency.WRONG)
    assert matter.cost == pytest.approx(0.025 * 4_120)


def test_a_slip_of_a_few_labels_is_none() -> None:
    few = replace(traffic(0.0, 0.01), future=Estimate(0.0, 0.0, 0.01, 19, Reach.FUTURE))
    assert isinstance(only(Quality(errors=(error(0.03, 0.05, few),))).content, ErrorFigure)
    assert isinstance(only(Quality(errors=(error(0.03, 0.05, traffic(0.02, 0.04)),))).content, ErrorFigure)


def test_late_work_opens_the_cases_that_still_wait() -> None:
    matter = only(Quality(), LATE)
    assert (matter.subject, matter.urgency, matter.deed) == ("late", Urgency.LATE, None)
    due = MONDAY - timedelta(hours=1), MONDAY + timedelta(hours=1)
    cases = [OldestCase(f"case_{n}", "returns", MONDAY, at, "standard", "c") for n, at in enumerate(due)]
    waiting = only(Quality(), replace(LATE, oldest_open=tuple(cases)))
    assert (waiting.deed, waiting.arguments) == (Deed.OPEN_CASES, {"cases": "case_0"})


def test_the_proposal_that_spares_most_is_told_and_small_ones_are_not() -> None:
    other = threshold(tier="other", found=certificate(0.85), gain=0.04)
    quality = Quality(thresholds=(other, threshold(found=certificate(0.8), gain=0.17)))
    assert subjects(quality) == ["proposal:returns:standard:net:7"]
    assert subjects(quality, "proposal:returns:standard:net:7") == ["proposal:returns:other:net:7"]
    for gain in (None, -0.3, WORTH_GAIN / 2):
        assert agenda(Quality(thresholds=(threshold(found=certificate(0.8), gain=gain),))) == ()


def test_a_tier_that_keeps_its_promise_by_itself_asks_nobody_for_a_threshold() -> None:
    granted = threshold(ThresholdState.GRANTED, found=certificate(0.8), gain=0.17)
    assert agenda(Quality(thresholds=(granted,))) == ()


def test_missing_labels_are_told_for_the_tier_that_lacks_fewest_and_can_be_asked_for() -> None:
    young = threshold(NOT_YET, found=missing(60))
    matter = only(Quality(thresholds=(threshold(NOT_YET, "slow", found=missing(300)), young)))
    assert (matter.content, matter.deed) == (Lack(young, 60), Deed.ASK_AUDITS)
    checked = threshold(NOT_YET, found=NotYet(60, "Too few were checked.", opinions=60))
    assert only(Quality(thresholds=(checked,))).content == Lack(checked, 60, 60)
    of_slice = threshold(NOT_YET, found=missing(60), slice="country=PT")
    assert only(Quality(thresholds=(of_slice,))).deed is Deed.REVIEW_THRESHOLD


def test_no_labels_are_asked_for_where_they_would_not_help() -> None:
    row = threshold(NOT_YET, found=missing(0))
    matter = only(Quality(thresholds=(row,)))
    assert (matter.content, matter.deed) == (Lack(row, 0), Deed.REVIEW_THRESHOLD)
    assert agenda(Quality(thresholds=(threshold(found=missing(0)),))) == ()


def test_a_model_too_sure_of_itself_is_told_where_it_concerns_most() -> None:
    pairs = [(0.95, n % 10 < 7) for n in range(200)] + [(0.65, n % 20 < 13) for n in range(40)]
    matter = only(Quality(calibration=seeded_report(pairs, 0)))
    assert isinstance(matter.content, Bias)
    assert matter.content.point.mean_confidence == pytest.approx(0.95)
    assert matter.urgency is Urgency.KNOW
    right = [(0.7, n % 10 < 7) for n in range(200)]
    assert agenda(Quality(calibration=seeded_report(right, 0))) == ()
    few = [(0.95, n % 2 == 0) for n in range(FEWEST - 1)]
    assert agenda(Quality(calibration=seeded_report(few, 0))) == ()


def everything() -> Quality:
    return Quality(
        errors=(error(0.03, 0.05, about=ACCEPTED),),
        target=0.02,
        thresholds=(
            threshold(tier="wide", found=certificate(0.8), gain=0.17),
            replace(threshold(REVOKED, "broken", in_force=None), task="loans"),
            threshold(NOT_YET, "young", found=missing(60)),
        ),
        alarms=(alarm("Amounts rose.", "amount"),),
        slices=(worse("DE"),),
    )


def test_a_limit_comes_before_errors_before_how_it_stands_before_what_is_late_or_to_decide() -> None:
    order = [
        "revoked:loans:broken:net:7",
        "slice:country=DE",
        "alarm:returns:field::amount",
        "error:accepted",
        "late",
        "proposal:returns:wide:net:7",
        "audits:returns:young:net:7",
    ]
    for muted in range(len(order)):
        assert subjects(everything(), *order[:muted], facts=LATE) == order[muted : muted + 3]
