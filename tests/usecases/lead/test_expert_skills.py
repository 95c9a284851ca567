"""Leads who have a channel apart see how often experts are right, by name; nobody else does."""

from dataclasses import replace

import pytest

from bot.slack.limits import message_violations
from bot.slack.show.skill_list import skills_message
from bot.usecases.lead.access import LeadRefusal
from bot.usecases.lead.expert_skills import PersonSkills, of_team
from bot.words.skill_words import FOOTNOTE
from routing.case.pause import Pause, PauseState
from routing.evidence.expertise import SkillEstimate
from routing.label import ExpertId
from storage import experts
from storage.engine.database import Database
from storage.experts import Expert
from storage.leads import pauses
from storage.measured import skills
from storage.measured.skills import StoredSkill
from tests.usecases.leads import make_lead_world
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CAROL


def skill(expert: ExpertId, right: int) -> StoredSkill:
    return StoredSkill("fraud", expert, True, SkillEstimate(expert.user_id, "", right, 40, 0.9, 0.8, 0.97))


@pytest.fixture
def world(database: Database) -> World:
    world = make_lead_world(database)
    people = [Expert(BEN, "zoe", None, FRIDAY), Expert(CAROL, "Amy", None, FRIDAY)]
    with database.write() as tx:
        experts.upsert_many(tx, people)
        skills.replace(tx, "fraud", [skill(BEN, 40), skill(CAROL, 12), skill(ANN, 30)], FRIDAY)
    return world


def test_people_stand_in_the_order_of_their_names(world: World) -> None:
    listed = of_team(world.ctx, ANN, None)
    assert not isinstance(listed, LeadRefusal)
    fraud, payout = listed
    assert [person.name for person in fraud.people] == ["Amy", "Somebody", "zoe"]
    assert (payout.task.name, payout.people) == ("payout", ())
    assert of_team(world.ctx, ANN, "leads") == listed


def test_who_is_paused_is_marked(world: World) -> None:
    pause = Pause("p", "fraud", BEN, PauseState.RUNNING, 12, 40, 0.2, 0.4, FRIDAY, FRIDAY)
    with world.database.write() as tx:
        pauses.add(tx, pause)
    listed = of_team(world.ctx, ANN, None)
    assert not isinstance(listed, LeadRefusal)
    assert [person.is_paused for person in listed[0].people] == [False, False, True]
    assert "zoe (paused for now): right" in skills_message(listed).text


def test_the_experts_own_channel_leads_nobody(world: World) -> None:
    refused = of_team(world.ctx, BEN, None)
    assert isinstance(refused, LeadRefusal)
    assert "told to themselves on the Home tab" in refused.reason


def test_a_team_that_one_does_not_lead_is_not_shown(world: World) -> None:
    refused = of_team(world.ctx, ANN, "others")
    assert isinstance(refused, LeadRefusal)
    assert refused.reason == "Name the team: leads."


def test_the_list_says_how_to_read_it_and_fits_a_message(world: World) -> None:
    listed = of_team(world.ctx, ANN, None)
    assert not isinstance(listed, LeadRefusal)
    message = skills_message(listed)
    assert "Amy: right between 80% and 97%" in message.text
    assert "Nothing is settled by others, too, so far." in message.text
    assert message.text.endswith(FOOTNOTE)
    many = replace(listed[0], people=(PersonSkills("x" * 200, (skill(BEN, 3),) * 9),) * 60)
    long = skills_message((many, listed[1]))
    assert message_violations(long.payload()) == ()
    assert "more lines are not shown." in long.text
