"""What answers amount to, and the state that follows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.case.adjudication import (
    adjudicators_left,
    conclude,
    decide_provisionally,
    expiry,
    is_adjudication,
    is_sealed,
    settle,
)
from routing.case.case import Case, CaseStatus, dispute, record_label, withdraw
from routing.case.decision import Method
from routing.case.settlement import (
    Closure,
    Disagreement,
    FurtherOpinion,
    SettledAnswer,
    Settlement,
    Shortfall,
)
from routing.errors import InvalidTransition
from routing.label import Mark, Via
from tests.answers import CHOICE
from tests.routing.making import case, decision, expert, label, tier
from tests.worlds.clocks import MONDAY

PLAIN = tier(quorum="2")
SENIOR = tier(quorum="2", adjudicators='["U0SUE", "U0TOM", "U0UMA"]')


def answered(*answers: tuple[str, str], quorum: int = 2) -> Case:
    """A case with (user, label) answers."""
    labels = tuple(label(name, by=user, after=place) for place, (user, name) in enumerate(answers))
    return case(quorum=quorum, labels=labels)


def concluded(one: Case, settlement: Settlement | Closure) -> Case:
    return conclude(one, settlement, CHOICE, decision_id="dec_9", policy_version="new", screen_version=3)


def test_below_the_quorum_the_case_waits_for_the_rest() -> None:
    assert settle(answered(("U0AMA", "fraud"), quorum=3), CHOICE, PLAIN, MONDAY) == Shortfall(2)


def test_one_answer_decides_alone_where_one_is_enough() -> None:
    settled = settle(answered(("U0AMA", "fraud"), quorum=1), CHOICE, tier(), MONDAY)
    assert settled == SettledAnswer("fraud", Method.SINGLE, (expert("U0AMA"),), MONDAY)


def test_agreement_is_consensus() -> None:
    settled = settle(answered(("U0BEN", "fraud"), ("U0AMA", "fraud")), CHOICE, PLAIN, MONDAY)
    assert settled == SettledAnswer("fraud", Method.CONSENSUS, (expert("U0AMA"), expert("U0BEN")), MONDAY)


def test_a_tie_without_adjudicators_asks_for_one_more_opinion() -> None:
    assert (
        settle(answered(("U0AMA", "fraud"), ("U0BEN", "honest")), CHOICE, PLAIN, MONDAY) == FurtherOpinion()
    )


def test_the_third_opinion_makes_a_majority() -> None:
    three = answered(("U0AMA", "fraud"), ("U0BEN", "honest"), ("U0EVA", "fraud"))
    settled = settle(three, CHOICE, PLAIN, MONDAY)
    assert settled == SettledAnswer("fraud", Method.CONSENSUS, (expert("U0AMA"), expert("U0EVA")), MONDAY)


def test_a_plurality_is_no_majority() -> None:
    four = answered(("U0AMA", "fraud"), ("U0BEN", "honest"), ("U0EVA", "fraud"), ("U0IDA", "unclear"))
    assert settle(four, CHOICE, PLAIN, MONDAY) == FurtherOpinion()


def test_a_disagreement_goes_to_the_adjudicators_where_there_are_some() -> None:
    settled = settle(answered(("U0AMA", "honest"), ("U0BEN", "fraud")), CHOICE, SENIOR, MONDAY)
    assert settled == Disagreement("the experts disagree: fraud, honest")


@pytest.mark.parametrize("verdict", ["fraud", "honest", "unclear"])
def test_the_adjudicator_decides_whatever_the_others_said(verdict: str) -> None:
    settled = settle(
        answered(("U0AMA", "honest"), ("U0BEN", "fraud"), ("U0SUE", verdict)), CHOICE, SENIOR, MONDAY
    )
    assert settled == SettledAnswer(verdict, Method.ADJUDICATED, (expert("U0SUE"),), MONDAY)


def test_adjudicators_who_disagree_need_a_majority_among_themselves() -> None:
    split = answered(("U0SUE", "honest"), ("U0TOM", "fraud"))
    assert settle(split, CHOICE, SENIOR, MONDAY) == Disagreement("the adjudicators disagree: fraud, honest")
    third = answered(("U0SUE", "honest"), ("U0TOM", "fraud"), ("U0UMA", "fraud"))
    settled = settle(third, CHOICE, SENIOR, MONDAY)
    assert settled == SettledAnswer("fraud", Method.ADJUDICATED, (expert("U0TOM"), expert("U0UMA")), MONDAY)


def voted(*answers: tuple[str, str], adjudicated: tuple[str, str] | None = None) -> Case:
    """As `answered`, each as an ordinary answer, and last who settles the disagreement."""
    plain = tuple(replace(each, is_adjudication=False) for each in answered(*answers).labels)
    if adjudicated is None:
        return case(quorum=2, labels=plain)
    user, name = adjudicated
    return case(quorum=2, labels=(*plain, replace(label(name, by=user, after=9), is_adjudication=True)))


def test_an_adjudicators_ordinary_answer_is_one_of_two() -> None:
    two = voted(("U0SUE", "honest"), ("U0BEN", "fraud"))
    assert settle(two, CHOICE, SENIOR, MONDAY) == Disagreement("the experts disagree: fraud, honest")
    assert adjudicators_left(two, SENIOR) == ("U0TOM", "U0UMA")


def test_another_adjudicator_settles_it_whatever_the_others_say_afterwards() -> None:
    settled = SettledAnswer("unclear", Method.ADJUDICATED, (expert("U0TOM"),), MONDAY)
    differing = voted(("U0SUE", "honest"), ("U0BEN", "fraud"), adjudicated=("U0TOM", "unclear"))
    agreeing = voted(("U0SUE", "honest"), ("U0BEN", "honest"), adjudicated=("U0TOM", "unclear"))
    assert settle(differing, CHOICE, SENIOR, MONDAY) == settle(agreeing, CHOICE, SENIOR, MONDAY) == settled


def test_where_every_adjudicator_has_answered_one_more_opinion_is_asked_and_the_majority_decides() -> None:
    lone = tier(quorum="2", adjudicators='["U0SUE"]')
    two = voted(("U0SUE", "honest"), ("U0BEN", "fraud"))
    assert settle(two, CHOICE, lone, MONDAY) == FurtherOpinion()
    third = voted(("U0SUE", "honest"), ("U0BEN", "fraud"), ("U0EVA", "fraud"))
    settled = settle(third, CHOICE, lone, MONDAY)
    assert settled == SettledAnswer("fraud", Method.CONSENSUS, (expert("U0BEN"), expert("U0EVA")), MONDAY)


def test_what_an_answer_is_meant_for_is_said_by_when_it_came_and_stays() -> None:
    two = voted(("U0SUE", "honest"), ("U0BEN", "fraud"))
    disputed = dispute(two)
    assert is_adjudication(two, SENIOR, expert("U0TOM"), "T0HOME") is False
    assert is_adjudication(disputed, SENIOR, expert("U0TOM"), "T0HOME") is True
    assert is_adjudication(disputed, SENIOR, expert("U0SUE"), "T0HOME") is False
    settled = voted(("U0SUE", "honest"), ("U0BEN", "fraud"), adjudicated=("U0TOM", "fraud"))
    assert is_adjudication(settled, SENIOR, expert("U0TOM"), "T0HOME") is True
    assert is_adjudication(answered(("U0TOM", "fraud")), SENIOR, expert("U0TOM"), "T0HOME") is None


def test_a_settled_case_is_decided_under_the_policy_in_force() -> None:
    one = answered(("U0AMA", "fraud"), quorum=1)
    done = concluded(one, settle(one, CHOICE, tier(), MONDAY))
    assert done.decision == decision(
        "fraud", decision_id="dec_9", policy_version="new", screen_version=3, loss=1.0
    )


def test_the_same_outcome_again_makes_no_second_decision() -> None:
    one = answered(("U0AMA", "fraud"), quorum=1)
    done = concluded(one, settle(one, CHOICE, tier(), MONDAY))
    again = record_label(done, label("fraud", round_=2, after=9))
    assert concluded(again, settle(again, CHOICE, tier(), MONDAY)) == again


def test_a_correction_makes_the_next_decision() -> None:
    one = answered(("U0AMA", "fraud"), quorum=1)
    done = concluded(one, settle(one, CHOICE, tier(), MONDAY))
    corrected = record_label(done, label("honest", round_=2, after=9))
    final = concluded(corrected, settle(corrected, CHOICE, tier(), MONDAY)).decision
    assert final is not None
    assert (final.sequence, final.label) == (2, "honest")


def test_a_correction_that_breaks_a_consensus_opens_the_dispute() -> None:
    two = answered(("U0AMA", "fraud"), ("U0BEN", "fraud"))
    done = concluded(two, settle(two, CHOICE, SENIOR, MONDAY))
    corrected = record_label(done, label("honest", round_=2, after=9))
    assert concluded(corrected, settle(corrected, CHOICE, SENIOR, MONDAY)).status is CaseStatus.DISPUTED


def test_an_open_case_in_disagreement_is_disputed_once() -> None:
    two = answered(("U0AMA", "fraud"), ("U0BEN", "honest"))
    disputed = concluded(two, settle(two, CHOICE, SENIOR, MONDAY))
    assert disputed.status is CaseStatus.DISPUTED
    assert concluded(disputed, settle(disputed, CHOICE, SENIOR, MONDAY)) is disputed


def test_a_dispute_whose_answer_is_taken_back_waits_again() -> None:
    two = dispute(answered(("U0AMA", "fraud"), ("U0BEN", "honest")))
    undone = withdraw(two, expert("U0BEN"), MONDAY)
    assert concluded(undone, settle(undone, CHOICE, SENIOR, MONDAY)).status is CaseStatus.OPEN


def test_a_dispute_under_a_tier_that_lost_its_adjudicators_asks_everybody_again() -> None:
    two = dispute(answered(("U0AMA", "fraud"), ("U0BEN", "honest")))
    assert concluded(two, settle(two, CHOICE, PLAIN, MONDAY)).status is CaseStatus.OPEN


EXPIRING = {
    "close": tier(on_expiry='"close"', expires_in='"1h"'),
    "accept_prediction": tier(on_expiry='"accept_prediction"', expires_in='"1h"'),
    "safe_label": tier(on_expiry='"safe_label"', safe_label='"fraud"', expires_in='"1h"'),
}


@pytest.mark.parametrize(
    ("on_expiry", "outcome"),
    [
        ("close", Closure()),
        ("accept_prediction", SettledAnswer("honest", Method.EXPIRED, (), MONDAY)),
        ("safe_label", SettledAnswer("fraud", Method.EXPIRED, (), MONDAY)),
    ],
)
def test_the_policy_says_what_happens_when_time_is_up(on_expiry: str, outcome: object) -> None:
    assert expiry(case(expires_at=MONDAY), EXPIRING[on_expiry], MONDAY) == outcome


def test_nothing_expires_before_its_time_or_without_a_deadline_or_twice() -> None:
    closing = EXPIRING["close"]
    assert expiry(case(expires_at=MONDAY + timedelta(seconds=1)), closing, MONDAY) is None
    assert expiry(case(), closing, MONDAY) is None
    assert expiry(case(expires_at=MONDAY, status=CaseStatus.EXPIRED), closing, MONDAY) is None


def test_a_case_stays_open_if_the_policy_has_changed_to_keep_open() -> None:
    assert expiry(case(expires_at=MONDAY), tier(), MONDAY) is None


def test_an_expired_case_is_closed_or_decided() -> None:
    one = case(expires_at=MONDAY)
    assert concluded(one, Closure()).status is CaseStatus.EXPIRED
    decided = concluded(one, SettledAnswer("fraud", Method.EXPIRED, (), MONDAY)).decision
    assert decided is not None
    assert (decided.method, decided.decided_by) == (Method.EXPIRED, ())


def test_a_case_closed_without_a_decision_cannot_be_concluded() -> None:
    closed = concluded(case(), Closure())
    with pytest.raises(InvalidTransition, match="is expired"):
        concluded(closed, Shortfall(1))


def test_an_answer_is_sealed_while_nobody_elses_is_in_view() -> None:
    two = answered(("U0AMA", "fraud"), quorum=3)
    written = case(quorum=3, labels=(replace(label("fraud", by="U0AMA"), via=Via.THREAD),))
    assert is_sealed(case(quorum=3), expert("U0BEN"), is_adjudication=False)
    assert is_sealed(two, expert("U0BEN"), is_adjudication=False)
    assert is_sealed(written, expert("U0AMA"), is_adjudication=False)
    assert not is_sealed(written, expert("U0BEN"), is_adjudication=False)
    assert not is_sealed(two, expert("U0TOM"), is_adjudication=True)


def test_what_was_read_in_a_thread_or_of_a_decision_is_not_forgotten_with_undo() -> None:
    written = case(quorum=2, labels=(replace(label("fraud", by="U0AMA"), via=Via.THREAD),))
    alone = answered(("U0AMA", "fraud"), quorum=1)
    decided = concluded(alone, settle(alone, CHOICE, tier(), MONDAY))
    for seen in (written, decided):
        undone = withdraw(seen, expert("U0AMA"), MONDAY)
        assert not is_sealed(undone, expert("U0BEN"), is_adjudication=False)


def audited(*answers: tuple[str, str], chance: float | None = 0.0, quorum: int = 1) -> Case:
    """An audit case of a model that said "honest", with (user, label) answers."""
    labels = tuple(label(name, by=user, after=place) for place, (user, name) in enumerate(answers))
    return case(quorum=quorum, labels=labels, is_audit=True, second_opinion_chance=chance)


def test_a_claim_that_an_accepted_prediction_was_wrong_waits_for_another_opinion() -> None:
    claim = ("U0AMA", "fraud")
    assert settle(audited(claim), CHOICE, tier(), MONDAY) == Shortfall(1)
    confirmed = settle(audited(claim, ("U0BEN", "fraud")), CHOICE, tier(), MONDAY)
    assert isinstance(confirmed, SettledAnswer)
    assert (confirmed.label, confirmed.method) == ("fraud", Method.CONSENSUS)
    against = audited(claim, ("U0BEN", "honest"))
    assert settle(against, CHOICE, tier(), MONDAY) == FurtherOpinion()
    assert isinstance(settle(against, CHOICE, tier(adjudicators='["U0SUE"]'), MONDAY), Disagreement)


def test_an_answer_that_the_prediction_was_right_decides_an_audit_alone() -> None:
    settled = settle(audited(("U0AMA", "honest")), CHOICE, tier(), MONDAY)
    assert isinstance(settled, SettledAnswer)


def test_without_second_opinions_at_its_opening_a_claim_decides_as_ever() -> None:
    asks_now = tier(second_opinions="0.5", audit="0.1")
    assert isinstance(
        settle(audited(("U0AMA", "fraud"), chance=None), CHOICE, asks_now, MONDAY), SettledAnswer
    )
    reviewed = case(labels=(label("fraud"),), second_opinion_chance=0.5)
    assert isinstance(settle(reviewed, CHOICE, asks_now, MONDAY), SettledAnswer)


def told(one: Case) -> Case:
    return decide_provisionally(
        one, CHOICE, MONDAY, decision_id="dec_9", policy_version="new", screen_version=3
    )


def test_a_first_answer_decides_provisionally_while_the_case_goes_on_waiting() -> None:
    waiting = case(quorum=2, second_opinion_chance=0.1, labels=(label("fraud"),))

    decided = told(waiting)

    assert decided.status is CaseStatus.OPEN
    assert decided.decision is None
    assert decided.provisional == decided.decisions[-1]
    assert (decided.decisions[-1].label, decided.decisions[-1].is_provisional) == ("fraud", True)
    assert told(decided) is decided
    both = record_label(decided, label("fraud", by="U0BEN"))
    final = concluded(both, settle(both, CHOICE, tier(), MONDAY))
    assert final.decision is not None
    assert (final.decision.sequence, final.decision.is_provisional, final.provisional) == (2, False, None)


def test_a_provisional_decision_falls_with_its_answer() -> None:
    decided = told(case(quorum=2, second_opinion_chance=0.1, labels=(label("fraud"),)))

    assert withdraw(decided, expert(), MONDAY).provisional is None
    changed = record_label(decided, label("honest", round_=2))
    assert changed.provisional is None
    assert [each.label for each in told(changed).decisions] == ["fraud", "honest"]


def test_the_same_answer_given_again_after_undo_decides_provisionally_anew() -> None:
    decided = told(case(quorum=2, second_opinion_chance=0.1, labels=(label("fraud"),)))
    undone = withdraw(decided, expert(), MONDAY + timedelta(minutes=1))
    again = record_label(undone, label("fraud", round_=2))
    assert again.provisional is None
    assert [each.label for each in told(again).decisions] == ["fraud", "fraud"]


@pytest.mark.parametrize(
    "one",
    [
        case(quorum=2, labels=(label("fraud"),)),
        case(quorum=2, second_opinion_chance=0.1),
        case(quorum=2, second_opinion_chance=0.1, labels=(label("fraud"), label("honest", by="U0BEN"))),
    ],
)
def test_nothing_else_is_decided_provisionally(one: Case) -> None:
    assert told(one) is one


def test_a_provisional_decision_is_not_in_view_of_who_answers_next() -> None:
    waiting = told(case(quorum=2, second_opinion_chance=0.1, labels=(label("fraud"),)))
    assert is_sealed(waiting, expert("U0BEN"), is_adjudication=False)


def marked(settling: str, mark: Mark | None, *, predicted: str) -> Case:
    """Two experts disagree about what the model predicted; Tom settles it, and marks it."""
    split = voted(("U0AMA", "honest"), ("U0BEN", "fraud"), adjudicated=("U0TOM", settling))
    labels = (*split.labels[:-1], replace(split.labels[-1], mark=mark))
    said = replace(split.submission.prediction, label=predicted)
    seen = replace(split, labels=labels, submission=replace(split.submission, prediction=said))
    return concluded(seen, settle(seen, CHOICE, SENIOR, MONDAY))


@pytest.mark.parametrize(
    ("mark", "predicted", "loss"),
    [
        (Mark.BOTH_DEFENSIBLE, "fraud", 0),
        (Mark.BOTH_DEFENSIBLE, "unclear", 1),
        (Mark.GUIDELINE_GAP, "fraud", 1),
        (None, "fraud", 1),
    ],
    ids=["an expert said so, too", "nobody else said so", "the guideline is silent", "not marked"],
)
def test_the_model_is_not_wrong_where_it_said_one_of_two_defensible_answers(
    mark: Mark | None, predicted: str, loss: float
) -> None:
    decided = marked("honest", mark, predicted=predicted).decision
    assert decided is not None
    assert (decided.label, decided.loss) == ("honest", loss)
