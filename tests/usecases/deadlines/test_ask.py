"""Who is asked by name, when, and that nobody is asked about a case twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.usecases.deadlines.ask import ask_due
from bot.usecases.outgoing import ASK, NamedAsk
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.hand_over import abstain, decline
from bot.usecases.review.outcome import AlreadyDecided, Dismissal, RecordedAct
from bot.usecases.review.undo import undo
from routing.case.ask import Ask, AskPurpose, AskState
from routing.case.case import Case, CaseStatus
from routing.label import ExpertId, Via
from routing.policy import load_policy
from routing.prediction import CaseInput
from storage import experts
from storage.cases import asks, cases
from storage.experts import Expert
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CAROL
from tests.worlds.policies import DESK

HOUR = timedelta(hours=1)
DRAWN = {"quorum": 2, "second_opinion_chance": 0.5}
AUDITED = {"is_audit": True, "second_opinion_chance": 0.0}
WEEKDAYS = 'hours = { timezone = "UTC", start = "09:00", end = "17:00" }'


def first_answer(world: World, label: str = "fraud", **routed: object) -> Case:
    """A case that Ann has answered."""
    case = world.open(routed=routed or DRAWN)
    assert isinstance(says(world, case, ANN, label), RecordedAct)
    return world.case(case.case_id)


def says(world: World, case: Case, expert: ExpertId, label: str = "fraud") -> object:
    act, why = world.act(case, expert), "it was stolen" if expert == ANN else None
    return answer(world.ctx, ExpertAnswer(act, label, Via.BUTTON, rationale=why))


def asked(world: World, case: Case) -> list[tuple[ExpertId, AskState]]:
    with world.database.read() as tx:
        return [(ask.expert, ask.state) for ask in asks.of_case(tx, case.case_id)]


def is_known(world: World, expert: ExpertId, **changes: object) -> None:
    person = replace(Expert(expert, "somebody", None, FRIDAY), **changes)  # type: ignore[arg-type]
    with world.database.write() as tx:
        experts.upsert_many(tx, [person])


def test_one_person_is_asked_once_however_often_it_ticks(world: World) -> None:
    case = first_answer(world)

    assert ask_due(world.ctx) == 1
    assert ask_due(world.ctx) == 0

    ((expert, state),) = asked(world, case)
    assert expert in (BEN, CAROL)
    assert state is AskState.WAITING
    (item,) = world.sent(ASK)
    assert NamedAsk.from_payload(item.payload) == NamedAsk(case.case_id, expert)
    assert world.case(case.case_id).ask_at == FRIDAY + 2 * HOUR
    assert "case.asked" in world.recorded(case.case_id)


def test_an_answer_tells_whether_its_person_was_asked_by_name_or_chose_the_case(world: World) -> None:
    case = first_answer(world)
    ask_due(world.ctx)
    ((expert, _),) = asked(world, case)

    says(world, case, expert)

    chosen, assigned = world.case(case.case_id).labels
    assert (chosen.is_assigned, assigned.is_assigned) == (False, True)
    assert (chosen.shown_at, assigned.shown_at) == (None, None), "a button: nobody knows since when"


def test_a_case_without_an_answer_or_a_second_opinion_asks_nobody(world: World) -> None:
    unanswered = world.open(routed=DRAWN)
    with world.database.write() as tx:
        asks.schedule(tx, unanswered.case_id, FRIDAY)
    plain = world.open(task="team", label="sales")
    says(world, plain, ANN, "sales")

    assert ask_due(world.ctx) == 0
    assert world.case(unanswered.case_id).ask_at is None
    assert asked(world, plain) == []


def test_a_claim_about_an_audit_is_asked_about_and_an_agreement_is_not(world: World) -> None:
    claimed, agreed = first_answer(world, "legit", **AUDITED), first_answer(world, "fraud", **AUDITED)

    assert ask_due(world.ctx) == 1

    with world.database.read() as tx:
        (ask,) = asks.of_case(tx, claimed.case_id)
    assert ask.purpose is AskPurpose.CLAIM
    assert agreed.status is CaseStatus.DECIDED
    assert asked(world, agreed) == []


def test_when_the_time_runs_out_the_next_is_asked_and_then_anybody_may_answer(world: World) -> None:
    case = first_answer(world)
    ask_due(world.ctx)
    version = world.wanted_version(case.case_id)

    world.clock.advance(2 * HOUR)
    assert ask_due(world.ctx) == 1
    first, second = asked(world, case)
    assert (first[1], second[1]) == (AskState.LAPSED, AskState.WAITING)
    world.clock.advance(2 * HOUR)
    assert ask_due(world.ctx) == 0

    assert world.case(case.case_id).ask_at is None
    assert world.wanted_version(case.case_id) > version
    assert "case.nobody_to_ask" in world.recorded(case.case_id)
    assert isinstance(says(world, case, first[0]), RecordedAct)


@pytest.mark.parametrize("how", ["declined", "could not tell"])
def test_who_hands_it_on_is_followed_by_the_next_at_once(world: World, how: str) -> None:
    case = first_answer(world)
    ask_due(world.ctx)
    ((person, _),) = asked(world, case)

    act = world.act(case, person)
    outcome = decline(world.ctx, act) if how == "declined" else abstain(world.ctx, act, "no photo")

    assert isinstance(outcome, RecordedAct)
    assert ask_due(world.ctx) == 1
    assert [state for _, state in asked(world, case)] == [AskState.DECLINED, AskState.WAITING]


def test_only_who_is_asked_can_hand_it_on(world: World) -> None:
    case = first_answer(world)
    assert isinstance(decline(world.ctx, world.act(case, BEN)), Dismissal)
    assert asked(world, case) == []


def test_who_is_asked_needs_no_reason_against_the_model_and_others_wait(world: World) -> None:
    case = first_answer(world)
    ask_due(world.ctx)
    ((person, _),) = asked(world, case)
    other = ({BEN, CAROL} - {person}).pop()

    assert isinstance(says(world, case, other), AlreadyDecided)
    assert isinstance(says(world, case, person, "legit"), RecordedAct)
    assert asked(world, case) == [(person, AskState.ANSWERED)]


def test_out_of_hours_nobody_is_asked_and_the_lease_counts_working_time(world: World) -> None:
    world.policy = load_policy(DESK.replace("[tasks.fraud]\n", f"[tasks.fraud]\n{WEEKDAYS}\n"), "policy.toml")
    world.clock.moment = FRIDAY.replace(hour=18)
    case = first_answer(world)

    assert ask_due(world.ctx) == 0
    opening = FRIDAY.replace(hour=9) + timedelta(days=3)
    assert world.case(case.case_id).ask_at == opening
    world.clock.moment = opening.replace(hour=16)
    assert ask_due(world.ctx) == 1
    assert world.case(case.case_id).ask_at == opening.replace(hour=10) + timedelta(days=1)


def test_who_left_and_programs_are_not_asked(world: World) -> None:
    is_known(world, BEN, is_active=False)
    case = first_answer(world)
    ask_due(world.ctx)
    assert [expert for expert, _ in asked(world, case)] == [CAROL]


def test_nobody_is_asked_more_than_allowed_a_day_and_the_case_waits_for_the_next(world: World) -> None:
    others = [world.open(input=CaseInput(text=f"card {number}")) for number in range(3)]
    is_known(world, CAROL, is_active=False)
    with world.database.write() as tx:
        for case in others:
            asks.add(tx, Ask(case.case_id, BEN, AskPurpose.SECOND_OPINION, FRIDAY, FRIDAY, AskState.ANSWERED))
    case = first_answer(world)

    assert ask_due(world.ctx) == 0
    assert world.case(case.case_id).ask_at == FRIDAY + HOUR
    assert isinstance(says(world, case, BEN), AlreadyDecided)
    world.clock.moment = FRIDAY.replace(hour=0) + timedelta(days=1)
    assert ask_due(world.ctx) == 1


def test_a_task_that_no_policy_has_is_looked_at_again_later(world: World) -> None:
    case = first_answer(world)
    world.policy = load_policy(
        DESK.replace("tasks.fraud", "tasks.fraud2").replace('"fraud", "t', '"fraud2", "t'), "p"
    )
    assert ask_due(world.ctx) == 0
    assert world.case(case.case_id).ask_at == FRIDAY + HOUR


def test_a_first_answer_that_is_taken_back_asks_nobody_and_a_running_turn_goes_on(world: World) -> None:
    case = first_answer(world)
    ask_due(world.ctx)
    undo(world.ctx, world.act(case, ANN))
    assert world.case(case.case_id).ask_at is None
    world.clock.advance(timedelta(minutes=5))
    says(world, case, ANN)

    assert ask_due(world.ctx) == 0

    assert world.case(case.case_id).ask_at == FRIDAY + 2 * HOUR
    assert len(asked(world, case)) == 1


def test_a_case_that_is_over_asks_nobody(world: World) -> None:
    case = first_answer(world)
    with world.database.write() as tx:
        cases.save(tx, replace(cases.lock(tx, case.case_id), status=CaseStatus.EXPIRED))
    assert ask_due(world.ctx) == 0
    assert asked(world, case) == []
