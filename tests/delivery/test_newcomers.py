"""Newcomers: who they are is asked within seconds, once, and shown where their ids were."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.memberships import MOST_NEWCOMERS, Memberships
from bot.sandbox import SlackFault
from bot.slack.api.gateway import UserInfo, WebClientGateway
from bot.slack.api.web_calls import slack_client
from bot.usecases import members
from bot.usecases.context import Context, PolicyHolder
from bot.usecases.installation import Installation
from bot.usecases.review.access import Act
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.outcome import NotAllowed, RecordedAct
from bot.usecases.review.screen import Screen
from routing.label import ExpertId, Via
from storage import experts
from storage.delivery import projections
from storage.experts import Expert
from tests.worlds.clocks import MONDAY
from tests.worlds.delivery import World, open_case
from tests.worlds.people import DIGITS, DIGITS_ID, JONAS, MAYA, WORKSPACE

SOURCE = f"channel:{DIGITS}"


class ToldGateway(WebClientGateway):
    """A gateway to a Slack that knows some people otherwise."""

    def __init__(self, world: World, **changes: dict[str, object]) -> None:
        super().__init__(slack_client(world.sandbox.config.bot_token, world.sandbox.api_url))
        self.changes = changes
        self.asked: list[str] = []

    def user_info(self, user_id: str) -> UserInfo:
        """As Slack tells it, with what differs."""
        self.asked.append(user_id)
        return replace(super().user_info(user_id), **self.changes.get(user_id, {}))  # type: ignore[arg-type]


def click(world: World, expert: ExpertId = MAYA, name: str = "", case_name: str = "order-1") -> object:
    act = Act(Screen(f"case_{case_name}"), expert, f"click:{case_name}:{expert.user_id}", name=name)
    return answer(world.ctx, ExpertAnswer(act, "fraud", Via.BUTTON))


def known(world: World, expert: ExpertId) -> Expert | None:
    with world.database.read() as tx:
        return experts.get(tx, expert)


def wanted_version(world: World) -> int:
    with world.database.read() as tx:
        return projections.of_case(tx, "case_order-1")[0].wanted_version


def is_member(world: World, expert: ExpertId) -> bool:
    with world.database.read() as tx:
        return expert in experts.members(tx, SOURCE)


def test_a_newcomer_is_shown_at_once_by_the_name_that_the_click_carries(world: World) -> None:
    open_case(world.ctx)
    members.record(world.ctx, SOURCE, [JONAS.user_id])

    assert isinstance(click(world, JONAS, "jonas.w"), RecordedAct)

    world.drain()
    assert "jonas.w" in world.shown(DIGITS)[0]
    assert "U0JONAS" not in world.shown(DIGITS)[0]


def test_a_name_that_only_slack_knows_is_fetched_within_seconds_and_the_message_redrawn(world: World) -> None:
    open_case(world.ctx)
    members.joined(world.ctx, DIGITS_ID, MAYA)
    click(world)
    world.drain()
    assert "U0MAYA" in world.shown(DIGITS)[0]

    figures = Memberships(world.ctx, world.gateway()).meet()

    world.drain()
    assert figures == {"met": 1, "redrawn": 1}
    assert "maya" in world.shown(DIGITS)[0]
    assert "U0MAYA" not in world.shown(DIGITS)[0]


def test_a_name_that_slack_has_told_is_not_replaced_by_a_handle(world: World) -> None:
    open_case(world.ctx)
    members.record_people(world.ctx, [Expert(MAYA, "Maya Okafor", None, MONDAY)])
    members.joined(world.ctx, DIGITS_ID, MAYA)

    click(world, name="maya")

    maya = known(world, MAYA)
    assert maya is not None
    assert maya.name == "Maya Okafor"


def test_nobody_is_asked_about_twice_in_a_minute_nor_again_once_told(world: World) -> None:
    members.joined(world.ctx, DIGITS_ID, MAYA)
    gateway = ToldGateway(world)
    world.sandbox.faults.add(SlackFault("error", method="users.info", error="fatal_error", count=1))
    for _ in range(2):
        Memberships(world.ctx, gateway).meet()
    world.clock.advance(timedelta(minutes=1))
    for _ in range(2):
        Memberships(world.ctx, gateway).meet()

    assert gateway.asked == ["U0MAYA", "U0MAYA"]


def test_somebody_whom_slack_does_not_know_keeps_their_name_and_is_left_alone(world: World) -> None:
    nobody = ExpertId(WORKSPACE, "U0GONE")
    members.joined(world.ctx, DIGITS_ID, nobody)
    gateway = ToldGateway(world)
    for _ in range(3):
        Memberships(world.ctx, gateway).meet()
        world.clock.advance(timedelta(minutes=1))

    assert gateway.asked == ["U0GONE"]


@pytest.mark.parametrize("code", ["user_not_found", "user_not_visible"])
def test_whom_slack_does_not_let_us_see_is_no_member_of_ours_until_it_does(world: World, code: str) -> None:
    open_case(world.ctx)
    members.record(world.ctx, SOURCE, [MAYA.user_id])
    with world.database.write() as tx:
        experts.meet(tx, {MAYA: ""})
    world.sandbox.faults.add(SlackFault("error", method="users.info", error=code, count=1))
    Memberships(world.ctx, world.gateway()).meet()
    members.record(world.ctx, SOURCE, [MAYA.user_id])

    assert isinstance(click(world), NotAllowed)
    assert recognized(world.ctx, "") == ""

    world.clock.advance(timedelta(days=1))
    Memberships(world.ctx, world.gateway()).refresh()
    assert is_member(world, MAYA)
    assert recognized(world.ctx, "") == WORKSPACE


@pytest.mark.parametrize("timezone", ["Europe/London", None])
def test_whom_slack_lets_us_see_no_longer_stays_ours_only_if_it_told_so_before(
    world: World, timezone: str | None
) -> None:
    members.record(world.ctx, SOURCE, [MAYA.user_id])
    members.record_people(world.ctx, [Expert(MAYA, "Maya", timezone, MONDAY - timedelta(days=2))])
    world.sandbox.faults.add(SlackFault("error", method="users.info", error="user_not_visible"))

    Memberships(world.ctx, world.gateway()).refresh()

    assert is_member(world, MAYA) is (timezone is not None)


def test_a_program_that_slack_lets_us_see_no_longer_stays_one(world: World) -> None:
    long_ago = MONDAY - timedelta(days=2)
    members.record_people(world.ctx, [Expert(MAYA, "Maya", "UTC", long_ago, is_active=False, is_bot=True)])
    world.sandbox.faults.add(SlackFault("error", method="users.info", error="user_not_found"))

    Memberships(world.ctx, world.gateway()).refresh()

    assert not is_member(world, MAYA)


def test_newcomers_are_asked_about_a_few_at_a_time(world: World) -> None:
    for number in range(2 * MOST_NEWCOMERS):
        members.joined(world.ctx, DIGITS_ID, ExpertId(WORKSPACE, f"U0NEW{number}"))
    gateway = ToldGateway(world)

    Memberships(world.ctx, gateway).meet()

    assert len(gateway.asked) == MOST_NEWCOMERS


def test_a_program_that_joined_may_answer_no_longer_than_until_slack_says_what_it_is(world: World) -> None:
    open_case(world.ctx)
    members.joined(world.ctx, DIGITS_ID, MAYA)
    Memberships(world.ctx, ToldGateway(world, U0MAYA={"is_bot": True})).meet()

    assert isinstance(click(world), NotAllowed)
    assert not is_member(world, MAYA)


@pytest.mark.parametrize(
    ("team_id", "enterprise_id", "teams", "is_stranger", "kept_under"),
    [
        ("T0ELSEWHERE", "", (), False, "T0ELSEWHERE"),
        ("T0ELSEWHERE", "", (), True, "T0ELSEWHERE"),
        ("E0ELSEWHERE", "E0ELSEWHERE", (), False, "E0ELSEWHERE"),
        ("T0ELSEWHERE", "E0ELSEWHERE", ("T0ELSEWHERE",), False, "T0ELSEWHERE"),
        (WORKSPACE, "", (), True, ""),
        ("", "", (), False, WORKSPACE),
        ("E0ACME", "", (), False, WORKSPACE),
        ("T0ACMELABS", "E0ACME", (WORKSPACE, "T0ACMELABS"), False, WORKSPACE),
        ("T0ACMELABS", "E0ACME", (), False, WORKSPACE),
    ],
)
def test_a_member_is_stored_once_under_the_workspace_they_are_kept_under(
    world: World, team_id: str, enterprise_id: str, teams: tuple[str, ...], is_stranger: bool, kept_under: str
) -> None:
    world.ctx.installation.present = Installation(enterprise_id="E0ACME")
    members.joined(world.ctx, DIGITS_ID, MAYA)
    told = {"team_id": team_id, "enterprise_id": enterprise_id, "teams": teams, "is_stranger": is_stranger}
    memberships = Memberships(world.ctx, ToldGateway(world, U0MAYA=told))

    memberships.meet()
    memberships.refresh()

    with world.database.read() as tx:
        held = [one for one in experts.members(tx, SOURCE) if one.user_id == "U0MAYA"]
    assert held == [ExpertId(kept_under, "U0MAYA")]


def test_the_organization_is_learned_from_somebody_who_is_of_our_workspace_too(world: World) -> None:
    ours: dict[str, object] = {"enterprise_id": "E0ACME", "teams": (WORKSPACE, "T0ACMELABS")}
    members.joined(world.ctx, DIGITS_ID, MAYA)
    before = world.ctx.installation.present

    Memberships(world.ctx, ToldGateway(world, U0MAYA=ours)).meet()

    assert world.ctx.installation.present == replace(
        before, enterprise_id="E0ACME", teams=frozenset({WORKSPACE, "T0ACMELABS"})
    )


def test_with_guest_workspaces_one_person_is_no_quorum_of_two(world: World) -> None:
    policy = world.ctx.policy.model_copy(update={"guest_teams": ("T0PARTNER",)})
    world.ctx = replace(world.ctx, active=PolicyHolder.of(policy))
    open_case(world.ctx, quorum=2)
    partner = ExpertId("T0PARTNER", "U0MAYA")
    Memberships(world.ctx, ToldGateway(world, U0MAYA={"team_id": "T0PARTNER"})).refresh()

    outcomes = [click(world, partner), click(world, MAYA)]

    assert [type(one) for one in outcomes] == [RecordedAct, NotAllowed]
    assert is_member(world, partner)
    assert not is_member(world, MAYA)


def test_rows_of_both_workspaces_from_before_end_as_one_member(world: World) -> None:
    partner = ExpertId("T0PARTNER", "U0MAYA")
    with world.database.write() as tx:
        experts.set_members(tx, SOURCE, [MAYA, partner], MONDAY)
        experts.upsert_many(tx, [Expert(one, "Maya", None, MONDAY, is_bot=None) for one in (MAYA, partner)])

    Memberships(world.ctx, ToldGateway(world, U0MAYA={"team_id": "T0PARTNER"})).refresh()

    assert is_member(world, partner)
    assert not is_member(world, MAYA)


def recognized(ctx: Context, team_id: str) -> str:
    return members.recognized(ctx, ExpertId(team_id, "U0MAYA")).team_id


def test_a_message_that_names_no_workspace_is_whose_slack_said_it_is(world: World) -> None:
    members.record(world.ctx, SOURCE, ["U0MAYA"])
    assert recognized(world.ctx, "") == ""
    members.record_people(world.ctx, [Expert(MAYA, "Maya", None, MONDAY)])
    assert recognized(world.ctx, "") == WORKSPACE
    later = MONDAY + timedelta(days=1)
    members.record_people(world.ctx, [Expert(ExpertId("T0PARTNER", "U0MAYA"), "Maya", None, later)])

    assert recognized(world.ctx, "") == "T0PARTNER"
    assert recognized(world.ctx, WORKSPACE) == WORKSPACE


def test_a_sibling_is_recognized_only_on_grid_and_only_if_slack_said_so(world: World) -> None:
    members.record_people(world.ctx, [Expert(MAYA, "Maya", None, MONDAY)])
    assert recognized(world.ctx, "T0ACMELABS") == "T0ACMELABS"
    world.ctx.installation.present = Installation(enterprise_id="E0ACME")

    assert recognized(world.ctx, "T0ACMELABS") == WORKSPACE
    assert members.recognized(world.ctx, ExpertId("T0ACMELABS", "U0SAM")).team_id == "T0ACMELABS"
