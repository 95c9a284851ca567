"""One human is one vote: however often, and from however many workspaces, nobody makes a quorum alone."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from routing.case.adjudication import settle
from routing.case.case import Case, can_undo, record_label, withdraw
from routing.case.settlement import SettledAnswer, Shortfall
from routing.label import ExpertId
from tests.answers import CHOICE
from tests.routing.making import case, label, tier
from tests.worlds.clocks import MONDAY

teams = st.sampled_from(("T0HOME", "T0SIBLING", "T0PARTNER"))
users = st.sampled_from(("U0AMA", "U0BEN", "U0SUE"))
answers = st.lists(st.tuples(teams, users, st.sampled_from(("fraud", "honest"))), max_size=8)
PAIR = tier(quorum="2")


def answered(given_answers: list[tuple[str, str, str]]) -> Case:
    asked = case(quorum=2)
    for number, (team_id, user_id, name) in enumerate(given_answers):
        who = ExpertId(team_id, user_id)
        answer = replace(
            label(name, user_id, asked.next_round(who)),
            label_id=f"label_{number}",
            expert=who,
            labeled_at=MONDAY + timedelta(seconds=number),
        )
        asked = record_label(asked, answer)
    return asked


@given(answers)
def test_a_quorum_takes_as_many_humans(given_answers: list[tuple[str, str, str]]) -> None:
    asked = answered(given_answers)
    humans = {user_id for _, user_id, _ in given_answers}

    outcome = settle(asked, CHOICE, PAIR, MONDAY)

    assert len(asked.current_labels) == len(humans)
    assert isinstance(outcome, Shortfall) is (len(humans) < 2)
    if isinstance(outcome, SettledAnswer):
        assert len({one.user_id for one in outcome.decided_by}) == len(outcome.decided_by) >= 2


@given(answers.filter(bool))
def test_what_counts_is_the_last_thing_a_human_said(given_answers: list[tuple[str, str, str]]) -> None:
    asked = answered(given_answers)
    last = {user_id: name for _, user_id, name in given_answers}

    assert {one.expert.user_id: one.label for one in asked.current_labels} == last


@given(answers.filter(bool), teams)
def test_a_human_takes_back_their_answer_from_whichever_workspace(
    given_answers: list[tuple[str, str, str]], team_id: str
) -> None:
    asked = answered(given_answers)
    who = ExpertId(team_id, given_answers[-1][1])

    assert can_undo(asked, who, MONDAY, timedelta(minutes=10))
    after = withdraw(asked, who, MONDAY)

    before = asked.label_of(who)
    assert before is not None
    assert before not in after.current_labels
