"""A pause is proposed to leads, kindly and once, leaves two others, and is heard of by the person."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.usecases.deadlines.ask import ask_due
from bot.usecases.lead.access import LeadRefusal
from bot.usecases.lead.pauses import PauseAct, move, propose_due, protest
from bot.usecases.outgoing import PAUSE, PauseNews, PauseOccasion
from bot.usecases.review import worklist
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.outcome import NotAllowed, RecordedAct
from routing.case.case import Case
from routing.case.pause import AGAIN_AFTER, Pause, PauseState
from routing.evidence.expertise import SkillEstimate
from routing.label import ExpertId, Via
from routing.policy import load_policy
from storage import experts
from storage.cases import asks
from storage.engine.database import Database
from storage.experts import Expert
from storage.leads import pauses
from storage.measured import skills
from storage.measured.skills import StoredSkill
from tests.usecases.leads import SERVICE, TEAM_CHANNEL
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CAROL, CHANNEL, STRANGER
from tests.worlds.policies import DESK, PAYOUTS

LEAD = ExpertId(ANN.team_id, "U0LEAD")
DAN = ExpertId(ANN.team_id, "U0DAN")
RUNNING, DECLINED, ENDED = PauseState.RUNNING, PauseState.DECLINED, PauseState.ENDED
QUESTION = 'question = "Is this payment fraud?"'


def pausing(database: Database, mode: str = "", bar: str = "pause_below = 0.7") -> World:
    """Ann, Ben, Dan and Carol answer; a lead who does not is in a channel apart. Ben is below the bar."""
    text = DESK.replace(SERVICE, SERVICE.replace("]", ', "payout"]')) + PAYOUTS
    text = text.replace(QUESTION, f"{QUESTION}\n{bar}\n{mode}")
    world = World(database, load_policy(text, "policy.toml"))
    with database.write() as tx:
        experts.set_members(tx, f"channel:{TEAM_CHANNEL}", [LEAD], FRIDAY)
        experts.set_members(tx, f"channel:{CHANNEL}", [ANN, BEN, DAN], FRIDAY)
        skills.replace(tx, "fraud", [skill(BEN, 0.6), skill(ANN, 0.9), skill(DAN, 0.6, False)], FRIDAY)
    return world


def skill(expert: ExpertId, high: float, is_assigned: bool = True) -> StoredSkill:
    return StoredSkill(
        "fraud", expert, is_assigned, SkillEstimate(expert.user_id, "", 20, 40, 0.5, 0.4, high)
    )


@pytest.fixture
def world(database: Database) -> World:
    return pausing(database)


def told(world: World) -> list[PauseNews]:
    return [PauseNews.from_payload(item.payload) for item in world.sent(PAUSE)]


def proposed(world: World) -> str:
    """The id of the pause that is proposed of Ben."""
    assert propose_due(world.ctx) == 1
    (news,) = told(world)
    assert (news.occasion, news.team) == (PauseOccasion.PROPOSED, "leads")
    return news.pause_id


def begun(world: World) -> str:
    pause_id = proposed(world)
    assert isinstance(move(world.ctx, PauseAct(pause_id, LEAD), RUNNING), Pause)
    told(world)
    return pause_id


def paused(world: World) -> set[str]:
    with world.database.read() as tx:
        return set(pauses.running(tx, "fraud"))


def says(world: World, case: Case, expert: ExpertId) -> object:
    return answer(world.ctx, ExpertAnswer(world.act(case, expert), "fraud", Via.BUTTON))


def test_a_pause_is_proposed_to_leads_apart_and_nobody_is_paused_by_it(world: World) -> None:
    pause_id = proposed(world)
    assert paused(world) == set()
    assert world.recorded(pause_id) == ["pause.proposed"]


def test_a_proposal_comes_once_and_again_after_four_weeks(world: World) -> None:
    pause_id = proposed(world)
    assert isinstance(move(world.ctx, PauseAct(pause_id, LEAD), DECLINED), Pause)
    assert told(world) == []
    world.clock.moment += AGAIN_AFTER - timedelta(seconds=1)
    assert propose_due(world.ctx) == 0
    world.clock.moment += timedelta(seconds=1)
    assert propose_due(world.ctx) == 1


def test_a_lead_begins_it_once_and_the_person_hears_of_it(world: World) -> None:
    pause_id = proposed(world)
    first = move(world.ctx, PauseAct(pause_id, LEAD), RUNNING)
    again = move(world.ctx, PauseAct(pause_id, LEAD), RUNNING)
    assert isinstance(first, Pause)
    assert isinstance(again, LeadRefusal)
    assert "decided that already" in again.reason
    assert (first.changed_by, paused(world)) == (f"{LEAD.team_id}:{LEAD.user_id}", {BEN.user_id})
    assert [(news.occasion, news.team) for news in told(world)] == [
        (PauseOccasion.BEGUN, "leads"),
        (PauseOccasion.BEGUN, ""),
    ]
    assert world.recorded(pause_id) == ["pause.proposed", "pause.begun"]


@pytest.mark.parametrize("expert", [ANN, BEN, STRANGER])
def test_only_leads_decide(world: World, expert: ExpertId) -> None:
    pause_id = proposed(world)
    refused = move(world.ctx, PauseAct(pause_id, expert), RUNNING)
    assert isinstance(refused, LeadRefusal)
    assert "Only the leads" in refused.reason
    assert world.recorded(pause_id) == ["pause.proposed", "act.refused"]


def test_a_button_of_a_pause_that_is_not_kept_changes_nothing(world: World) -> None:
    for act in (PauseAct("gone", LEAD), PauseAct("", LEAD)):
        assert isinstance(move(world.ctx, act, RUNNING), LeadRefusal)
        assert isinstance(protest(world.ctx, act), LeadRefusal)
    begun(world)
    assert isinstance(move(world.ctx, PauseAct("gone", LEAD), ENDED), LeadRefusal)


def test_at_once_where_the_policy_says_so(database: Database) -> None:
    world = pausing(database, 'pause = "do"')
    assert propose_due(world.ctx) == 1
    assert [(news.occasion, news.team) for news in told(world)] == [
        (PauseOccasion.BEGUN, "leads"),
        (PauseOccasion.BEGUN, ""),
    ]
    assert paused(world) == {BEN.user_id}
    world.clock.moment += AGAIN_AFTER
    assert propose_due(world.ctx) == 0, "who is paused is not paused again"


def test_two_others_have_to_remain(world: World) -> None:
    pause_id = proposed(world)
    gone = replace(Expert(DAN, "Dan", None, FRIDAY), is_active=False)
    carol = replace(Expert(CAROL, "Carol", None, FRIDAY), is_bot=True)
    with world.database.write() as tx:
        experts.upsert_many(tx, [gone, carol])
    refused = move(world.ctx, PauseAct(pause_id, LEAD), RUNNING)
    assert isinstance(refused, LeadRefusal)
    assert "Fewer than two others" in refused.reason
    world.clock.moment += AGAIN_AFTER
    assert propose_due(world.ctx) == 0
    assert paused(world) == set()


def test_who_is_paused_already_does_not_remain(database: Database) -> None:
    world = pausing(database, 'pause = "do"')
    with world.database.write() as tx:
        skills.replace(tx, "fraud", [skill(BEN, 0.6), skill(DAN, 0.6)], FRIDAY)
        experts.set_members(tx, f"channel:{CHANNEL}", [ANN, BEN, DAN, ExpertId(ANN.team_id, "U0EVE")], FRIDAY)
    assert propose_due(world.ctx) == 2
    with world.database.write() as tx:
        skills.replace(tx, "fraud", [skill(ANN, 0.6)], FRIDAY)
    assert propose_due(world.ctx) == 0
    assert paused(world) == {BEN.user_id, DAN.user_id}


def test_of_who_does_not_answer_any_more_nothing_is_proposed(world: World) -> None:
    with world.database.write() as tx:
        experts.set_members(tx, f"channel:{CHANNEL}", [ANN, DAN, CAROL], FRIDAY)
    assert propose_due(world.ctx) == 0


def test_without_a_bar_or_leads_apart_nobody_is_paused(database: Database) -> None:
    assert propose_due(pausing(database, bar="").ctx) == 0
    world = pausing(database)
    world.policy.teams["leads"].__dict__["channel"] = "fraud"
    assert propose_due(world.ctx) == 0


def test_who_is_paused_is_neither_asked_nor_answers_until_a_lead_ends_it(world: World) -> None:
    case = world.open()
    pause_id = begun(world)

    refused = says(world, case, BEN)
    assert isinstance(refused, NotAllowed)
    assert "You have a pause" in refused.reason
    assert (worklist.mine(world.ctx, BEN, 9).cases, len(worklist.mine(world.ctx, DAN, 9).cases)) == ((), 1)
    assert isinstance(says(world, case, DAN), RecordedAct)

    assert isinstance(move(world.ctx, PauseAct(pause_id, LEAD), ENDED), Pause)
    assert [(news.occasion, news.team) for news in told(world)] == [
        (PauseOccasion.ENDED, "leads"),
        (PauseOccasion.ENDED, ""),
    ]
    other = world.open()
    assert isinstance(says(world, other, BEN), RecordedAct)


def test_nobody_who_is_paused_is_asked_by_name(world: World) -> None:
    begun(world)
    case = world.open(routed={"quorum": 2, "second_opinion_chance": 0.5})
    says(world, case, DAN)
    for _ in range(4):
        ask_due(world.ctx)
        world.clock.moment += timedelta(hours=2)
    with world.database.read() as tx:
        asked = {ask.expert for ask in asks.of_case(tx, case.case_id)}
    assert asked == {ANN}, "Ben is left out, and Dan has answered"


def test_the_person_can_have_the_leads_look_again_and_they_hear_of_it_once(world: World) -> None:
    pause_id = begun(world)
    others = protest(world.ctx, PauseAct(pause_id, ANN))
    assert isinstance(others, LeadRefusal)
    for _ in range(2):
        assert isinstance(protest(world.ctx, PauseAct(pause_id, BEN)), Pause)
    assert [(news.occasion, news.team) for news in told(world)] == [(PauseOccasion.PROTESTED, "leads")]
