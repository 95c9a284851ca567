"""The case's state machine never leaves its diagram, whatever happens in whatever order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from routing.case import case as arrows
from routing.case.adjudication import conclude, expiry, settle, with_further_answer
from routing.case.case import Case, CaseStatus
from routing.case.contest import Contest
from routing.case.decision import Method
from routing.case.objection import contest_of
from routing.case.settlement import Closure, SettledAnswer, Settlement
from routing.errors import InvalidTransition
from routing.label import Abstention, ExpertId, Label, Via
from routing.policy import Tier
from tests.answers import CHOICE, chosen
from tests.routing.making import case, decision, expert, label, tier
from tests.worlds.clocks import MONDAY

OPEN, DISPUTED, DECIDED, EXPIRED = CaseStatus
ARROWS: dict[CaseStatus, set[CaseStatus]] = {
    OPEN: {OPEN, DISPUTED, DECIDED, EXPIRED},
    DISPUTED: {DISPUTED, OPEN, DECIDED, EXPIRED},
    DECIDED: {DECIDED, OPEN},
    EXPIRED: {EXPIRED},
}
UNDO_FOR = timedelta(minutes=10)
SENIORS = {"quorum": "2", "adjudicators": '["U0SUE"]', "expires_in": '"2h"'}
TIERS = (
    tier(quorum="2"),
    tier(**SENIORS, on_expiry='"close"'),
    tier(**SENIORS, on_expiry='"accept_prediction"'),
)
people = st.sampled_from(("U0AMA", "U0BEN", "U0SUE"))
names = st.sampled_from(("fraud", "honest"))


class CaseDiagram(RuleBasedStateMachine):
    """Experts' clicks and ticks of the clock on one case, one transition at a time."""

    tier: Tier
    case: Case

    @initialize(chosen=st.sampled_from(TIERS), quorum=st.integers(1, 3))
    def open(self, chosen: Tier, quorum: int) -> None:
        self.tier = chosen
        self.now = MONDAY
        self.case = case(quorum=quorum, expires_at=MONDAY + chosen.expires_in if chosen.expires_in else None)

    def attempt(self, arrow: Callable[[Case], Case], *, allowed: bool) -> bool:
        """Try an arrow: it moves along the diagram if it is allowed, and else changes nothing."""
        if not allowed:
            with pytest.raises(InvalidTransition):
                arrow(self.case)
            return False
        after = arrow(self.case)
        assert after.status in ARROWS[self.case.status]
        assert after.decisions[: len(self.case.decisions)] == self.case.decisions
        assert [one.label_id for one in after.labels][: len(self.case.labels)] == [
            one.label_id for one in self.case.labels
        ]
        self.case = after
        return True

    def conclude(self, settlement: Settlement | Closure) -> None:
        """Follow a settlement; a broken consensus opens the case before it is disputed."""
        before = self.case
        decision_id = f"dec_{len(before.decisions) + 1}"
        self.case = conclude(
            before, settlement, CHOICE, decision_id=decision_id, policy_version="v", screen_version=1
        )
        between = {OPEN} if before.status is DECIDED and self.case.status is DISPUTED else {before.status}
        assert any(self.case.status in ARROWS[status] for status in between)

    @rule(user=people, name=names)
    def answer(self, user: str, name: str) -> None:
        who = expert(user)
        round_ = self.case.next_round(who)
        said = Label(f"{user}_{round_}", "case_1", who, round_, chosen(name), self.now, Via.BUTTON, 1)
        decided = self.case.decision
        may_correct = decided is not None and (decided.is_by_time_out or self.case.label_of(who) is not None)
        allowed = self.case.is_waiting or may_correct
        if self.attempt(lambda one: arrows.record_label(one, said), allowed=allowed):
            self.conclude(settle(self.case, CHOICE, self.tier, self.now))

    @rule(user=people, says=st.none() | names, is_override=st.booleans())
    def object_to(self, user: str, says: str | None, is_override: bool) -> None:
        who, before = expert(user), self.case
        objection = Contest(
            "case_1",
            who,
            len(before.decisions),
            len(before.labels),
            self.now,
            "No.",
            is_override and bool(says),
        )
        is_by_people = before.decision is not None and not before.decision.is_by_time_out
        allowed = is_by_people and contest_of(before, who) is None
        if not self.attempt(lambda case: arrows.object_to(case, objection, self.now), allowed=allowed):
            return
        self.case = with_further_answer(self.case, self.tier)
        if says:
            self.answer_with(who, says, objection.is_override)
        self.conclude(settle(self.case, CHOICE, self.tier, self.now))
        is_decided_otherwise = self.case.decision is not None and not objection.is_override
        assert not is_decided_otherwise, "a word of the objector alone decided it"

    def answer_with(self, who: ExpertId, says: str, settles: bool) -> None:
        round_ = self.case.next_round(who)
        label_id = f"{who.user_id}_{round_}"
        new = Label(label_id, "case_1", who, round_, chosen(says), self.now, Via.MODAL, 1)
        self.case = arrows.record_label(self.case, replace(new, is_adjudication=settles))

    @rule(user=people)
    def undo(self, user: str) -> None:
        who = expert(user)
        allowed = self.case.status is not EXPIRED and self.case.label_of(who) is not None
        assert allowed or not arrows.can_undo(self.case, who, self.now, UNDO_FOR)
        if self.attempt(lambda one: arrows.withdraw(one, who, self.now), allowed=allowed):
            self.conclude(settle(self.case, CHOICE, self.tier, self.now))

    @rule(user=people)
    def abstain(self, user: str) -> None:
        said = Abstention("case_1", expert(user), self.now)
        self.attempt(lambda one: arrows.abstain(one, said), allowed=self.case.is_waiting)

    @rule(user=people)
    def hand_on(self, user: str) -> None:
        self.attempt(lambda one: arrows.reassign(one, expert(user)), allowed=self.case.is_waiting)

    @rule(minutes=st.integers(1, 90))
    def put_off(self, minutes: int) -> None:
        until = self.now + timedelta(minutes=minutes)
        self.attempt(lambda one: arrows.snooze(one, until), allowed=self.case.is_waiting)

    @rule()
    def escalate(self) -> None:
        index = self.case.steps_taken
        self.attempt(lambda one: arrows.take_step(one, index, None), allowed=self.case.is_waiting)

    @rule(minutes=st.integers(1, 90))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        outcome = expiry(self.case, self.tier, self.now)
        if outcome is not None:
            assert self.case.expires_at is not None
            assert self.now >= self.case.expires_at
            self.conclude(outcome)

    @invariant()
    def a_decision_is_in_force_if_and_only_if_the_case_is_decided(self) -> None:
        assert (self.case.decision is not None) == (self.case.status is DECIDED)

    @invariant()
    def decisions_and_rounds_are_numbered_without_gaps(self) -> None:
        assert [one.sequence for one in self.case.decisions] == list(range(1, len(self.case.decisions) + 1))
        for user in {one.expert for one in self.case.labels}:
            rounds = [one.round for one in self.case.labels if one.expert == user]
            assert rounds == list(range(1, len(rounds) + 1))

    @invariant()
    def the_decision_in_force_is_what_the_answers_say(self) -> None:
        in_force = self.case.decision
        if in_force is not None and in_force.method is not Method.EXPIRED:
            settled = settle(self.case, CHOICE, self.tier, self.now)
            assert isinstance(settled, SettledAnswer)
            assert (settled.label, settled.decided_by) == (in_force.label, in_force.decided_by)

    @invariant()
    def nothing_waits_for_a_step_once_it_is_over(self) -> None:
        assert self.case.is_waiting or self.case.next_step_at is None


TestCaseDiagram = CaseDiagram.TestCase

STATES = {
    OPEN: case(labels=(label("fraud"),)),
    DISPUTED: case(labels=(label("fraud"),), status=DISPUTED),
    DECIDED: case(labels=(label("fraud"),), status=DECIDED, decisions=(decision("fraud"),)),
    EXPIRED: case(labels=(label("fraud"),), status=EXPIRED),
}
EVERY_ARROW: dict[str, tuple[Callable[[Case], Case], set[tuple[CaseStatus, CaseStatus]]]] = {
    "record_label": (
        lambda one: arrows.record_label(one, label("honest", round_=2)),
        {(OPEN, OPEN), (DISPUTED, DISPUTED), (DECIDED, DECIDED)},
    ),
    "withdraw": (
        lambda one: arrows.withdraw(one, expert(), MONDAY),
        {(OPEN, OPEN), (DISPUTED, OPEN), (DECIDED, OPEN)},
    ),
    "dispute": (arrows.dispute, {(OPEN, DISPUTED)}),
    "reopen": (arrows.reopen, {(DISPUTED, OPEN), (DECIDED, OPEN)}),
    "decide": (
        lambda one: arrows.decide(one, decision("honest", sequence=len(one.decisions) + 1)),
        {(OPEN, DECIDED), (DISPUTED, DECIDED), (DECIDED, DECIDED)},
    ),
    "object_to": (
        lambda one: arrows.object_to(one, Contest("case_1", expert(), 1, 1, MONDAY, "No."), MONDAY),
        {(DECIDED, OPEN)},
    ),
    "expire": (arrows.expire, {(OPEN, EXPIRED), (DISPUTED, EXPIRED)}),
}


@pytest.mark.parametrize("name", EVERY_ARROW)
@pytest.mark.parametrize("status", CaseStatus)
def test_each_function_is_exactly_its_arrows(name: str, status: CaseStatus) -> None:
    arrow, diagram = EVERY_ARROW[name]
    targets = {target for source, target in diagram if source is status}
    if targets:
        assert {arrow(STATES[status]).status} == targets
    else:
        with pytest.raises(InvalidTransition):
            arrow(STATES[status])
