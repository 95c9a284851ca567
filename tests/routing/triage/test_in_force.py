"""What is in force when a prediction is routed: calibrators, granted thresholds, novelty, audits by need."""

from dataclasses import replace
from typing import Any

import pytest

from routing.cell import EVERYTHING, cells
from routing.routing import Disposition, Routing
from routing.triage.in_force import CheckRegion, Standing
from routing.triage.router import Router, compile_router
from tests.routing.making import KEY, policy, prediction, submission, tier_text
from tests.routing.standings import grant, granting, halving, unlike

KEYED = ("returns", "standard", "returns-net", "7")
MODEL = ("returns", "returns-net", "7")
PROMISE = "{ error = 0.02, confidence = 0.95 }"
PROMISED = tier_text(accept_above=PROMISE, audit="0.05")
SLICED = tier_text(
    accept_above='{ error = 0.02, confidence = 0.95, slices = ["country=PT", "country=ES"] }', audit="0.05"
)


def route(standing: Standing, confidence: float = 0.95, tiers: str = PROMISED, **changes: Any) -> Routing:
    return router(tiers).route(
        submission(prediction=prediction("honest", confidence), **changes), KEY, standing
    )


def router(tiers: str) -> Router:
    return compile_router(policy(tiers=tiers))


def calibrated(**changes: Any) -> Standing:
    """A standing in which half of what the model says counts."""
    return replace(granting(), calibrators={MODEL: halving()}, **changes)


def test_the_threshold_is_held_against_the_calibrated_confidence_and_both_are_said() -> None:
    routing = route(calibrated(), 0.95, tier_text())
    assert routing.disposition is Disposition.REVIEW
    assert routing.reasons == ("confidence 0.47 (0.95 before calibration) is below 0.90 (tier standard)",)
    assert (routing.calibrated, routing.calibrator_version) == (0.475, "half")
    assert routing.threshold == 0.9


def test_a_calibrated_confidence_that_reads_the_same_is_said_once() -> None:
    routing = route(calibrated(), 0.001, tier_text())
    assert routing.reasons == ("confidence 0.00 is below 0.90 (tier standard)",)


def test_a_calibrator_speaks_for_its_model_version_only() -> None:
    other = {("returns", "returns-net", "8"): halving(), ("other", "returns-net", "7"): halving()}
    routing = route(replace(granting(), calibrators=other), 0.95, tier_text())
    assert routing.disposition is Disposition.AUTO_ACCEPTED
    assert (routing.calibrated, routing.calibrator_version) == (None, None)


def test_an_always_reviewed_prediction_has_its_calibrated_confidence_on_record() -> None:
    routing = route(calibrated(), 0.9, tier_text(accept_above='"always_review"'))
    assert (routing.calibrated, routing.threshold) == (0.45, None)


def test_without_a_certificate_a_promise_accepts_nothing_and_says_so() -> None:
    routing = route(Standing(), 1.0)
    assert routing.disposition is Disposition.REVIEW
    assert routing.inclusion_probability == 1.0
    assert routing.threshold is None
    assert routing.reasons == ("no threshold is certified yet for model returns-net 7 (tier standard)",)


def test_a_certified_threshold_accepts_and_says_for_what_it_was_granted() -> None:
    routing = route(granting(grant(threshold=0.93)), 0.94)
    assert routing.disposition is Disposition.AUTO_ACCEPTED
    assert routing.reasons == (
        "confidence 0.94 reaches 0.93, granted for at most 2 % error with 95 % confidence (tier standard)",
    )
    assert (routing.threshold, routing.certificate_id) == (0.93, "certificate_1")
    assert routing.inclusion_probability == 0.05


def test_below_a_certified_threshold_is_review() -> None:
    routing = route(granting(grant(threshold=0.93)), 0.92)
    assert routing.disposition is Disposition.REVIEW
    assert routing.inclusion_probability == 1.0
    assert routing.certificate_id == "certificate_1"
    assert routing.reasons[0].startswith("confidence 0.92 is below 0.93, granted for at most 2 % error")


@pytest.mark.parametrize(
    "changes",
    [
        {"labels_digest": "another set!"},
        {"calibrator_version": "51d0c7be9a42"},
        {"error": 0.03},
        {"confidence": 0.9},
    ],
    ids=str,
)
def test_a_certificate_for_anything_else_grants_nothing(changes: dict[str, Any]) -> None:
    assert route(granting(grant(threshold=0.5, **changes)), 1.0).disposition is Disposition.REVIEW


@pytest.mark.parametrize("changes", [{"error": 0.01}, {"confidence": 0.99}], ids=str)
def test_a_certificate_for_more_than_was_promised_keeps_the_promise(changes: dict[str, Any]) -> None:
    routing = route(granting(grant(threshold=0.5, **changes)), 0.9)
    assert routing.disposition is Disposition.AUTO_ACCEPTED


def test_a_certificate_holds_with_the_calibrator_that_it_was_tested_with() -> None:
    granted = granting(grant(threshold=0.4, calibrator_version="half"))
    with_it = replace(granted, calibrators={MODEL: halving()})
    assert route(with_it, 0.9).disposition is Disposition.AUTO_ACCEPTED
    assert route(granted, 0.9).disposition is Disposition.REVIEW


def test_a_slice_with_a_certificate_of_its_own_goes_before_everything() -> None:
    both = granting(grant(threshold=0.9), **{"country=PT": grant("certificate_pt", 0.8)})
    assert route(both, 0.85, SLICED, slices={"country": "PT"}).certificate_id == "certificate_pt"
    assert route(both, 0.85, SLICED, slices={"country": "DE"}).certificate_id == "certificate_1"
    assert route(both, 0.85, SLICED, slices={"country": "PT"}).disposition is Disposition.AUTO_ACCEPTED


def test_what_is_in_no_named_slice_is_held_against_the_threshold_of_the_rest() -> None:
    rest = cells(("country=PT", "country=ES"))[-1].key
    standing = granting(**{rest: grant("certificate_rest", 0.8)})
    for slices in ({}, {"country": "DE"}, {"segment": "PT"}):
        assert route(standing, 0.85, SLICED, slices=slices).certificate_id == "certificate_rest"
    assert route(standing, 1.0, SLICED, slices={"country": "ES"}).disposition is Disposition.REVIEW


def test_a_threshold_for_the_rest_of_other_slices_is_none_for_this_rest() -> None:
    other = cells(("country=PT",))[-1].key
    routing = route(granting(**{other: grant(threshold=0.5)}), 1.0, SLICED, slices={"country": "DE"})
    assert routing.disposition is Disposition.REVIEW


def test_a_slice_that_the_policy_does_not_name_has_no_threshold_of_its_own() -> None:
    standing = granting(grant(threshold=0.9), **{"country=PT": grant("certificate_pt", 0.8)})
    assert route(standing, 0.85, slices={"country": "PT"}).disposition is Disposition.REVIEW


def test_a_slice_whose_certificate_holds_no_longer_falls_back_to_everything() -> None:
    old = granting(grant(threshold=0.9), **{"country=PT": grant("certificate_pt", 0.8, labels_digest="old")})
    assert route(old, 0.85, SLICED, slices={"country": "PT"}).certificate_id == "certificate_1"


def test_a_slice_that_needs_more_audits_gets_them() -> None:
    careful = tier_text(audit="0.05", audit_slices='{ "country=PT" = 0.5, "segment=new" = 0.2 }')
    shares = [
        route(Standing(), 0.95, careful, slices=slices).inclusion_probability
        for slices in (
            {},
            {"country": "DE"},
            {"country": "PT"},
            {"segment": "new"},
            {"country": "PT", "segment": "new"},
        )
    ]
    assert shares == [0.05, 0.05, 0.5, 0.2, 0.5]


def test_a_suspended_promise_accepts_nothing_and_says_why() -> None:
    why = "the texts have drifted since Monday"
    suspended = replace(granting(grant(threshold=0.5)), suspensions={(*KEYED, EVERYTHING.key): why})
    routing = route(suspended, 1.0)
    assert routing.disposition is Disposition.REVIEW
    assert routing.reasons == ("the texts have drifted since Monday (tier standard)",)
    assert (routing.threshold, routing.certificate_id) == (None, None)


def test_a_suspended_slice_is_reviewed_though_everything_else_is_accepted() -> None:
    suspended = replace(granting(grant(threshold=0.5)), suspensions={(*KEYED, "country=PT"): "revoked"})
    assert route(suspended, 1.0, SLICED, slices={"country": "PT"}).reasons == (
        "revoked (tier standard, country=PT)",
    )
    assert route(suspended, 1.0, SLICED, slices={"country": "DE"}).disposition is Disposition.AUTO_ACCEPTED


def test_a_suspension_does_not_touch_a_threshold_of_the_policy() -> None:
    suspended = Standing(suspensions={(*KEYED, EVERYTHING.key): "drift"})
    assert route(suspended, 0.95, tier_text()).disposition is Disposition.AUTO_ACCEPTED


def test_a_novel_case_is_noted_and_accepted_by_default() -> None:
    routing = route(Standing(novelty={"returns": unlike()}), 0.95, tier_text())
    assert routing.disposition is Disposition.AUTO_ACCEPTED
    assert routing.reasons[-1] == "unlike anything labeled: 3 new words"


def test_a_novel_case_is_reviewed_for_certain_where_the_tier_wants_that() -> None:
    wanted = tier_text(audit="0.05", novel='"review"')
    novel = Standing(novelty={"returns": unlike()})
    routing = route(novel, 0.95, wanted)
    assert (routing.disposition, routing.inclusion_probability) == (Disposition.REVIEW, 1.0)
    assert not routing.is_audit
    assert routing.reasons[-1] == (
        "unlike anything labeled: 3 new words, and tier standard has such cases reviewed"
    )
    assert route(Standing(), 0.95, wanted).inclusion_probability == 0.05


def test_a_case_like_those_that_were_labeled_is_not_called_novel() -> None:
    usual = Standing(novelty={"returns": unlike(is_unlike=False), "other": unlike()})
    assert len(route(usual, 0.95, tier_text(novel='"review"')).reasons) == 1


@pytest.mark.parametrize(("needed", "share"), [(0.2, 0.2), (0.01, 0.05), (1.0, 1.0)])
def test_the_audit_share_follows_the_need_and_never_falls_below_the_tiers(
    needed: float, share: float
) -> None:
    standing = Standing(audits={("returns", "standard"): needed, ("returns", "other"): 0.9})
    assert route(standing, 0.95, tier_text(audit="0.05")).inclusion_probability == share


def test_a_share_by_need_is_the_chance_of_the_draw_and_is_said() -> None:
    standing = Standing(audits={("returns", "standard"): 1.0})
    routing = route(standing, 0.95, tier_text())
    assert (routing.is_audit, routing.reasons[-1]) == (True, "drawn for audit (1 in 1)")


CHECKING = tier_text(accept_above=PROMISE, audit="0.05", second_opinions="0.1", novel='"review"')


def region(threshold: float, *, is_raw: bool = True, **others: Any) -> Standing:
    return Standing(check_regions={KEYED: CheckRegion(threshold, is_raw=is_raw)}, **others)


def test_all_of_the_region_that_is_about_to_be_certified_gets_a_second_opinion() -> None:
    assert route(region(0.9), 0.9, CHECKING).second_opinion_chance == 1.0
    assert route(region(0.9), 0.9, CHECKING).quorum == 2
    assert route(region(0.9), 0.89, CHECKING).second_opinion_chance == 0.1
    assert route(Standing(), 0.95, CHECKING).second_opinion_chance == 0.1
    assert route(region(0.9), 0.95, PROMISED).second_opinion_chance is None


def test_a_region_is_on_the_scale_it_was_chosen_on() -> None:
    halved = {MODEL: halving()}
    for threshold, is_raw, chance in ((0.9, True, 1.0), (0.9, False, 0.1), (0.45, False, 1.0)):
        standing = region(threshold, is_raw=is_raw, calibrators=halved)
        assert route(standing, 0.95, CHECKING).second_opinion_chance == chance


def test_where_a_threshold_is_in_force_or_none_can_be_a_share_is_checked() -> None:
    granted = replace(granting(grant()), check_regions=region(0.5).check_regions)
    held = route(granted, 0.6, CHECKING)
    assert held.threshold is not None
    assert held.second_opinion_chance == 0.1
    novel = region(0.9, novelty={"returns": unlike()})
    assert route(novel, 0.95, CHECKING).second_opinion_chance == 0.1
