"""Who may answer; in doubt nobody."""

import pytest

from routing.case.case import dispute
from routing.case.permission import may_adjudicate, may_answer, may_label, sources
from routing.slack_channel import ChannelId
from tests.routing.making import TEAM, case, expert, label, policy, tier, tier_text

GUESTS = frozenset({"T0GUEST"})
NAMED = tier(
    experts='{ people = ["U0AMA", "U0BEN"] }',
    adjudicators='["U0SUE"]',
    escalation='[{ after = "1h", to = "people", people = ["U0PAT"] }]',
)


@pytest.mark.parametrize("user", ["U0AMA", "U0BEN", "U0SUE", "U0PAT"])
def test_whoever_the_tier_names_may_answer(user: str) -> None:
    assert may_answer(NAMED, expert(user), frozenset(), TEAM)


def test_nobody_else_may_answer() -> None:
    assert not may_answer(NAMED, expert("U0EVE"), frozenset(), TEAM)


def test_members_may_answer() -> None:
    assert may_answer(tier(), expert("U0EVE"), frozenset({expert("U0EVE")}), TEAM)


def test_a_user_id_means_nobody_in_another_workspace() -> None:
    assert not may_answer(NAMED, expert("U0AMA", "T0GUEST"), frozenset(), TEAM, GUESTS)


def test_members_from_another_workspace_need_it_named() -> None:
    guest = expert("U0EVE", "T0GUEST")
    assert not may_answer(tier(), guest, frozenset({guest}), TEAM)
    assert may_answer(tier(), guest, frozenset({guest}), TEAM, GUESTS)


def test_only_adjudicators_of_the_home_workspace_settle() -> None:
    assert may_adjudicate(NAMED, expert("U0SUE"), TEAM)
    assert not may_adjudicate(NAMED, expert("U0SUE", "T0GUEST"), TEAM)
    assert not may_adjudicate(NAMED, expert("U0AMA"), TEAM)


def test_an_open_case_is_for_everybody_who_may_answer() -> None:
    assert may_label(case(), NAMED, expert("U0AMA"), frozenset(), TEAM)
    assert not may_label(case(), NAMED, expert("U0EVE"), frozenset(), TEAM)


def test_a_disputed_case_is_for_adjudicators_and_for_those_who_answered() -> None:
    disputed = dispute(case(labels=(label("fraud", by="U0AMA"),)))
    assert may_label(disputed, NAMED, expert("U0SUE"), frozenset(), TEAM)
    assert may_label(disputed, NAMED, expert("U0AMA"), frozenset(), TEAM)
    assert not may_label(disputed, NAMED, expert("U0BEN"), frozenset(), TEAM)


def test_membership_is_looked_up_where_the_tier_says() -> None:
    both = policy(tiers=tier_text(experts='{ user_group = "S0DESK", channel_members = true }'))
    assert sources(case(), both.task("returns").tiers[0], both) == ("channel:C0000000001", "group:S0DESK")
    named = policy(tiers=tier_text(experts='{ people = ["U0AMA"] }'))
    assert sources(case(), named.task("returns").tiers[0], named) == ()


def test_a_channel_reached_by_escalation_may_answer_too() -> None:
    steps = '[{ after = "1h", to = "thread" }, { after = "2h", to = "channel", channel = "leads" }]'
    escalating = policy(tiers=tier_text(escalation=steps))
    only = escalating.task("returns").tiers[0]
    assert sources(case(steps_taken=1), only, escalating) == ("channel:C0000000001",)
    assert sources(case(steps_taken=2), only, escalating) == ("channel:C0000000001", "channel:C0000000002")


def test_members_of_a_channel_that_has_left_the_policy_may_answer_as_those_of_the_tiers() -> None:
    only = tier(experts='{ user_group = "S0DESK", channel_members = true }')
    gone = case(channel="attic")
    assert sources(gone, only, policy()) == ("channel:C0000000001", "group:S0DESK")
    past = {"attic": ChannelId("", "C0ATTIC")}
    assert sources(gone, only, policy(), past) == ("channel:C0ATTIC", "group:S0DESK", "channel:C0000000001")


def test_a_channel_of_a_tier_that_has_left_is_where_it_was_last() -> None:
    left = tier(escalation='[{ after = "1h", to = "channel", channel = "leads" }]').model_copy(
        update={"channel": "attic"}
    )
    without = policy(channels='[channels.desk]\nid = "C0000000001"\n')
    escalated = case(steps_taken=1)
    assert sources(escalated, left, without) == ("channel:C0000000001",)
    found = sources(escalated, left, without, {"leads": ChannelId("", "C0LEADS")})
    assert found == ("channel:C0000000001", "channel:C0LEADS")
