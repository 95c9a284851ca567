"""Triage: the tier, the disposition, the probability of review, and the reasons."""

import tomllib
from dataclasses import replace
from datetime import timedelta

import pytest

from routing.policy import Policy, load_policy
from routing.prediction import CaseInput, Origin, Prediction, Scalar
from routing.routing import Disposition, Routing
from routing.triage.in_force import Standing
from routing.triage.router import CHECKED, Router, compile_router
from tests.places import ROOT
from tests.routing.making import KEY, policy, policy_text, prediction, submission, tier_text
from tests.routing.standings import halving

EXAMPLE = ROOT / "deploy" / "policy.example.toml"
CRITICAL = tier_text(
    "critical", when="\"prediction.label == 'fraud'\"", accept_above='"always_review"', due_in='"1h"'
)
AUDITED = tier_text("standard", audit="0.05")


CALIBRATED = Standing(calibrators={("returns", "returns-net", "7"): halving()})


def unsure() -> Prediction:
    """A prediction with neither a confidence nor probabilities."""
    return replace(prediction("honest", 0.99), confidence=None)


def router(*tiers: str) -> Router:
    return compile_router(policy(tiers="".join(tiers) or tier_text()))


def route(router: Router, confidence: float, label: str = "honest", **changes: object) -> Routing:
    return router.route(submission(prediction=prediction(label, confidence), **changes), KEY)


def drawn_id(router: Router, drawn: bool) -> str:
    """The first external id that is, or is not, drawn for audit."""
    ids = (f"order-{n}" for n in range(1000))
    return next(one for one in ids if route(router, 0.95, external_id=one).is_audit is drawn)


def test_a_low_confidence_goes_to_review_and_says_so() -> None:
    routing = route(router(), 0.62)
    assert (routing.disposition, routing.tier, routing.channel) == (Disposition.REVIEW, "standard", "desk")
    assert routing.reasons == ("confidence 0.62 is below 0.90 (tier standard)",)
    assert routing.inclusion_probability == 1.0


@pytest.mark.parametrize("accept_above", ["0.5", "{ error = 0.02, confidence = 0.95 }"])
def test_without_a_confidence_a_person_looks_for_a_plain_reason(accept_above: str) -> None:
    tiers = tier_text(accept_above=accept_above, audit="0.5")
    routing = compile_router(policy(tiers=tiers)).route(submission(prediction=unsure()), KEY, CALIBRATED)
    assert (routing.disposition, routing.inclusion_probability) == (Disposition.REVIEW, 1.0)
    assert routing.reasons == ("the model gave no confidence (tier standard)",)
    assert (routing.calibrated, routing.calibrator_version, routing.threshold) == (None, None, None)
    assert not routing.is_audit


def test_a_rule_that_reads_a_confidence_that_is_not_there_takes_the_prediction() -> None:
    rule = tier_text("doubtful", when='"prediction.confidence < 0.5"')
    routing = compile_router(policy(tiers=rule + tier_text())).route(submission(prediction=unsure()), KEY)
    assert (routing.tier, routing.unreadable) == ("doubtful", "confidence is missing")


def test_a_rule_may_ask_whether_there_is_a_confidence() -> None:
    rule = tier_text("bare", when='"!has(prediction.confidence)"')
    routed = compile_router(policy(tiers=rule + tier_text()))
    assert routed.route(submission(prediction=unsure()), KEY).tier == "bare"
    assert route(routed, 0.95).tier == "standard"


def test_a_score_sends_a_prediction_to_its_tier_and_an_absent_one_to_review() -> None:
    toxic = compile_router(policy(tiers=tier_text("toxic", when='"scores.toxicity > 0.8"') + tier_text()))

    def routed(**scores: float) -> Routing:
        sent = replace(prediction("honest", 0.99), scores=scores)
        return toxic.route(submission(prediction=sent), KEY)

    assert routed(toxicity=0.9).tier == "toxic"
    assert routed(toxicity=0).tier == "standard"
    absent = routed(spam=0.9)
    assert (absent.tier, absent.disposition) == ("toxic", Disposition.REVIEW)
    assert absent.unreadable == "the score toxicity is missing"


@pytest.mark.parametrize("confidence", [0.9, 0.95, 1.0])
def test_the_threshold_itself_is_accepted(confidence: float) -> None:
    routing = route(router(), confidence)
    assert routing.disposition is Disposition.AUTO_ACCEPTED
    assert routing.inclusion_probability == 0.0


def test_a_confidence_just_below_the_threshold_is_shown_with_the_digits_that_tell() -> None:
    assert route(router(), 0.8996).reasons == ("confidence 0.8996 is below 0.9000 (tier standard)",)


def test_the_first_matching_tier_wins() -> None:
    two = router(CRITICAL, tier_text())
    assert route(two, 0.99, "fraud").tier == "critical"
    assert route(two, 0.99, "honest").tier == "standard"


def test_always_review_reviews_a_certain_prediction() -> None:
    routing = route(router(CRITICAL, tier_text()), 1.0, "fraud")
    assert routing.disposition is Disposition.REVIEW
    assert routing.reasons == (
        "tier critical applies: prediction.label == 'fraud'",
        "tier critical: always reviewed",
    )


RICH = tier_text("rich", when='"has(input.fields.amount) && input.fields.amount >= 500"', audit="0.5")
PLAIN = tier_text("plain", when='"input.fields.amount > 500.0"', audit="0.5")
TEXT = "amount is text, a number is needed"


@pytest.mark.parametrize(
    ("tier", "fields", "doubt"),
    [
        (RICH, {"amount": "900.00"}, TEXT),
        (RICH, {"amount": "1,600.00"}, TEXT),
        (RICH, {"amount": None}, "amount is empty"),
        (RICH, {"amount": True}, "amount is true or false, a number is needed"),
        (PLAIN, {}, "amount is missing"),
        (PLAIN, {"amount": None}, "amount is empty"),
        (PLAIN, {"amount": "900"}, TEXT),
        (
            tier_text("cast", when='"double(input.fields.amount) > 500.0"'),
            {"amount": "1,600.00"},
            "amount cannot be read as a number",
        ),
        (tier_text("ratio", when='"100 / input.fields.parts > 5"'), {"parts": 0}, "it divides by zero"),
        (tier_text("abroad", when="\"slices.country != 'PT'\""), {}, "the slice country is missing"),
        (tier_text("link", when="\"input.link.contains('x')\""), {}, "the link is missing"),
        (tier_text("close", when='"prediction.margin < 0.2"'), {}, "the margin is missing"),
    ],
)
def test_what_cannot_be_judged_is_reviewed_in_the_tier_whose_rule_it_was(
    tier: str, fields: dict[str, Scalar], doubt: str
) -> None:
    routing = route(router(tier, tier_text()), 0.99, input=CaseInput(fields=fields))
    assert (routing.disposition, routing.inclusion_probability) == (Disposition.REVIEW, 1.0)
    assert routing.tier != "standard"
    assert (routing.is_audit, routing.threshold, routing.unreadable) == (False, None, doubt)
    assert routing.reasons == (
        f"the rule of tier {routing.tier} could not be judged: {doubt}",
        f"tier {routing.tier}: reviewed, because its rule could not be judged",
    )


def test_an_earlier_tier_that_cannot_be_judged_goes_before_one_that_matches() -> None:
    certain = tier_text("certain", when='"prediction.confidence > 0.5"')
    assert route(router(PLAIN, certain, tier_text()), 0.99).tier == "plain"


def test_a_tier_that_matches_goes_before_one_that_cannot_be_judged() -> None:
    certain = tier_text("certain", when='"prediction.confidence > 0.5"')
    routing = route(router(certain, PLAIN, tier_text()), 0.99)
    assert (routing.tier, routing.unreadable) == ("certain", None)


def test_a_guarded_field_that_is_absent_is_an_answer() -> None:
    routing = route(router(RICH, tier_text()), 0.99)
    assert (routing.tier, routing.disposition) == ("standard", Disposition.AUTO_ACCEPTED)


def test_a_rule_may_pass_over_what_it_cannot_judge_and_says_so() -> None:
    passing = tier_text("vip", when='"input.fields.vip"', when_unreadable='"pass"')
    routing = route(router(passing, tier_text()), 0.99)
    assert (routing.tier, routing.disposition) == ("standard", Disposition.AUTO_ACCEPTED)
    assert routing.unreadable is None
    assert routing.reasons[0] == (
        "the rule of tier vip could not be judged: vip is missing; passed over, as the policy says"
    )


def test_a_field_that_is_there_matches() -> None:
    rich = tier_text("rich", when='"input.fields.amount > 500"', accept_above='"always_review"')
    assert route(router(rich, tier_text()), 0.95, input=CaseInput(fields={"amount": 900})).tier == "rich"


def test_the_audit_probability_is_on_record_whether_drawn_or_not() -> None:
    audited = router(AUDITED)
    for drawn in (True, False):
        routing = route(audited, 0.95, external_id=drawn_id(audited, drawn))
        assert routing.inclusion_probability == 0.05
        assert (routing.disposition is Disposition.REVIEW) is drawn


def test_an_audit_says_its_share() -> None:
    audited = router(AUDITED)
    routing = route(audited, 0.95, external_id=drawn_id(audited, True))
    assert routing.reasons[-1] == "drawn for audit (1 in 20)"


def test_a_share_that_is_no_fraction_is_shown_in_percent() -> None:
    often = router(tier_text(audit="0.3"))
    assert route(often, 0.95, external_id=drawn_id(often, True)).reasons[-1] == "drawn for audit (30%)"


def test_the_draw_is_the_same_for_ever() -> None:
    audited = router(AUDITED)
    assert route(audited, 0.95) == route(audited, 0.95)


def test_audits_come_as_often_as_the_share_says() -> None:
    audited = router(AUDITED)
    drawn = sum(route(audited, 0.95, external_id=f"order-{n}").is_audit for n in range(4000))
    assert 150 <= drawn <= 250  # binomial(4000, 0.05): 200 ± 3.6 standard deviations


def test_another_key_draws_other_cases() -> None:
    audited = router(tier_text(audit="0.5"))
    cases = [submission(external_id=f"order-{n}", prediction=prediction(confidence=0.95)) for n in range(64)]
    assert [audited.route(one, b"one").is_audit for one in cases] != [
        audited.route(one, b"two").is_audit for one in cases
    ]


def test_a_service_may_ask_for_an_answer_sooner() -> None:
    routing = route(router(), 0.62, due_in=timedelta(minutes=30))
    assert routing.due_in == timedelta(minutes=30)
    assert routing.reasons[-1] == "due in 30m, sooner than tier standard's, as the service asked"


def test_a_service_cannot_ask_for_an_answer_later() -> None:
    routing = route(router(), 0.62, due_in=timedelta(days=3))
    assert routing.due_in == timedelta(hours=4)
    assert routing.reasons[-1] == "due in 4h, as tier standard says: the service would have waited 3d"


@pytest.mark.parametrize("origin", [Origin.SYNTHETIC, Origin.RED_TEAM])
def test_a_made_up_case_is_routed_as_usual_and_named(origin: Origin) -> None:
    routing = route(router(), 0.62, origin=origin)
    assert routing.disposition is Disposition.REVIEW
    assert routing.reasons[-1] == f"{origin} case: routed as usual, left out of numbers about all traffic"


def test_text_that_is_not_unicode_is_reviewed_instead_of_failing() -> None:
    reading = tier_text("reading", when="\"input.text.contains('empty')\"")
    routing = route(router(reading, tier_text()), 0.99, input=CaseInput(text="\ud800"))
    assert (routing.tier, routing.disposition) == ("reading", Disposition.REVIEW)
    assert routing.unreadable == "the input holds characters that no rule can read"


def test_fields_that_no_rule_names_are_in_no_rules_way() -> None:
    fields: dict[str, Scalar] = {"amount": 900, "note": "\ud800", "big": 2**70}
    assert route(router(PLAIN, tier_text()), 0.99, input=CaseInput(fields=fields)).unreadable is None


def test_a_prediction_that_no_tier_takes_falls_to_the_last() -> None:
    raw = tomllib.loads(policy_text(tiers=tier_text("first", when="\"origin == 'red_team'\"")))
    assert route(compile_router(Policy.model_validate(raw)), 0.62).tier == "first"


def test_the_example_policy_routes() -> None:
    example = compile_router(load_policy(EXAMPLE.read_text(), EXAMPLE.name))
    routing = route(example, 0.97, "fraud")
    assert (routing.tier, routing.quorum, routing.due_in) == ("critical", 2, timedelta(hours=2))


def test_second_opinions_are_drawn_as_often_as_the_share_says_with_the_chance_on_record() -> None:
    asking = router(tier_text(second_opinions="0.25"))
    routings = [route(asking, 0.62, external_id=f"order-{n}") for n in range(400)]
    drawn = [routing for routing in routings if routing.quorum == 2]
    assert {routing.second_opinion_chance for routing in routings} == {0.25}
    assert 70 < len(drawn) < 130
    assert all(routing.reasons[-1] == "drawn for a second opinion (1 in 4)" for routing in drawn)
    assert route(asking, 0.62, external_id="order-7") == routings[7]


def test_what_goes_through_and_tiers_without_second_opinions_have_no_chance_of_one() -> None:
    asking = router(tier_text(second_opinions="1.0"))
    assert (route(asking, 0.95).second_opinion_chance, route(asking, 0.95).quorum) == (None, 1)
    assert route(router(tier_text(quorum="3")), 0.62).second_opinion_chance is None
    none = route(router(tier_text(second_opinions="0.0")), 0.62)
    assert (none.second_opinion_chance, none.quorum) == (0.0, 1)


def test_audits_and_second_opinions_are_drawn_apart() -> None:
    both = router(tier_text(audit="0.5", second_opinions="0.25"))
    routings = [route(both, 0.95, external_id=f"order-{n}") for n in range(200)]
    assert {routing.quorum for routing in routings if routing.is_audit} == {1, 2}


def test_audits_are_checked_by_as_much_more_as_they_stand_for() -> None:
    tenth, certain = (router(tier_text(audit="0.4", second_opinions=share)) for share in ("0.1", "0.5"))
    audits = [route(tenth, 0.95, external_id=f"order-{n}") for n in range(1_000)]
    audits = [routing for routing in audits if routing.is_audit]
    assert {routing.second_opinion_chance for routing in audits} == {0.25}
    assert 60 < sum(routing.quorum == 2 for routing in audits) < 140
    audit = route(certain, 0.95, external_id=drawn_id(certain, drawn=True))
    assert (audit.second_opinion_chance, audit.quorum) == (1.0, 2)
    assert audit.reasons[-1] == CHECKED
    assert route(certain, 0.62).second_opinion_chance == 0.5


def test_predictions_are_hidden_as_often_as_the_share_says_with_the_chance_on_record() -> None:
    hiding = router(tier_text(blind="0.2"))
    routings = [route(hiding, 0.62, external_id=f"order-{n}") for n in range(400)]
    hidden = [routing for routing in routings if routing.is_blind]
    assert {routing.blind_chance for routing in routings} == {0.2}
    assert 55 < len(hidden) < 105
    assert all(
        routing.reasons[-1] == "drawn to be looked at without the prediction (1 in 5)" for routing in hidden
    )
    accepted = route(hiding, 0.95)
    assert (accepted.blind_chance, accepted.is_blind) == (None, False)


def test_what_is_hidden_and_who_is_asked_again_are_drawn_apart() -> None:
    both = router(tier_text(blind="0.5", second_opinions="0.5"))
    routings = [route(both, 0.62, external_id=f"order-{n}") for n in range(200)]
    assert len({(routing.quorum, routing.is_blind) for routing in routings}) == 4


def test_what_was_accepted_is_looked_at_as_an_audit_would_be() -> None:
    both = router(tier_text(audit="0.5", second_opinions="0.5", blind="0.5"))
    drawn = submission(prediction=prediction("honest", 0.95), external_id=drawn_id(both, True))
    audit = both.route(drawn, KEY)
    accepted = replace(
        audit,
        disposition=Disposition.AUTO_ACCEPTED,
        quorum=1,
        is_audit=False,
        is_blind=False,
        reasons=audit.reasons[:1],
        second_opinion_chance=None,
        blind_chance=None,
    )
    assert both.audited(accepted, drawn, KEY) == audit
