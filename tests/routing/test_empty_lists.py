"""An empty list in a policy is nobody and nothing, never everybody and everything."""

import pytest

from routing.case.permission import may_adjudicate, may_answer, may_lead, sources
from routing.errors import InvalidPolicy
from routing.label import ExpertId
from routing.policy import load_policy
from routing.slack_channel import ChannelId
from tests.routing.making import HOURS, TEAM, case, policy, policy_text, tier, tier_text

SERVICE = '[services.shop]\ntasks = ["returns"]\n'
REFUSED = {
    "experts.people": (
        policy_text(tiers=tier_text(experts="{ people = [] }")),
        "nobody may answer; name people",
    ),
    "experts.user_group": (
        policy_text(tiers=tier_text(experts='{ user_group = "" }')),
        "'' does not have the right form",
    ),
    "experts.people and no members": (
        policy_text(tiers=tier_text(experts="{ people = [], channel_members = false }")),
        "nobody may answer; name people",
    ),
    "escalation.people": (
        policy_text(tiers=tier_text(escalation='[{ after = "1h", to = "people", people = [] }]')),
        "names nobody",
    ),
    "services.tasks": (
        policy_text(services='[services.shop]\ntasks = []\nsecret_env = ["S"]\n'),
        "give at least 1",
    ),
    "services.secret_env": (policy_text(services=f"{SERVICE}secret_env = []\n"), "it has no secret"),
    "services.bearer_env": (policy_text(services=f"{SERVICE}bearer_env = []\n"), "it has no secret"),
    "callbacks without secret": (
        policy_text(
            services=f'{SERVICE}secret_env = []\nbearer_env = ["K"]\ncallback_url = "https://a.example"\n'
        ),
        "callbacks cannot be signed",
    ),
    "teams.tasks": (policy_text(teams='[teams.leads]\nchannel = "leads"\ntasks = []\n'), "give at least 1"),
    "hours.days": (policy_text(hours=f"{HOURS}days = []\n"), "give at least 1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_list_that_grants_is_refused_when_it_is_empty(name: str) -> None:
    text, sentence = REFUSED[name]
    with pytest.raises(InvalidPolicy) as refused:
        load_policy(text, "policy.toml")
    assert any(sentence in line for line in refused.value.lines)


def test_nobody_beside_a_group_or_the_channel_is_nobody_more() -> None:
    assert tier(experts='{ user_group = "S0DESK", people = [] }').experts.sources(ChannelId("", "C1")) == (
        "group:S0DESK",
    )
    assert tier(experts="{ channel_members = true, people = [] }").experts.sources(ChannelId("", "C1")) == (
        "channel:C1",
    )


def test_empty_guests_adjudicators_and_members_let_nobody_in() -> None:
    stranger, insider = ExpertId("T0OTHER", "U0AMA"), ExpertId(TEAM, "U0AMA")
    alone = tier(adjudicators="[]")
    assert not may_answer(alone, stranger, {stranger}, TEAM, policy(head="guest_teams = []").guest_teams)
    assert not may_answer(alone, insider, (), TEAM)
    assert not may_lead(insider, (), TEAM)
    assert not may_adjudicate(alone, insider, TEAM)


def test_people_alone_are_looked_up_nowhere() -> None:
    named = policy(tiers=tier_text(experts='{ people = ["U0AMA"] }'))
    assert sources(case(), named.task("returns").tiers[0], named) == ()
