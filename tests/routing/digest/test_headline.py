"""The first sentences: at most three, the most urgent first, each once, with what can be done about it."""

from dataclasses import replace

from routing.digest.headline import WORTH_GAIN, Deed, Headline, headlines
from routing.digest.model_quality import About, Quality, ThresholdState
from tests.routing.qualities import (
    alarm,
    certificate,
    error,
    missing,
    threshold,
    traffic,
    unlabeled,
    worse,
)

NAMED = {"task": "returns", "tier": "standard", "model": "net", "version": "7"}
NOT_YET = ThresholdState.NOT_YET


def only(quality: Quality) -> Headline:
    (one,) = headlines(quality)
    return one


def subjects(quality: Quality, *muted: str) -> list[str]:
    return [one.subject for one in headlines(quality, frozenset(muted))]


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert headlines(Quality()) == ()
    nothing = replace(error(0.1, 0.2), now=unlabeled())
    assert headlines(Quality(errors=(nothing,), target=0.05)) == ()


def test_a_calm_week_says_how_often_the_model_errs_and_that_it_is_allowed() -> None:
    quality = Quality(errors=(error(0.02, 0.04),), target=0.04)
    assert only(quality) == Headline(
        "error:all",
        "Of everything that came in, 3.0% wrong (between 2.0% and 4.0%, n=412), within the 4.0% allowed.",
    )


def test_within_the_target_is_said_only_of_a_whole_interval() -> None:
    for target in (None, 0.039):
        words = only(Quality(errors=(error(0.02, 0.04),), target=target)).words
        assert words == "Of everything that came in, 3.0% wrong (between 2.0% and 4.0%, n=412)."


def test_a_revoked_threshold_says_why_and_opens_itself() -> None:
    row = threshold(ThresholdState.REVOKED, in_force=None, why="5 of 60 audits were wrong.")
    assert only(Quality(thresholds=(row,))) == Headline(
        "revoked:returns:standard:net:7",
        "returns, tier standard: the threshold was revoked, everything is reviewed. "
        "5 of 60 audits were wrong.",
        Deed.REVIEW_THRESHOLD,
        NAMED,
    )


def test_a_suspended_threshold_is_told_with_or_without_a_reason() -> None:
    row = threshold(ThresholdState.SUSPENDED, in_force=None)
    one = only(Quality(thresholds=(row,)))
    assert one.subject == "suspended:returns:standard:net:7"
    assert one.words == "returns, tier standard: the threshold was suspended, everything is reviewed."


def test_an_alarm_is_told_in_its_own_words_and_opens_its_cases() -> None:
    told = headlines(Quality(alarms=(alarm("Amounts rose.", "amount", ("a", "b")), alarm("Words are new."))))
    assert told == (
        Headline("alarm:returns:field::amount", "Amounts rose.", Deed.OPEN_CASES, {"cases": "a,b"}),
        Headline("alarm:returns:field::", "Words are new."),
    )


def test_an_alarm_that_comes_every_day_is_told_once_by_its_newest_words() -> None:
    daily = tuple(alarm(f"Amounts rose on day {day}.", "amount") for day in range(1, 6))
    told = headlines(Quality(alarms=(*daily, alarm("Countries changed.", "country"))))
    assert [one.words for one in told] == ["Amounts rose on day 5.", "Countries changed."]


def test_muting_one_field_s_alarm_leaves_that_of_another() -> None:
    quality = Quality(alarms=(alarm("Amounts rose.", "amount"), alarm("Countries changed.", "country")))
    assert subjects(quality, "alarm:returns:field::amount") == ["alarm:returns:field::country"]


def test_an_error_above_the_target_is_told_of_the_accepted_part_and_opens_its_threshold() -> None:
    accepted = error(0.03, 0.05, about=About.ACCEPTED)
    quality = Quality(
        errors=(accepted,),
        target=0.02,
        thresholds=(threshold(ThresholdState.REVIEWED, "large", in_force=None), threshold()),
    )
    assert only(quality) == Headline(
        "error:accepted",
        "The model errs more than the 2.0% allowed on what it accepts by itself: "
        "4.0% wrong (between 3.0% and 5.0%, n=412).",
        Deed.REVIEW_THRESHOLD,
        NAMED,
    )


def test_slices_that_were_revoked_for_one_reason_share_a_sentence() -> None:
    slices = ("country=ES", "country=PT")
    rows = tuple(threshold(ThresholdState.REVOKED, in_force=None, why="New.", slice=one) for one in slices)
    found = only(Quality(thresholds=rows))
    assert found.words.startswith("returns, tier standard, country=ES, country=PT: the threshold was revoked")
    assert found.arguments == {**NAMED, "slice": "country=ES"}


def test_an_error_opens_no_threshold_where_each_slice_has_its_own() -> None:
    found = error(0.03, 0.05)
    one = only(Quality(errors=(found,), target=0.02, thresholds=(threshold(slice="country=PT"),)))
    assert (one.deed, one.arguments) == (None, {})


def test_no_audits_are_asked_for_a_slice_of_which_everything_is_reviewed() -> None:
    one = only(Quality(thresholds=(threshold(NOT_YET, found=missing(60), slice="country=PT"),)))
    assert one.words == "returns, tier standard, country=PT: no threshold is certified. About 60 more."
    assert one.deed is Deed.REVIEW_THRESHOLD


def test_an_error_above_the_target_has_no_button_where_nothing_is_accepted() -> None:
    one = only(Quality(errors=(error(0.03, 0.05),), target=0.02, thresholds=()))
    assert (one.subject, one.deed, one.arguments) == ("error:all", None, {})
    assert (
        one.words == "The model errs more than the 2.0% allowed on everything: 4.0% wrong "
        "(between 3.0% and 5.0%, n=412)."
    )


def test_a_slip_is_told_beside_the_period_before() -> None:
    slipped = error(0.03, 0.05, traffic(0.01, 0.02))
    assert only(Quality(errors=(slipped,))).words == (
        "The model slips on everything: 4.0% wrong (between 3.0% and 5.0%, n=412), 1.5% the period before."
    )
    partly = replace(slipped, before=replace(traffic(0.01, 0.02), period=None))
    assert only(Quality(errors=(partly,))).words.endswith("nothing is known of the period before.")


def test_a_small_difference_is_no_slip() -> None:
    assert only(Quality(errors=(error(0.03, 0.05, traffic(0.02, 0.04)),))).words.startswith("Of everything")


def test_who_mutes_the_error_of_the_accepted_part_still_reads_that_of_everything() -> None:
    errors = (error(0.03, 0.05), error(0.06, 0.08, about=About.ACCEPTED))
    quality = Quality(errors=errors, target=0.02)
    assert subjects(quality) == ["error:accepted", "error:all"]
    assert headlines(quality)[1].words.startswith("Of everything that came in")
    (other,) = headlines(quality, frozenset({"error:accepted"}))
    assert other.words.startswith("The model errs more than the 2.0% allowed on everything")


def test_the_worst_slice_opens_its_cases_and_muted_gives_way_to_the_next() -> None:
    quality = Quality(slices=(worse("DE"), worse("PT")))
    assert only(quality) == Headline(
        "slice:country=DE", worse("DE").words, Deed.OPEN_SLICE, {"key": "country", "value": "DE"}
    )
    assert subjects(quality, "slice:country=DE") == ["slice:country=PT"]


def test_the_proposal_that_spares_most_is_told_with_its_promise() -> None:
    rows = (
        threshold(tier="other", found=certificate(0.85), gain=0.04),
        threshold(found=certificate(0.8), gain=0.17),
    )
    assert only(Quality(thresholds=rows)) == Headline(
        "proposal:returns:standard:net:7",
        "returns, tier standard: accepting from 0.80 on would spare the experts 17% of what comes in, "
        "with at most 2 % error with 95 % confidence.",
        Deed.REVIEW_THRESHOLD,
        NAMED,
    )


def test_a_tier_that_keeps_its_promise_by_itself_asks_nobody_for_a_threshold() -> None:
    row = threshold(ThresholdState.GRANTED, found=certificate(0.8), gain=0.17)
    assert headlines(Quality(thresholds=(row,))) == ()


def test_a_proposal_without_a_promise_ends_where_it_ends() -> None:
    row = threshold(found=certificate(0.8), gain=0.17, promise=None)
    assert only(Quality(thresholds=(row,))).words.endswith("17% of what comes in.")


def test_a_proposal_that_spares_next_to_nothing_is_not_told() -> None:
    for gain in (None, -0.3, WORTH_GAIN / 2):
        assert headlines(Quality(thresholds=(threshold(found=certificate(0.8), gain=gain),))) == ()
    assert headlines(Quality(thresholds=(threshold(found=certificate(0.8), gain=WORTH_GAIN),)))


def test_missing_labels_are_told_for_the_tier_that_lacks_fewest_and_can_be_asked_for() -> None:
    rows = (threshold(NOT_YET, "slow", found=missing(300)), threshold(NOT_YET, found=missing(60)))
    assert only(Quality(thresholds=rows)) == Headline(
        "audits:returns:standard:net:7",
        "returns, tier standard: no threshold is certified. About 60 more.",
        Deed.ASK_AUDITS,
        NAMED,
    )


def test_no_labels_are_asked_for_where_they_would_not_help() -> None:
    one = only(Quality(thresholds=(threshold(NOT_YET, found=missing(0)),)))
    assert (one.subject, one.deed) == ("hopeless:returns:standard:net:7", Deed.REVIEW_THRESHOLD)
    assert one.words == "returns, tier standard: no threshold is certified. About 0 more."
    assert headlines(Quality(thresholds=(threshold(found=missing(0)),))) == ()


def everything() -> Quality:
    return Quality(
        errors=(error(0.03, 0.05),),
        target=0.02,
        thresholds=(
            threshold(tier="wide", found=certificate(0.8), gain=0.17),
            threshold(ThresholdState.REVOKED, "broken", in_force=None),
            threshold(NOT_YET, "young", found=missing(60)),
            threshold(NOT_YET, "lost", found=missing(0)),
        ),
        alarms=(alarm("Amounts rose.", "amount"),),
        slices=(worse("DE"),),
    )


def test_what_broke_comes_before_what_slips_before_what_could_be_won_and_only_three_are_told() -> None:
    order = [
        "revoked:returns:broken:net:7",
        "alarm:returns:field::amount",
        "error:all",
        "slice:country=DE",
        "proposal:returns:wide:net:7",
        "audits:returns:young:net:7",
        "hopeless:returns:lost:net:7",
    ]
    for muted in range(len(order)):
        assert subjects(everything(), *order[:muted]) == order[muted : muted + 3]


def test_three_alarms_leave_no_room_for_what_could_be_won() -> None:
    quality = replace(
        everything(), thresholds=(), alarms=tuple(alarm("Changed.", name) for name in ("a", "b", "c", "d"))
    )
    assert subjects(quality) == [f"alarm:returns:field::{name}" for name in ("a", "b", "c")]
