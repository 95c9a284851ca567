"""Who people are and where they are members."""

from dataclasses import replace

from bot.usecases import members
from bot.usecases.review.access import Act
from bot.usecases.review.answer import ExpertAnswer, answer
from bot.usecases.review.case_view import WindowCase, look, look_to_correct, read
from bot.usecases.review.hand_over import escalate_now
from bot.usecases.review.outcome import AlreadyDecided, Dismissal, NotAllowed, RecordedAct
from bot.usecases.review.screen import Screen
from routing.label import Via
from routing.policy import load_policy
from routing.slack_channel import ChannelId
from storage import experts
from storage.delivery import projections
from storage.experts import Expert
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import ANN, BEN, CHANNEL, STRANGER
from tests.worlds.policies import DESK


def test_the_policys_channels_are_the_sources_of_membership(world: World) -> None:
    assert members.sources(world.ctx) == (f"channel:{CHANNEL}",)


def test_those_in_the_channel_that_a_case_was_escalated_to_may_answer_it(world: World) -> None:
    to_seniors = DESK.replace('to = "people", people = ["U0CAROL"]', 'to = "channel", channel = "seniors"')
    world = replace(world, policy=load_policy(to_seniors, "policy.toml"))
    seniors = "channel:C0000000002"
    assert seniors in members.sources(world.ctx)
    members.record(world.ctx, seniors, [STRANGER.user_id])
    case = world.open()
    senior = ExpertAnswer(world.act(case, STRANGER), "fraud", Via.BUTTON)

    before = answer(world.ctx, senior)
    escalate_now(world.ctx, world.act(case, ANN), None)
    with world.database.read() as tx:
        shown = [str(one.channel_id) for one in projections.of_case(tx, case.case_id)]
    screen = Screen(case.case_id, 1, ChannelId("", "C0000000002"), "7.7")
    on_their_message = replace(world.act(case, STRANGER), screen=screen)
    after = answer(world.ctx, replace(senior, act=on_their_message))

    assert isinstance(before, NotAllowed)
    assert shown == [CHANNEL, "C0000000002"]
    assert isinstance(after, RecordedAct)


def test_a_case_of_a_channel_that_left_the_policy_is_for_its_tiers(world: World) -> None:
    case = world.open()
    renamed = DESK.replace("[channels.fraud]", "[channels.cards]")
    renamed = renamed.replace('channel = "fraud"', 'channel = "cards"')
    world = replace(world, policy=load_policy(renamed, "policy.toml"))

    assert isinstance(answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON)), RecordedAct)


def test_recorded_members_replace_those_before(world: World) -> None:
    members.record(world.ctx, f"channel:{CHANNEL}", ["U0NEW"])

    with world.database.read() as tx:
        assert {one.user_id for one in experts.members(tx, f"channel:{CHANNEL}")} == {"U0NEW"}


def test_names_are_those_last_recorded(world: World) -> None:
    members.record_people(world.ctx, [Expert(ANN, "Ann", "Europe/Berlin", FRIDAY)])
    members.record_people(world.ctx, [Expert(ANN, "Ann B.", "Europe/Berlin", FRIDAY)])

    assert members.names(world.ctx, [ANN, BEN]) == {ANN: "Ann B."}


def test_looking_is_for_those_who_may_act_reading_for_the_workspace(world: World) -> None:
    case = world.open()
    foreign = replace(STRANGER, team_id="T9")

    assert isinstance(look(world.ctx, world.act(case)), WindowCase)
    assert isinstance(look(world.ctx, world.act(case, STRANGER)), NotAllowed)
    assert isinstance(read(world.ctx, world.act(case, STRANGER)), WindowCase)
    assert isinstance(read(world.ctx, world.act(case, foreign)), NotAllowed)
    for use in (look, look_to_correct, read):
        assert isinstance(use(world.ctx, Act(Screen("case_none"), ANN, "k")), Dismissal)


def test_a_decided_case_is_shown_for_correction_to_whoever_answered(world: World) -> None:
    case = world.open()
    answer(world.ctx, ExpertAnswer(world.act(case), "fraud", Via.BUTTON))

    assert isinstance(look(world.ctx, world.act(case)), AlreadyDecided)
    assert isinstance(look_to_correct(world.ctx, world.act(case)), WindowCase)
    assert isinstance(look_to_correct(world.ctx, world.act(case, BEN)), AlreadyDecided)
