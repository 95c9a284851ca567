"""Which cases wait for a second opinion, and what is hidden until it is there."""

from dataclasses import replace

import pytest

from routing.case.case import Case, CaseStatus, abstain, decide, record_label
from routing.case.decision import Method
from routing.case.second_opinion import (
    HIDDEN,
    awaits_second_opinion,
    blinded,
    hides_answers,
    is_claimed,
    veiled,
)
from routing.label import Abstention
from routing.prediction import Evidence
from tests.routing.making import case, decision, expert, label, prediction, submission
from tests.worlds.clocks import MONDAY


def audited(name: str, **changes: object) -> Case:
    return case(labels=(label(name),), is_audit=True, second_opinion_chance=0.0, **changes)


def test_a_case_waits_for_a_second_opinion_once_it_has_a_first() -> None:
    drawn = case(quorum=2, second_opinion_chance=0.1)
    answered = record_label(drawn, label("fraud"))

    assert not awaits_second_opinion(drawn)
    assert awaits_second_opinion(answered)
    assert not awaits_second_opinion(replace(answered, status=CaseStatus.DISPUTED))
    assert not awaits_second_opinion(case(quorum=2, labels=(label("fraud"),)))


def test_a_claim_is_told_from_a_draw() -> None:
    assert is_claimed(audited("fraud"))
    assert not is_claimed(audited("fraud", quorum=2))
    assert not is_claimed(case(second_opinion_chance=0.1, quorum=2))


def test_an_audit_shows_what_was_answered_neither_with_a_claim_nor_without() -> None:
    agreed = decide(audited("honest"), decision("honest"))
    claimed = audited("fraud", ask_at=MONDAY)

    assert hides_answers(agreed)
    assert hides_answers(claimed)
    confirmed = decide(claimed, decision("fraud", method=Method.CONSENSUS))
    assert not hides_answers(confirmed)
    assert not hides_answers(replace(claimed, ask_at=None)), "nobody is left to ask: anybody may answer"
    assert not hides_answers(replace(claimed, labels=()))


@pytest.mark.parametrize("changes", [{"is_audit": False}, {"second_opinion_chance": None}])
def test_other_cases_show_it(changes: dict[str, object]) -> None:
    routed = {"is_audit": True, "second_opinion_chance": 0.0, **changes}
    assert not hides_answers(decide(case(labels=(label("honest"),), **routed), decision("honest")))


def test_who_is_blinded_sees_neither_the_prediction_nor_what_others_answered() -> None:
    sent = submission(
        prediction=replace(prediction("honest", 0.9, fraud=0.1), scores={"risk": 0.4}),
        recommended_action="refund it",
        intent="to refund",
        evidence=(Evidence("Weight", "as sent"),),
    )
    answered = record_label(case(submission=sent, quorum=2), label("fraud", by="U0AMA"))
    answered = abstain(answered, Abstention("case_1", expert("U0EVE"), MONDAY, "no photo"))

    seen = blinded(answered, expert("U0BEN"))

    for word in ("honest", "returns-net", "0.9", "risk", "refund it", "fraud", "no photo", "U0AMA"):
        assert word not in str(seen)
    assert (seen.submission.input, seen.submission.intent) == (sent.input, "to refund")
    assert seen.submission.evidence == sent.evidence
    assert blinded(answered, expert("U0AMA")).labels == answered.labels


def test_a_blind_case_shows_its_prediction_to_nobody_before_it_is_decided() -> None:
    blind = case(is_blind=True, submission=submission(recommended_action="refund it"))
    assert veiled(blind).submission == replace(blind.submission, prediction=HIDDEN, recommended_action=None)
    assert veiled(replace(blind, status=CaseStatus.DISPUTED)).submission.prediction == HIDDEN
    done = decide(record_label(blind, label("fraud")), decision("fraud"))
    assert veiled(done) == done


def test_other_cases_show_it_from_the_start() -> None:
    assert veiled(case()) == case()
