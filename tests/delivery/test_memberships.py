"""Members and people are kept as Slack has them, and a case given to somebody who left is given back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.memberships import Memberships
from bot.sandbox import SlackFault
from bot.slack.api import web_gateway
from bot.slack.api.failures import MembersUnfinished
from bot.slack.api.gateway import UserInfo, WebClientGateway
from bot.slack.api.web_calls import slack_client
from bot.usecases.context import PolicyHolder
from bot.usecases.deadlines import unassign
from routing.case.case import Case
from routing.label import ExpertId
from routing.slack_channel import ChannelId
from storage import audit, experts
from storage.cases import cases
from tests.worlds.delivery import World, open_case
from tests.worlds.people import DIGITS, MAYA, NADIA, WORKSPACE

SOURCE = f"channel:{DIGITS}"


def refresh(world: World) -> dict[str, int]:
    return Memberships(world.ctx, world.gateway()).refresh()


def assigned(world: World, case: Case) -> ExpertId | None:
    with world.database.read() as tx:
        return cases.get(tx, case.case_id).assigned_to


def members(world: World) -> set[str]:
    with world.database.read() as tx:
        return {member.user_id for member in experts.members(tx, SOURCE)}


def test_members_and_people_are_stored(world: World) -> None:
    refresh(world)
    assert {"U0MAYA", "U0JONAS"} <= members(world)
    with world.database.read() as tx:
        known = experts.get(tx, NADIA)
    assert known is not None
    assert (known.name, known.timezone) == ("nadia", "Asia/Dhaka")


def test_people_are_asked_about_once_a_day(world: World) -> None:
    assert refresh(world)["people"] > 0
    assert refresh(world)["people"] == 0
    world.clock.advance(timedelta(days=1))
    assert refresh(world)["people"] > 0


def test_a_channel_that_cannot_be_read_keeps_its_members(world: World) -> None:
    refresh(world)
    before = members(world)
    world.sandbox.faults.add(SlackFault("server_error", method="conversations.members"))
    refresh(world)
    assert members(world) == before


def test_a_channel_that_is_not_read_to_its_end_loses_nobody_and_wins_whom_it_names(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh(world)
    whole = members(world)
    with world.database.write() as tx:
        for member in experts.members(tx, SOURCE):
            experts.remove_member(tx, SOURCE, member)
        experts.add_member(tx, SOURCE, MAYA)  # who joined since
    monkeypatch.setattr(web_gateway, "MEMBER_PAGE", 1)
    monkeypatch.setattr(web_gateway, "MEMBER_PAGES", len(whole))  # the bot is one of the channel's, too
    refresh(world)
    assert MAYA.user_id in members(world)
    assert len(members(world)) >= len(whole) - 1
    assert members(world) <= whole


def test_a_look_that_slack_refuses_midway_keeps_those_who_were_there(world: World) -> None:
    refresh(world)
    before = members(world)
    gateway = HastyGateway(slack_client(world.sandbox.config.bot_token, world.sandbox.api_url))
    Memberships(world.ctx, gateway).refresh()
    assert members(world) == before


class HastyGateway(WebClientGateway):
    """A gateway to a Slack that gives one member of a channel, and then asks for patience."""

    def members(self, channel_id: ChannelId) -> frozenset[str]:
        """The first of them."""
        raise MembersUnfinished(frozenset({"U0MAYA"}), "(ratelimited)")


def test_a_person_slack_does_not_know_stops_nobody_else(world: World) -> None:
    world.sandbox.faults.add(SlackFault("error", method="users.info", error="user_not_found", count=1))
    refresh(world)
    with world.database.read() as tx:
        assert experts.get(tx, NADIA) is not None


def test_slack_being_down_is_no_reason_to_give_cases_back(world: World) -> None:
    case = open_case(world.ctx, assigned_to=MAYA)
    world.sandbox.faults.add(SlackFault("down"))
    assert refresh(world)["unassigned"] == 0
    assert assigned(world, case) == MAYA


def test_the_case_of_a_person_who_left_the_channel_is_given_back_with_a_notice(world: World) -> None:
    case = open_case(world.ctx, assigned_to=MAYA)
    refresh(world)
    assert assigned(world, case) == MAYA
    world.sandbox.workspace.membership.leave(world.sandbox.state.conversations[DIGITS], "U0MAYA")
    assert refresh(world)["unassigned"] == 1
    assert assigned(world, case) is None
    with world.database.read() as tx:
        assert audit.verify(tx).ok
    assert unassign.unassign_departed(world.ctx) == 0


def test_the_case_of_a_person_who_was_deactivated_is_given_back(world: World) -> None:
    case = open_case(world.ctx, assigned_to=MAYA)
    refresh(world)
    world.sandbox.workspace.membership.deactivate("U0MAYA")
    world.clock.advance(timedelta(minutes=5))
    refresh(world)
    assert assigned(world, case) is None


def test_a_case_whose_task_left_the_policy_is_left_alone(world: World) -> None:
    case = open_case(world.ctx, assigned_to=MAYA)
    refresh(world)
    with world.database.write() as tx:
        experts.remove_member(tx, SOURCE, MAYA)
    policy = world.ctx.policy
    ctx = replace(
        world.ctx,
        active=PolicyHolder.of(policy.model_copy(update={"tasks": {"tumor": policy.tasks["tumor"]}})),
    )
    assert unassign.unassign_departed(ctx) == 0
    assert unassign.unassign_departed(world.ctx) == 1
    assert assigned(world, case) is None


def test_an_app_in_the_channel_is_nobody_to_give_a_case_to(world: World) -> None:
    refresh(world)
    with world.database.read() as tx:
        bot = experts.get(tx, ExpertId(WORKSPACE, "U0SECONDLOOK"))
    assert bot is not None
    assert not bot.is_active


def test_a_member_from_a_workspace_that_the_policy_names_stays_one(world: World) -> None:
    partner = ExpertId("T0PARTNER", "U0MAYA")
    gateway = PartnerGateway(slack_client(world.sandbox.config.bot_token, world.sandbox.api_url))
    policy = world.ctx.policy.model_copy(update={"guest_teams": ("T0PARTNER",)})
    for _ in range(2):
        Memberships(replace(world.ctx, active=PolicyHolder.of(policy)), gateway).refresh()
        with world.database.read() as tx:
            assert partner in experts.members(tx, SOURCE)
            assert ExpertId("T0PARTNER", "U0JONAS") not in experts.members(tx, SOURCE)


class PartnerGateway(WebClientGateway):
    """A gateway to a Slack in which Maya is of another workspace."""

    def user_info(self, user_id: str) -> UserInfo:
        """As Slack tells it, but for Maya's workspace."""
        info = super().user_info(user_id)
        return replace(info, team_id="T0PARTNER") if user_id == "U0MAYA" else info
