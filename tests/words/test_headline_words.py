"""A digest's first sentences, as a lead with a minute reads them."""

import re
from dataclasses import replace

import pytest

from bot.words.headline_words import headlines
from bot.words.numbers import odds_between
from bot.words.slice_words import slice_words
from routing.digest.facts import PeriodFacts
from routing.digest.model_quality import About, Quality, ThresholdState
from routing.evidence.alarm import AlarmKind
from routing.evidence.error_patterns import PREDICTED, SliceFinding
from routing.evidence.error_watch import EVERYTHING_IN
from routing.evidence.estimate import Estimate, Reach
from routing.evidence.odds import allowed, odds
from routing.evidence.promise import NotYet
from routing.measures.calibration.calibration_error import seeded_report
from tests.routing.digest.test_agenda import LATE, accepted, checked
from tests.routing.qualities import alarm, certificate, error, missing, threshold, traffic, watch, worse

FIXED, NOT_YET, REVOKED = ThresholdState.FIXED, ThresholdState.NOT_YET, ThresholdState.REVOKED
ACCEPTED = About.ACCEPTED
KEPT_FOR_THE_REPORT = re.compile(
    r"ECE|Brier|naive|weighted|watched|certif|audit|revoked|interval|calibrat|confidence|n=|=", re.IGNORECASE
)


def only(quality: Quality, facts: PeriodFacts | None = None) -> str:
    (headline,) = headlines(quality, facts)
    assert not KEPT_FOR_THE_REPORT.search(headline.words)
    return headline.words


@pytest.mark.parametrize(
    ("n", "wrong", "words"),
    [
        (0, 0, "none was checked. 20 more checks give a first figure."),
        (1, 1, "1 was checked, and it was wrong. 19 more checks give a first figure."),
        (1, 0, "1 was checked, and it was right. 19 more checks give a first figure."),
        (6, 1, "6 were checked, 1 was wrong. 14 more checks give a first figure, 3 weeks at this pace."),
        (12, 0, "12 were checked, none was wrong. 8 more checks give a first figure, a week at this pace."),
        (19, 3, "19 were checked, 3 were wrong. 1 more check gives a first figure, a week at this pace."),
    ],
)
def test_while_they_are_few_checks_are_counted(n: int, wrong: int, words: str) -> None:
    early = "It is too early to say how much of what went through is wrong: "
    assert only(Quality(errors=(accepted(n, wrong),), target=0.02)) == early + words


def test_few_checks_of_four_weeks_are_counted_as_such() -> None:
    quality = Quality(errors=(accepted(3, 0),), lately=checked(11, 2))
    assert "11 were checked, 2 were wrong in four weeks. 9 more checks give a first figure." in only(quality)


def test_a_week_with_a_figure_says_it_with_what_is_allowed_and_how_it_was() -> None:
    row = error(0.007, 0.0167, about=ACCEPTED)
    assert only(Quality(errors=(row,), target=0.02)) == (
        "Of what went through about 1 in 84 was wrong (between 1 in 60 and 1 in 140). You allow 1 in 50: "
        "that is kept."
    )
    alike = replace(row, before=traffic(0.008, 0.017))
    assert only(Quality(errors=(alike,), target=0.02)).endswith("and it was much the same the week before.")
    better = replace(row, before=traffic(0.05, 0.08))
    assert only(Quality(errors=(better,), target=0.02)).endswith(
        "1 in 50: that is kept; it was more the week before."
    )
    assert only(Quality(errors=(row,))).endswith("1 in 140).")


def test_four_weeks_give_the_figure_where_one_does_not() -> None:
    lately = replace(checked(40, 1), future=Estimate(0.025, 0.005, 0.13, 40, Reach.FUTURE))
    assert only(Quality(errors=(accepted(9, 0),), lately=lately, target=0.02)) == (
        "1 of 40 checked of what went through in the last four weeks was wrong: at most 1 in 8 is. You allow "
        "1 in 50; it takes more checks to tell whether that is kept."
    )


def test_no_error_at_all_is_told_with_what_there_may_be() -> None:
    row = accepted(60, 0)
    now = replace(row.now, future=Estimate(0.0, 0.0, 0.06, 60, Reach.FUTURE))
    assert only(Quality(errors=(replace(row, now=now),), target=0.02)) == (
        "None of 60 checked of what went through was wrong: at most 1 in 17 is. You allow 1 in 50; it "
        "takes more checks to tell whether that is kept."
    )


def test_where_nothing_went_through_the_models_own_error_is_held_against_nothing() -> None:
    assert only(Quality(errors=(error(0.06, 0.1),), target=0.02)) == (
        "Of what came in about 1 in 12 was wrong (between 1 in 10 and 1 in 17)."
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"error": 0.5},
            "Half of what went through by itself in returns (standard) was wrong; you allow 1 in 20.",
        ),
        (
            {"labeled": 7, "errors": 3, "error": 3 / 7},
            "3 of 7 checked of what went through by itself in returns (standard) were wrong, too many; "
            "you allow 1 in 20.",
        ),
        (
            {"labeled": 7, "errors": 0, "error": 0.0},
            "In the weeks before too much of what went through by itself in returns (standard) was wrong; "
            "you allow 1 in 20.",
        ),
        (
            {"tier": EVERYTHING_IN, "error": 0.488, "target": 0.03},
            "Half of what came in to returns was wrong; you allow 3 in 100.",
        ),
    ],
)
def test_a_breach_says_how_much_was_wrong_and_what_is_allowed(changes: dict[str, object], words: str) -> None:
    assert only(Quality(watches=(watch(**changes),))) == words  # type: ignore[arg-type]  # fields by name


def test_a_breach_that_ended_a_threshold_is_told_with_it() -> None:
    rows = (threshold(REVOKED, in_force=None), threshold(REVOKED, "large", in_force=None))
    assert only(Quality(watches=(watch(EVERYTHING_IN),), thresholds=rows)) == (
        "About 20 % of what came in to returns was wrong; you allow 1 in 20. Nothing of returns (standard) "
        "and returns (large) goes through by itself any more, everything is looked at."
    )


def test_a_threshold_taken_back_says_why() -> None:
    row = threshold(REVOKED, in_force=None, why="5 of 60 checked were wrong")
    gone = "Nothing of returns (standard) goes through by itself any more, everything is looked at"
    assert only(Quality(thresholds=(row,))) == f"{gone}: 5 of 60 checked were wrong."
    assert only(Quality(thresholds=(replace(row, why=""),))) == f"{gone}."


def test_a_tasks_changes_share_a_sentence() -> None:
    first = replace(
        alarm("“instant” is in 40 % of the texts (PSI 0.3, by chance up to 0.1); 90 cases."),
        kind=AlarmKind.WORDS,
        adjusted_p_value=0,
    )
    others = (alarm("Amounts rose.", "amount"), replace(alarm("Surer."), kind=AlarmKind.CONFIDENCE))
    assert only(Quality(alarms=(*others, first))) == (
        "What comes in to returns has changed. “instant” is in 40 % of the texts. "
        "Also changed: amount, how sure the model is."
    )


def test_a_slice_is_no_expression() -> None:
    assert only(Quality(slices=(worse("DE"),))) == (
        "Where country is DE, about 15 % was wrong in the last four weeks; elsewhere 1 in 33."
    )
    label = replace(worse("fraud"), key=PREDICTED)
    assert only(Quality(slices=(label,))).startswith("Where the model says fraud, about 15 %")


def test_a_slip_is_told_beside_the_week_before() -> None:
    assert only(Quality(errors=(error(0.03, 0.05, traffic(0.01, 0.02)),))) == (
        "More of what came in is wrong than the week before: about 1 in 25 now, 1 in 67 then."
    )


def test_late_work_is_counted() -> None:
    assert only(Quality(), LATE) == "12 cases were late."
    assert only(Quality(), replace(LATE, overdue=1)) == "1 case was late."


def test_a_limit_that_may_be_loosened_says_what_it_spares() -> None:
    row = threshold(found=certificate(0.8), gain=0.17, received=1_400)
    assert only(Quality(thresholds=(row,))) == (
        "The limit of returns (standard) may be loosened: with 0.80 instead of 0.90 about 238 cases a week "
        "fewer would be looked at, still at most 1 in 50 wrong."
    )
    kept = replace(row, received=0, promise=None)
    assert only(Quality(thresholds=(kept,))).endswith("17 % fewer would be looked at.")


def test_what_is_missing_is_told_as_checks_and_answers() -> None:
    assert only(Quality(thresholds=(threshold(FIXED, found=missing(60)),))) == (
        "In returns (standard) about 60 more checks show whether at most 1 in 50 of what goes through is "
        "wrong."
    )
    assert only(Quality(thresholds=(threshold(NOT_YET, found=missing(60)),))) == (
        "Nothing of returns (standard) goes through by itself yet: about 60 more answers show whether "
        "at most 1 in 50 of it is wrong."
    )
    checked = NotYet(1, "Too few were checked.", opinions=1)
    assert only(Quality(thresholds=(threshold(NOT_YET, found=checked),))) == (
        "Nothing of returns (standard) goes through by itself yet: about 1 more second opinion shows whether "
        "at most 1 in 50 of it is wrong."
    )
    assert only(Quality(thresholds=(threshold(NOT_YET, found=missing(0)),))) == (
        "Nothing of returns (standard) goes through by itself: too much is wrong to keep at most 1 in "
        "50 wrong."
    )


def test_a_model_too_sure_of_itself_is_told_so() -> None:
    pairs = [(0.86, n % 10 < 7) for n in range(200)]
    assert only(Quality(calibration=seeded_report(pairs, 0))) == (
        "When it says 80 to 87 %, it is right in 70 %: too sure of itself."
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "none"),
        (0.0111, "1 in 90"),
        (0.00123, "1 in 810"),
        (0.052, "1 in 19"),
        (0.0999, "1 in 10"),
        (0.1, "10 %"),
        (0.41, "41 %"),
        (0.49, "half"),
        (1.0, "100 %"),
    ],
)
def test_small_shares_are_odds_and_large_ones_per_cent(value: float, words: str) -> None:
    assert odds(value) == words


@pytest.mark.parametrize(
    ("low", "value", "high", "words"),
    [
        (0.00667, 0.0111, 0.01667, "between 1 in 60 and 1 in 150"),
        (0.0, 0.02, 0.06, "at most 1 in 17"),
        (0.0004, 0.0125, 0.08, "at most 1 in 12"),  # "and 1 in 2,500" is known of 400 by nobody
        (0.05, 0.2, 0.3, "between 5 % and 30 %"),
        (0.01, 0.09, 0.4, "between 1 % and 40 %"),
    ],
)
def test_an_interval_has_the_unit_of_its_share(low: float, value: float, high: float, words: str) -> None:
    assert odds_between(Estimate(value, low, high, 400, Reach.FUTURE)) == words


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (0.02, "1 in 50"),
        (0.03, "3 in 100"),
        (0.05, "1 in 20"),
        (0.1, "1 in 10"),
        (0.025, "1 in 40"),
        (0.015, "15 in 1,000"),
        (1 / 3, "1 in 3"),
        (0.01234, "1.234 %"),
    ],
)
def test_what_is_allowed_is_told_exactly(target: float, words: str) -> None:
    assert allowed(target) == words


def test_in_the_thread_a_slice_says_how_sure_it_is() -> None:
    finding = SliceFinding("shop", "new", 60, 60.0, 60.0, 0.25, 0.221, 0.14, 0.33, 0.05, 0.004, 0.031, 24)
    assert slice_words(finding) == (
        "Where shop is new: about 22% wrong (between 14% and 33%, 60 answers), 5% elsewhere. Of 24 looked "
        "at, chance alone shows such a gap in about 31 of 1,000 periods like this."
    )
    assert "fewer than 1 of 1,000 periods" in slice_words(replace(finding, adjusted_p_value=1e-9))
