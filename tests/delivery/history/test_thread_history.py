"""What was said in a thread while nobody listened is heard later, once, and answered as if heard at once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.delivery.history.thread_history import ThreadReader
from bot.delivery.sender.attempts import Courier
from bot.demo.person import SimulatedPerson
from bot.sandbox import SlackFault
from bot.slack.api import web_gateway
from bot.slack.api.gateway import WebClientGateway
from bot.slack.api.web_calls import slack_client
from bot.slack.blocks.message import Message
from bot.usecases import members
from bot.usecases.installation import Installation
from bot.usecases.review import catch_up
from bot.usecases.review.thread_reply import ThreadReply, thread_reply
from routing.case.case import Case, CaseStatus
from routing.label import ExpertId, Rationale
from routing.slack_channel import ChannelId
from storage import experts
from storage.cases import cases
from storage.delivery import outbox, projections, thread_readings
from storage.delivery.outbox import Item
from storage.experts import Expert
from tests.worlds.delivery import World, open_case
from tests.worlds.people import DIGITS, DIGITS_ID, MAYA


def shown(world: World, name: str = "order-1") -> Case:
    """A case whose message is in its channel, where Maya is."""
    with world.database.write() as tx:
        experts.set_members(tx, f"channel:{DIGITS}", [MAYA], world.clock.now())
    case = open_case(world.ctx, name)
    world.drain()
    return case


def message_of(world: World, case: Case) -> dict[str, str]:
    with world.database.read() as tx:
        return {"ts": projections.of_case(tx, case.case_id)[0].ts or ""}


def say(world: World, case: Case, text: str) -> None:
    """Maya writes in the case's thread; no app listens."""
    maya = SimulatedPerson(world.sandbox.api_url.removesuffix("/api/"), MAYA.user_id)
    maya.reply(DIGITS, message_of(world, case), text)


class Hands(SimulatedPerson):
    """A person who changes their mind about what they wrote."""

    def edit_last(self, message: dict[str, str], text: str) -> None:
        """Edit the last reply under the message."""
        replies = self._get("thread", channel=DIGITS, ts=message["ts"])["replies"]
        mine = [one["ts"] for one in replies if one["user"] == self.user_id]
        self._post("edit", channel=DIGITS, ts=mine[-1], text=text)


def edit_last(world: World, case: Case, text: str) -> None:
    """Maya edits what she wrote last in the case's thread; no app listens."""
    Hands(world.sandbox.api_url.removesuffix("/api/"), MAYA.user_id).edit_last(message_of(world, case), text)


def look(world: World) -> int:
    """A gap has ended: find the threads to read; how many."""
    world.look_again()
    world.read_histories()
    with world.database.read() as tx:
        return thread_readings.waiting(tx)


def sweep(world: World, seconds: int = 10) -> int:
    """Find the threads to read, and read them; how many there were."""
    wanted = look(world)
    read(world, seconds)
    return wanted


def read(world: World, seconds: int = 10) -> None:
    knows_no_workspace = replace(world.ctx, team_id="")
    reader = ThreadReader(Courier(knows_no_workspace, world.gateway(), world.tempo), "p1")
    for _ in range(seconds * 2):
        reader.step()
        world.clock.advance(timedelta(seconds=0.5))


def stored(world: World, case: Case) -> Case:
    with world.database.read() as tx:
        return cases.get(tx, case.case_id)


def calls(world: World) -> int:
    return int(world.sandbox.stats()["calls"].get("conversations.replies", 0))


def test_an_answer_given_while_nobody_listened_counts_once(world: World) -> None:
    case = shown(world)
    say(world, case, "fine: a known customer")
    assert [sweep(world), sweep(world)] == [1, 1]  # the second time for edits, of which Slack tells nothing
    decided = stored(world, case)
    assert (decided.status, [label.expert for label in decided.labels]) == (CaseStatus.DECIDED, [MAYA])


def test_what_was_heard_is_not_heard_again(world: World) -> None:
    case = shown(world)
    say(world, case, "hello all")
    thread = world.sandbox.state.conversations[DIGITS].thread(message_of(world, case)["ts"])
    heard = ThreadReply(MAYA, DIGITS_ID, message_of(world, case)["ts"], "hello all", thread[0].ts)
    thread_reply(world.ctx, heard)
    sweep(world)
    assert world.sandbox.stats()["calls"].get("chat.postEphemeral", 0) == 0


@pytest.mark.parametrize("method", ["conversations.replies", "conversations.history"])
def test_a_reply_from_a_time_without_the_bot_is_heard_once_it_is_back(world: World, method: str) -> None:
    case = shown(world)
    say(world, case, "fine: a known customer")
    fault = world.sandbox.faults.add(SlackFault("error", method, DIGITS, error="not_in_channel"))
    sweep(world)
    assert stored(world, case).status is CaseStatus.OPEN
    world.sandbox.faults.clear(fault)
    catch_up.look_back(world.ctx, DIGITS_ID)
    world.read_histories()
    read(world)
    assert stored(world, case).status is CaseStatus.DECIDED


def test_a_missed_question_to_the_bot_itself_is_asked_back(world: World) -> None:
    case = shown(world)
    say(world, case, f"<@{world.sandbox.config.bot.user_id}> is it fraud?")
    sweep(world)
    assert world.sandbox.stats()["calls"]["chat.postEphemeral"] == 1


def test_what_is_unclear_is_asked_back_once(world: World) -> None:
    case = shown(world)
    say(world, case, "is it fraud? I am not sure")
    for _ in range(2):
        sweep(world)
    assert world.sandbox.stats()["calls"]["chat.postEphemeral"] == 1


def test_a_reply_that_was_heard_and_then_edited_while_nobody_listened_counts_as_it_reads(
    world: World,
) -> None:
    case = shown(world)
    say(world, case, "I think the address does not match")
    sweep(world)

    edit_last(world, case, "fraud: the address does not match")
    for _ in range(2):
        sweep(world)

    assert [label.label for label in stored(world, case).labels] == ["fraud"]


def test_notices_of_the_bot_are_no_answers(world: World) -> None:
    case = shown(world)
    world.gateway().post(DIGITS_ID, Message("fine: says the bot"), message_of(world, case)["ts"])
    sweep(world)
    assert stored(world, case).labels == ()


def test_threads_are_read_no_faster_than_slack_allows_the_most_urgent_first(world: World) -> None:
    made = [shown(world, f"order-{number}") for number in range(4)]
    for case in made:
        say(world, case, "fine: known")
    look(world)
    read(world, seconds=3)
    assert calls(world) == 2
    assert [stored(world, case).status for case in made] == [CaseStatus.DECIDED] * 2 + [CaseStatus.OPEN] * 2
    read(world, seconds=4)
    assert calls(world) == 4


def test_only_threads_in_which_somebody_wrote_are_read(world: World) -> None:
    made = [shown(world, f"order-{number}") for number in range(60)]
    for case in made[:20]:
        world.gateway().post(DIGITS_ID, Message("It still waits."), message_of(world, case)["ts"])
    say(world, made[7], "fine: known")
    say(world, made[55], "fine: known")
    assert sweep(world, seconds=4) == 2
    assert [one.status for one in (stored(world, made[7]), stored(world, made[55]))] == [
        CaseStatus.DECIDED
    ] * 2
    assert calls(world) == 2


def test_what_was_not_read_before_comes_before_what_may_have_been_edited(world: World) -> None:
    made = [shown(world, f"order-{number}") for number in range(6)]
    for case in made[:5]:
        say(world, case, "hello all")
    sweep(world)
    say(world, made[5], "fine: known")
    assert look(world) == 6
    read(world, seconds=1)
    assert stored(world, made[5]).status is CaseStatus.DECIDED


def test_an_open_case_comes_before_decided_ones_and_those_are_heard_too(world: World) -> None:
    decided, waiting = shown(world, "order-1"), shown(world, "order-2")
    say(world, decided, "fine: known")
    sweep(world)
    say(world, decided, "because she called")
    say(world, waiting, "fine: known")
    assert look(world) == 2
    read(world, seconds=1)
    assert stored(world, waiting).status is CaseStatus.DECIDED
    read(world)
    assert "because she called" in (stored(world, decided).labels[-1].rationale or Rationale("")).text


def test_a_case_that_was_decided_long_ago_is_not_read_any_more(world: World) -> None:
    case = shown(world)
    say(world, case, "fine: known")
    sweep(world)
    world.clock.advance(timedelta(days=15))
    say(world, case, "because she called")
    assert look(world) == 0


@pytest.mark.parametrize("pages_of", [200, 15])
def test_the_least_urgent_of_many_threads_is_heard(
    world: World, pages_of: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_gateway, "PAGE", pages_of)
    least = shown(world, "order-last")
    with world.database.write() as tx:
        projections.renew(tx, least.case_id, 9, least.due_at + timedelta(days=30), world.clock.now())
    for number in range(230):
        posted(world, f"order-{number}")
    say(world, least, "fine: known")
    sweep(world)
    assert stored(world, least).status is CaseStatus.DECIDED
    assert calls(world) == 1


def test_a_few_old_threads_below_much_talk_are_read_without_all_that_talk(world: World) -> None:
    made = [shown(world, f"order-{number}") for number in range(8)]
    world.clock.advance(timedelta(days=60))
    for _ in range(210):
        world.gateway().post(DIGITS_ID, Message("Talk."))
        world.clock.advance(timedelta(minutes=10))
    say(world, made[3], "fine: known")
    sweep(world, seconds=20)
    assert stored(world, made[3]).status is CaseStatus.DECIDED
    assert calls(world) == 8
    assert world.sandbox.stats()["calls"]["conversations.history"] == len(world.ctx.policy.channels)


def posted(world: World, name: str) -> None:
    """A case that has its message, without waiting for the channel's pace."""
    case = open_case(world.ctx, name)
    message = Message(name, metadata={"case_id": case.case_id, "version": "1"})
    ts = world.gateway().post(DIGITS_ID, message)
    with world.database.write() as tx:
        held = projections.claim(
            tx, "p9", world.clock.now(), timedelta(minutes=1), timedelta(0), timedelta(0)
        )
        assert held is not None
        projections.finish(tx, held, ts, 1)


def test_messages_older_than_the_history_is_read_are_read_one_by_one(world: World) -> None:
    case = shown(world)
    world.clock.advance(timedelta(days=100))
    say(world, case, "fine: known")
    sweep(world)
    assert stored(world, case).status is CaseStatus.DECIDED


def test_threads_that_an_earlier_version_wanted_are_read(world: World) -> None:
    case = shown(world)
    say(world, case, "fine: known")
    payload = {"team_id": MAYA.team_id, "channel_id": DIGITS, "ts": message_of(world, case)["ts"]}
    world.clock.advance(timedelta(days=20))
    with world.database.write() as tx:
        old = [
            Item(f"out_{one}", "thread", f"thread:{one}", payload, world.clock.now()) for one in range(300)
        ]
        outbox.add_many(tx, old)
    world.look_again()
    read(world)
    assert stored(world, case).status is CaseStatus.DECIDED
    with world.database.read() as tx:
        assert outbox.oldest_undelivered_at(tx) is None


def test_a_thread_in_which_somebody_writes_while_it_is_read_is_read_again(world: World) -> None:
    case = shown(world)
    say(world, case, "hello all")
    look(world)
    with world.database.write() as tx:
        begun = thread_readings.claim(tx, "p9", world.clock.now(), timedelta(minutes=1))
        assert begun is not None
    say(world, case, "fine: known")
    look(world)
    with world.database.write() as tx:
        thread_readings.finish(tx, begun, None, world.clock.now())
    read(world)
    assert stored(world, case).status is CaseStatus.DECIDED


@pytest.mark.parametrize("kind", ["rate_limited", "server_error"])
def test_a_thread_that_slack_does_not_give_is_read_later(world: World, kind: str) -> None:
    case = shown(world)
    say(world, case, "fine: known")
    world.sandbox.faults.add(SlackFault(kind, method="conversations.replies", count=1))  # type: ignore[arg-type]
    sweep(world, seconds=60)
    assert stored(world, case).status is CaseStatus.DECIDED


def test_a_thread_whose_channel_is_gone_is_given_up(world: World) -> None:
    say(world, shown(world), "fine: known")
    world.sandbox.faults.add(SlackFault("error", method="conversations.replies", error="channel_not_found"))
    sweep(world)
    with world.database.read() as tx:
        assert thread_readings.waiting(tx) == 0


def test_a_reply_that_comes_before_the_message_is_known_is_heard_when_it_is(world: World) -> None:
    case = shown(world)
    say(world, case, "fine: known")
    ts = message_of(world, case)["ts"]
    with world.database.write() as tx:  # as if the process had died before it could note the message
        projections.lost(tx, DIGITS_ID, ts)
        held = projections.claim(tx, "p9", world.clock.now(), timedelta(minutes=1), timedelta(0))
        assert held is not None
        projections.record_attempt(tx, held, "attempt_9", world.clock.now())
    thread_reply(world.ctx, ThreadReply(MAYA, DIGITS_ID, ts, "fine: known", "9.9"))
    read(world)
    assert calls(world) == 0
    with world.database.write() as tx:
        projections.finish(tx, held, ts, 1)
    read(world)
    assert stored(world, case).status is CaseStatus.DECIDED


def test_a_reply_in_a_thread_of_others_is_not_looked_for(world: World) -> None:
    shown(world)
    thread_reply(world.ctx, ThreadReply(MAYA, DIGITS_ID, "7.7", "fine: known", "9.9"))
    read(world)
    assert calls(world) == 0


class Teamless(WebClientGateway):
    """A gateway to a Slack whose messages do not say where their writers belong, but for what is given."""

    def __init__(self, world: World, **told: object) -> None:
        super().__init__(slack_client(world.sandbox.config.bot_token, world.sandbox.api_url))
        self._told = told

    def replies_since(
        self, channel_id: ChannelId, thread_ts: str, since: datetime
    ) -> tuple[dict[str, object], ...]:
        """Without `team`, with what is given."""
        found = super().replies_since(channel_id, thread_ts, since)
        return tuple({name: one[name] for name in one if name != "team"} | self._told for one in found)


def missed(world: World, **told: object) -> Case:
    """A case in whose thread Maya answered while nobody listened, as it is after the thread was read."""
    case = shown(world)
    say(world, case, "fraud: I am sure")
    look(world)
    reader = ThreadReader(Courier(replace(world.ctx, team_id=""), Teamless(world, **told), world.tempo), "p1")
    for _ in range(20):
        reader.step()
        world.clock.advance(timedelta(seconds=0.5))
    return stored(world, case)


def test_a_missed_reply_without_a_team_is_of_whom_slack_said_the_writer_is(world: World) -> None:
    members.record_people(world.ctx, [Expert(MAYA, "Maya", None, world.clock.now())])

    assert [label.expert for label in missed(world).labels] == [MAYA]


def test_a_writer_of_whom_an_earlier_version_asked_slack_is_whom_it_said(world: World) -> None:
    with world.database.write() as tx:
        experts.upsert_many(tx, [Expert(MAYA, "Maya", "UTC", world.clock.now(), is_bot=None)])

    assert [label.expert for label in missed(world).labels] == [MAYA]


@pytest.mark.parametrize("is_met", [True, False])
def test_a_missed_reply_without_a_team_of_somebody_never_asked_about_is_no_answer(
    world: World, is_met: bool
) -> None:
    if is_met:
        members.joined(world.ctx, DIGITS_ID, MAYA)

    assert missed(world).labels == ()


def test_a_strangers_missed_reply_without_a_team_is_no_answer(world: World) -> None:
    partner = ExpertId("T0ELSEWHERE", MAYA.user_id)
    members.record_people(world.ctx, [Expert(partner, "Maya", None, world.clock.now())])

    assert missed(world).labels == ()


@pytest.mark.parametrize("team_id", ["E0ACME", "T0ACMELABS"])
def test_a_missed_reply_of_the_organization_is_ours(world: World, team_id: str) -> None:
    world.ctx.installation.present = Installation("U0SECONDLOOK", "E0ACME")
    members.record_people(world.ctx, [Expert(MAYA, "Maya", None, world.clock.now())])

    assert [label.expert for label in missed(world, team=team_id).labels] == [MAYA]


@pytest.mark.parametrize("told", [{"bot_id": "B0OTHER"}, {"app_id": "A0OTHER"}, {"subtype": "bot_message"}])
def test_a_missed_reply_of_a_program_is_no_answer(world: World, told: dict[str, str]) -> None:
    assert missed(world, **told).labels == ()


def test_a_missed_message_of_our_own_is_no_answer(world: World) -> None:
    world.ctx.installation.present = Installation(MAYA.user_id)

    assert missed(world).labels == ()
