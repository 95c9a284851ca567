"""What experts' answers are worth decides: by certainty, else one more answer, else adjudication."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.case.adjudication import conclude, settle
from routing.case.case import Case
from routing.case.decision import Method
from routing.case.settlement import Disagreement, FurtherOpinion, SettledAnswer, Shortfall
from routing.case.weighing import Weighing, voice_of
from routing.errors import InvalidPolicy
from routing.evidence.expert_confusions import ConsensusRule
from routing.policy import Tier
from routing.prediction import Prediction
from tests.answers import CHOICE
from tests.routing.making import case, expert, label, prediction, submission, task, tier
from tests.worlds.clocks import MONDAY
from tests.worlds.rules import rule_of

NAMES = ("fraud", "honest", "unclear")
RULE = rule_of(NAMES, {"U0EVA": 0.99, "U0BEN": 0.6, "U0AMA": 0.6})
SURE = tier(certainty="0.95", answers_at_most="3")
SENIOR = tier(certainty="0.95", answers_at_most="2", adjudicators='["U0SUE"]')
TASK = task()


def answered(*answers: tuple[str, str], said: Prediction | None = None, **changes: object) -> Case:
    labels = tuple(label(name, by=user, after=place) for place, (user, name) in enumerate(answers))
    predicted = submission(prediction=said or prediction("honest", 0.62))
    return case(labels=labels, submission=predicted, consensus_version="v1", **changes)


def settled(one: Case, by: Tier = SURE, rule: ConsensusRule = RULE) -> object:
    weighing = Weighing.of(rule, one, TASK)
    assert weighing is not None
    return settle(one, CHOICE, by, MONDAY, weighing)


def test_an_answer_that_is_sure_enough_decides_and_says_how_sure() -> None:
    decided = settled(answered(("U0EVA", "honest")))
    assert isinstance(decided, SettledAnswer)
    assert (decided.label, decided.method, decided.decided_by) == (
        "honest",
        Method.SINGLE,
        (expert("U0EVA"),),
    )
    assert decided.certainty is not None
    assert 0.95 <= decided.certainty < 1


def test_below_it_one_more_is_asked_as_long_as_more_may_be() -> None:
    assert settled(answered(("U0AMA", "fraud"))) == FurtherOpinion()
    assert settled(answered(("U0AMA", "fraud"), ("U0BEN", "fraud"))) == FurtherOpinion()


def test_then_an_adjudicator_settles_it_even_where_the_experts_agree() -> None:
    unsure = answered(("U0AMA", "fraud"), ("U0BEN", "fraud"))
    assert settled(unsure, SENIOR) == Disagreement("the experts are not sure enough")


def test_with_no_adjudicator_left_it_is_decided_by_count() -> None:
    three = answered(("U0AMA", "fraud"), ("U0BEN", "fraud"), ("U0IDA", "honest"))
    decided = settled(three, rule=rule_of(NAMES, skill=0.6))
    assert isinstance(decided, SettledAnswer)
    assert (decided.label, decided.method) == ("fraud", Method.CONSENSUS)


def test_a_majority_that_is_outweighed_waits_for_one_more() -> None:
    assert settled(answered(("U0AMA", "fraud"), ("U0BEN", "fraud"), ("U0X", "honest"))) == FurtherOpinion()


def test_who_is_hardly_ever_wrong_outweighs_two_who_often_are() -> None:
    three = answered(("U0AMA", "fraud"), ("U0BEN", "fraud"), ("U0EVA", "honest"))
    decided = settled(three, tier(certainty="0.6", answers_at_most="3"))
    assert isinstance(decided, SettledAnswer)
    assert (decided.label, decided.decided_by) == ("honest", (expert("U0EVA"),))


def test_a_tie_is_never_decided() -> None:
    tie = answered(("U0X", "fraud"), ("U0Y", "honest"), said=prediction("honest", 0.99))
    assert settled(tie, tier(certainty="0.5", answers_at_most="3")) == FurtherOpinion()
    assert settled(tie, tier(certainty="0.5", answers_at_most="2")) == FurtherOpinion()


def test_below_the_quorum_no_certainty_decides() -> None:
    assert settled(answered(("U0EVA", "honest"), quorum=2)) == Shortfall(1)


def test_a_tier_that_asks_for_no_certainty_counts_and_says_how_sure_it_is() -> None:
    decided = settled(answered(("U0AMA", "honest")), tier())
    assert isinstance(decided, SettledAnswer)
    assert decided.certainty is not None
    assert decided.certainty < 0.95
    loud = rule_of(NAMES, voice=9.0)
    other = settled(answered(("U0AMA", "fraud"), said=prediction("honest", 0.99)), tier(), loud)
    # The model's voice makes it unclear which is right: nothing is stated of "fraud".
    assert other == SettledAnswer("fraud", Method.SINGLE, (expert("U0AMA"),), MONDAY)


def test_an_adjudicated_case_states_no_certainty_and_stands() -> None:
    verdict = replace(label("unclear", by="U0SUE", after=9), is_adjudication=True)
    one = answered(("U0AMA", "fraud"), ("U0BEN", "honest"))
    decided = settled(replace(one, labels=(*one.labels, verdict)), SENIOR)
    assert decided == SettledAnswer("unclear", Method.ADJUDICATED, (expert("U0SUE"),), MONDAY)


def test_an_audit_is_decided_by_count_whatever_the_model_says() -> None:
    audit = answered(("U0AMA", "fraud"), is_audit=True)
    assert isinstance(settled(audit), SettledAnswer)


def concluded(one: Case, settlement: SettledAnswer) -> Case:
    return conclude(one, settlement, CHOICE, decision_id="dec_1", policy_version="new", screen_version=3)


def test_a_decision_keeps_its_certainty_and_another_certainty_is_another_decision() -> None:
    one = answered(("U0EVA", "honest"))
    settlement = settled(one)
    assert isinstance(settlement, SettledAnswer)
    decided = concluded(one, settlement)
    assert decided.decision is not None
    assert decided.decision.certainty == settlement.certainty
    assert concluded(decided, settlement) == decided
    surer = concluded(decided, replace(settlement, certainty=0.999))
    assert surer.decision is not None
    assert (surer.decision.sequence, surer.decision.certainty) == (2, 0.999)


def test_a_rule_that_states_no_certainty_or_is_of_other_labels_weighs_nothing() -> None:
    one = answered(("U0EVA", "honest"))
    assert Weighing.of(rule_of(NAMES, states=False), one, TASK) is None
    assert Weighing.of(rule_of(NAMES[:2]), one, TASK) is None
    assert Weighing.of(rule_of((*NAMES[:2], "other")), one, TASK) is None
    assert Weighing.of(RULE, answered(("U0EVA", "gone")), TASK) is None


people = st.sampled_from(["U0EVA", "U0BEN", "U0AMA", "U0X", "U0Y"])
opinions = st.dictionaries(people, st.sampled_from(NAMES), min_size=1, max_size=4)
tiers = st.sampled_from([SURE, SENIOR, tier(), tier(certainty="0.5", answers_at_most="4")])
shares = st.floats(0, 1)
predictions = st.builds(prediction, st.sampled_from(NAMES), shares)


@given(opinions, tiers, predictions, st.booleans())
def test_the_order_of_the_clicks_changes_nothing(
    answers: dict[str, str], by: Tier, said: Prediction, is_audit: bool
) -> None:
    outcomes = {
        repr(settled(answered(*order, said=said, is_audit=is_audit), by))
        for order in permutations(answers.items())
    }
    assert len(outcomes) == 1


@given(opinions, tiers, predictions, predictions, st.booleans())
def test_however_sure_the_model_is_it_never_chooses_what_is_decided(
    answers: dict[str, str], by: Tier, said: Prediction, other: Prediction, is_audit: bool
) -> None:
    first, second = (
        settled(answered(*answers.items(), said=each, is_audit=is_audit), by) for each in (said, other)
    )
    if isinstance(first, SettledAnswer) and isinstance(second, SettledAnswer):
        assert (first.label, first.decided_by) == (second.label, second.decided_by)
    if is_audit:
        assert isinstance(first, SettledAnswer) == isinstance(second, SettledAnswer)


def test_the_models_voice_is_its_probabilities_by_the_names_of_now() -> None:
    renamed = {"scam": "fraud", "con": "fraud"}.get

    def present(name: str) -> str:
        return renamed(name) or name

    full = prediction("scam", 0.6, scam=0.6, con=0.1, honest=0.25, gone=0.05)
    assert voice_of(full, NAMES, present) == pytest.approx({"fraud": 0.7, "honest": 0.25, "unclear": 0.0})
    lone = voice_of(prediction("scam", 0.6), NAMES, present)
    assert lone == pytest.approx({"fraud": 0.6, "honest": 0.2, "unclear": 0.2})


def test_a_model_that_says_no_number_or_only_others_has_no_voice() -> None:
    silent = replace(prediction("fraud"), confidence=None)
    assert voice_of(silent, NAMES, str) is None
    assert voice_of(prediction("gone", 0.9), NAMES, str) is None
    assert voice_of(prediction("gone", 0.9, gone=0.9, fraud=0.0), NAMES, str) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"certainty": "0.95"}, "need each other"),
        ({"answers_at_most": "3"}, "need each other"),
        ({"certainty": "0.95", "answers_at_most": "1", "quorum": "2"}, "less than `quorum`"),
        ({"certainty": "1.0", "answers_at_most": "3"}, "outside of its limits"),
    ],
)
def test_a_certainty_says_how_many_may_be_asked(fields: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidPolicy, match=words):
        tier(**fields)
