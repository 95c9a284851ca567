"""What an objection makes of a decided case, and who decides it anew."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from routing.case.adjudication import (
    adjudicators_left,
    conclude,
    is_adjudication,
    settle,
    with_further_answer,
)
from routing.case.case import Case, CaseStatus, dispute, object_to, record_label, withdraw
from routing.case.contest import Contest, ContestOutcome
from routing.case.decision import Method
from routing.case.objection import (
    contest_in_force,
    contest_of,
    is_contestable,
    is_own_decision,
    outcome_of,
    takes_late_answer,
)
from routing.case.settlement import Disagreement, FurtherOpinion, SettledAnswer, Settlement, Shortfall
from routing.errors import InvalidTransition
from routing.label import Label
from routing.policy import Tier
from tests.answers import CHOICE
from tests.routing.making import case, decision, expert, label, tier
from tests.worlds.clocks import MONDAY

PLAIN = tier()
SENIOR = tier(adjudicators='["U0SUE", "U0TOM"]')
LATER = MONDAY + timedelta(hours=1)
DAY = timedelta(days=1)


def ordinary(name: str, by: str, round_: int = 1) -> Label:
    return replace(label(name, by=by, round_=round_), is_adjudication=False)


def senior(name: str, by: str) -> Label:
    return replace(label(name, by=by, after=9), is_adjudication=True)


def concluded(before: Case, settlement: Settlement) -> Case:
    return conclude(
        before,
        settlement,
        CHOICE,
        decision_id=f"dec_{len(before.decisions) + 1}",
        policy_version="v",
        screen_version=1,
    )


def after(before: Case, new: Label, its_tier: Tier) -> Case:
    answered = record_label(before, new)
    return concluded(answered, settle(answered, CHOICE, its_tier, LATER))


def decided(*labels: Label, its_tier: Tier = PLAIN, quorum: int = 1) -> Case:
    asked = case(quorum=quorum, labels=labels)
    done = concluded(asked, settle(asked, CHOICE, its_tier, MONDAY))
    assert done.status is CaseStatus.DECIDED
    return done


def contest(before: Case, by: str = "U0BEN", *, at: datetime = LATER, is_override: bool = False) -> Contest:
    return Contest(
        before.case_id,
        expert(by),
        len(before.decisions),
        len(before.labels),
        at,
        "It was paid twice.",
        is_override,
    )


def contested(
    before: Case,
    by: str = "U0BEN",
    says: str | None = None,
    *,
    its_tier: Tier = PLAIN,
    is_override: bool = False,
) -> Case:
    """The case after somebody objected, and with what else they would say."""
    opened = with_further_answer(
        object_to(before, contest(before, by, is_override=is_override), LATER), its_tier
    )
    if says:
        who = expert(by)
        new = replace(
            label(says, by=by, round_=before.next_round(who), after=60), is_adjudication=is_override
        )
        opened = record_label(opened, new)
    return concluded(opened, settle(opened, CHOICE, its_tier, LATER))


def test_an_objection_goes_to_the_adjudicators_who_have_no_part_in_the_case() -> None:
    disputed = contested(decided(ordinary("fraud", "U0AMA"), its_tier=SENIOR), its_tier=SENIOR)

    assert (disputed.status, disputed.quorum) == (CaseStatus.DISPUTED, 1)
    assert adjudicators_left(disputed, SENIOR) == ("U0SUE", "U0TOM")
    assert settle(disputed, CHOICE, SENIOR, LATER) == Disagreement("the decision is contested: fraud")
    assert is_adjudication(disputed, SENIOR, expert("U0SUE"), "T0HOME") is True


@pytest.mark.parametrize(
    ("says", "came"), [("fraud", ContestOutcome.UPHELD), ("honest", ContestOutcome.CORRECTED)]
)
def test_the_adjudicator_has_the_last_word_on_an_objection(says: str, came: ContestOutcome) -> None:
    disputed = contested(decided(ordinary("fraud", "U0AMA"), its_tier=SENIOR), its_tier=SENIOR)

    done = after(disputed, senior(says, "U0SUE"), SENIOR)

    assert done.decision is not None
    assert (done.decision.label, done.decision.method, done.decision.sequence) == (
        says,
        Method.ADJUDICATED,
        2,
    )
    assert done.decision.decided_by == (expert("U0SUE"),)
    assert done.decision.loss == (1.0 if says == "fraud" else 0.0)
    assert outcome_of(done, done.contests[0]) is came


def test_the_decision_stands_for_the_time_being() -> None:
    before = decided(ordinary("fraud", "U0AMA"), its_tier=SENIOR)
    disputed = contested(before, its_tier=SENIOR)

    assert disputed.decision is None
    assert disputed.contested_decision == before.decision
    assert disputed.contest is not None
    assert outcome_of(disputed, disputed.contest) is None
    done = after(disputed, senior("fraud", "U0SUE"), SENIOR)
    assert (done.contest, done.contested_decision) == (None, None)


def test_a_contested_case_never_expires_is_nobodys_and_its_times_begin_anew() -> None:
    before = replace(decided(ordinary("fraud", "U0AMA")), expires_at=MONDAY, assigned_to=expert("U0AMA"))
    opened = contested(before)

    assert (opened.expires_at, opened.due_at, opened.waits_since) == (None, LATER, LATER)
    assert opened.assigned_to is None
    assert before.waits_since == before.opened_at


def test_without_an_adjudicator_one_more_answer_is_asked() -> None:
    opened = contested(decided(ordinary("fraud", "U0AMA")))

    assert (opened.status, opened.quorum) == (CaseStatus.OPEN, 2)
    assert settle(opened, CHOICE, PLAIN, LATER) == Shortfall(1)
    upheld = after(opened, ordinary("fraud", "U0EVA"), PLAIN)
    assert upheld.decision is not None
    assert (upheld.decision.method, upheld.decision.sequence) == (Method.CONSENSUS, 2)


def test_an_objection_with_an_answer_counts_with_that_of_the_next_person() -> None:
    opened = contested(decided(ordinary("fraud", "U0AMA")), says="honest")

    assert opened.status is CaseStatus.OPEN
    done = after(opened, ordinary("honest", "U0EVA"), PLAIN)
    assert done.decision is not None
    assert (done.decision.label, done.decision.decided_by) == ("honest", (expert("U0BEN"), expert("U0EVA")))


def test_an_objector_alone_upholds_and_changes_nothing() -> None:
    pair = decided(ordinary("fraud", "U0AMA"), ordinary("fraud", "U0EVA"), quorum=2)

    opened = contested(pair, says="honest")

    assert (opened.status, opened.quorum) == (CaseStatus.OPEN, 3)
    assert settle(opened, CHOICE, PLAIN, LATER) == FurtherOpinion()
    again = after(opened, ordinary("fraud", "U0BEN", round_=2), PLAIN)
    assert again.status is CaseStatus.OPEN
    assert after(again, ordinary("fraud", "U0IDA"), PLAIN).status is CaseStatus.DECIDED


def test_an_outvoted_expert_who_objects_is_not_counted_as_one_of_those_who_decided() -> None:
    three = decided(
        ordinary("fraud", "U0AMA"), ordinary("fraud", "U0EVA"), ordinary("honest", "U0BEN"), quorum=3
    )
    assert contested(three).quorum == 4


def test_who_decided_upholds_nothing_by_saying_it_again() -> None:
    opened = contested(decided(ordinary("fraud", "U0AMA"), its_tier=SENIOR), its_tier=SENIOR)
    assert after(opened, ordinary("fraud", "U0AMA", round_=2), SENIOR).status is CaseStatus.DISPUTED
    alone = contested(decided(ordinary("fraud", "U0AMA")))
    assert after(alone, ordinary("fraud", "U0AMA", round_=2), PLAIN).status is CaseStatus.OPEN


def test_who_decided_may_come_round() -> None:
    disputed = contested(decided(ordinary("fraud", "U0AMA"), its_tier=SENIOR), says="honest", its_tier=SENIOR)

    done = after(disputed, ordinary("honest", "U0AMA", round_=2), SENIOR)

    assert done.decision is not None
    assert (done.decision.label, done.decision.method) == ("honest", Method.CONSENSUS)
    assert settle(done, CHOICE, SENIOR, LATER).decided_by == done.decision.decided_by  # type: ignore[union-attr]


def test_of_two_people_the_one_who_comes_round_to_the_other_decides() -> None:
    opened = contested(decided(ordinary("fraud", "U0AMA")), says="honest")
    assert after(opened, ordinary("honest", "U0AMA", round_=2), PLAIN).status is CaseStatus.DECIDED


def test_a_contested_decision_whose_answer_is_taken_back_is_asked_like_any_other() -> None:
    disputed = contested(decided(ordinary("fraud", "U0AMA"), its_tier=SENIOR), its_tier=SENIOR)
    undone = withdraw(disputed, expert("U0AMA"), LATER + timedelta(minutes=1))
    assert settle(undone, CHOICE, SENIOR, LATER) == Shortfall(1)
    assert concluded(undone, settle(undone, CHOICE, SENIOR, LATER)).status is CaseStatus.OPEN
    # Answering again, the person is still no newcomer to it.
    again = after(undone, ordinary("fraud", "U0AMA", round_=2), SENIOR)
    assert again.status is CaseStatus.DISPUTED


def test_an_adjudication_that_is_contested_goes_to_another_adjudicator() -> None:
    before = decided(
        ordinary("fraud", "U0AMA"), ordinary("honest", "U0EVA"), senior("fraud", "U0SUE"), its_tier=SENIOR
    )

    disputed = contested(before, its_tier=SENIOR)

    assert adjudicators_left(disputed, SENIOR) == ("U0TOM",)
    again = after(disputed, replace(senior("fraud", "U0SUE"), label_id="again", round=2), SENIOR)
    assert again.status is CaseStatus.DISPUTED
    done = after(disputed, senior("honest", "U0TOM"), SENIOR)
    assert done.decision is not None
    assert (done.decision.label, done.decision.decided_by) == ("honest", (expert("U0TOM"),))


def test_where_the_only_adjudicator_decided_the_majority_with_one_more_does() -> None:
    lone = tier(adjudicators='["U0SUE"]')
    before = decided(
        ordinary("fraud", "U0AMA"), ordinary("honest", "U0EVA"), senior("fraud", "U0SUE"), its_tier=lone
    )
    opened = contested(before, says="honest", its_tier=lone)

    assert opened.status is CaseStatus.OPEN
    done = after(opened, ordinary("honest", "U0IDA"), lone)
    assert done.decision is not None
    assert (done.decision.label, done.decision.method) == ("honest", Method.CONSENSUS)


def test_an_adjudicator_who_objects_without_an_answer_is_not_asked_to_judge_it() -> None:
    disputed = contested(decided(ordinary("fraud", "U0AMA"), its_tier=SENIOR), by="U0SUE", its_tier=SENIOR)
    assert adjudicators_left(disputed, SENIOR) == ("U0TOM",)
    assert is_adjudication(disputed, SENIOR, expert("U0SUE"), "T0HOME") is False
    lone = tier(adjudicators='["U0SUE"]')
    assert contested(decided(ordinary("fraud", "U0AMA")), by="U0SUE", its_tier=lone).status is CaseStatus.OPEN


def test_an_override_decides_at_once_and_stays_whatever_the_others_add() -> None:
    before = decided(ordinary("fraud", "U0AMA"), its_tier=SENIOR)

    done = contested(before, by="U0SUE", says="honest", its_tier=SENIOR, is_override=True)

    assert done.decision is not None
    assert (done.decision.label, done.decision.method) == ("honest", Method.OVERRIDDEN)
    assert (done.decision.decided_by, done.decision.loss) == ((expert("U0SUE"),), 0.0)
    assert outcome_of(done, done.contests[0]) is ContestOutcome.CORRECTED
    assert after(done, ordinary("fraud", "U0AMA", round_=2), SENIOR).decision == done.decision


def test_an_override_that_is_taken_back_leaves_what_was_decided_before() -> None:
    before = decided(
        ordinary("fraud", "U0AMA"), ordinary("honest", "U0EVA"), senior("fraud", "U0SUE"), its_tier=SENIOR
    )
    done = contested(before, by="U0EVA", says="honest", its_tier=SENIOR, is_override=True)

    undone = withdraw(done, expert("U0EVA"), LATER)

    assert contest_in_force(undone) is None
    settled = settle(undone, CHOICE, SENIOR, LATER)
    assert settled == SettledAnswer("fraud", Method.ADJUDICATED, (expert("U0SUE"),), LATER)


def test_an_override_can_be_contested_in_its_turn() -> None:
    before = decided(ordinary("fraud", "U0AMA"), its_tier=SENIOR)
    done = contested(before, by="U0SUE", says="honest", its_tier=SENIOR, is_override=True)

    disputed = contested(done, by="U0BEN", its_tier=SENIOR)

    assert disputed.status is CaseStatus.DISPUTED
    assert adjudicators_left(disputed, SENIOR) == ("U0TOM",)


def test_each_person_objects_once_and_only_to_the_decision_in_force() -> None:
    before = decided(ordinary("fraud", "U0AMA"))
    opened = contested(before)
    assert contest_of(opened, expert("U0BEN", "T0GUEST")) == opened.contests[0]
    assert contest_of(opened, expert("U0EVA")) is None
    with pytest.raises(InvalidTransition, match="is open: it cannot be contested"):
        object_to(opened, contest(opened, "U0EVA"), LATER)
    upheld = after(opened, ordinary("fraud", "U0EVA"), PLAIN)
    with pytest.raises(InvalidTransition, match="does not expect this objection"):
        object_to(upheld, contest(upheld), LATER)
    with pytest.raises(InvalidTransition, match="does not expect this objection"):
        object_to(upheld, replace(contest(upheld, "U0IDA"), sequence=1), LATER)
    assert object_to(upheld, contest(upheld, "U0IDA"), LATER).status is CaseStatus.OPEN


def test_objections_are_taken_as_long_as_the_policy_says() -> None:
    done = decided(ordinary("fraud", "U0AMA"))
    assert is_contestable(done, MONDAY, DAY)
    assert is_contestable(done, MONDAY + DAY - timedelta(seconds=1), DAY)
    assert not is_contestable(done, MONDAY + DAY, DAY)
    assert not is_contestable(done, MONDAY, None)
    assert not is_contestable(contested(done), MONDAY, DAY)
    assert not takes_late_answer(done, MONDAY, DAY)


def test_what_a_time_out_decided_is_answered_and_not_contested() -> None:
    by_default = decision("fraud", method=Method.EXPIRED, decided_by=(), loss=None)
    expired = case(status=CaseStatus.DECIDED, decisions=(by_default,))
    assert takes_late_answer(expired, MONDAY, DAY)
    assert not is_contestable(expired, MONDAY, DAY)
    assert not takes_late_answer(expired, MONDAY + DAY, DAY)
    with pytest.raises(InvalidTransition, match="does not expect this objection"):
        object_to(expired, contest(expired), LATER)

    done = after(expired, ordinary("honest", "U0AMA"), PLAIN)

    assert done.decision is not None
    assert (done.decision.label, done.decision.method, done.decision.sequence) == ("honest", Method.SINGLE, 2)
    pair = replace(expired, routing=replace(expired.routing, quorum=2))
    assert after(pair, ordinary("honest", "U0AMA"), PLAIN).decision == by_default


def test_whose_answer_is_the_decision_corrects_it() -> None:
    done = decided(
        ordinary("fraud", "U0AMA"), ordinary("honest", "U0EVA"), ordinary("fraud", "U0IDA"), quorum=3
    )
    assert is_own_decision(done, expert("U0AMA"))
    assert not is_own_decision(done, expert("U0EVA"))
    assert not is_own_decision(done, expert("U0BEN"))
    assert not is_own_decision(dispute(replace(done, status=CaseStatus.OPEN)), expert("U0AMA"))
