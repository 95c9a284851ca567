"""A case's message arrives once, shows what is true, and heals by itself."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from bot.delivery.messages.message_sender import ProjectionSender
from bot.delivery.sender import slack_health
from bot.delivery.sender.repeating_threads import Loop, Wake
from bot.sandbox import SlackFault
from bot.slack.api.gateway import WebClientGateway
from bot.slack.blocks.message import Message
from bot.usecases.context import PolicyHolder
from routing.slack_channel import ChannelId
from storage.cases import cases, images
from storage.delivery import projections
from storage.errors import CaseUnknown
from tests.patience import PATIENCE, eventually
from tests.worlds.delivery import World, decide, open_case
from tests.worlds.people import DIGITS, DIGITS_ID, ONCOLOGY


def test_a_new_case_is_posted_in_its_channel(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    (text,) = world.shown(DIGITS)
    assert "Is this order fraud?" in text
    assert world.projection(case.case_id).shown_version == 1


def test_a_decided_case_is_updated_in_place(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    decide(world.ctx, case)
    world.drain()
    (message,) = world.sandbox.state.conversations[DIGITS].top_level()
    assert message.edited_ts is not None
    assert not any(block["type"] == "actions" for block in message.blocks or [] if "answer" in str(block))


def test_several_changes_become_one_update(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    for _ in range(3):
        with world.database.write() as tx:
            projections.want(tx, case.case_id, DIGITS_ID, 0, case.due_at, world.clock.now())
    world.drain()
    assert world.sandbox.stats()["updated"] == 1
    assert world.projection(case.case_id).shown_version == 4


def test_an_answer_that_gets_lost_makes_no_second_message(world: World) -> None:
    case = open_case(world.ctx)
    world.sandbox.faults.add(SlackFault("accept_then_drop", method="chat.postMessage", count=1))
    world.drain()
    world.clock.advance(timedelta(minutes=1))
    world.drain()
    assert len(world.shown(DIGITS)) == 1
    assert world.projection(case.case_id).ts is not None
    assert world.projection(case.case_id).shown_version == 1


class Killed(BaseException):
    """The process dies here."""


class DyingGateway(WebClientGateway):
    """Posts, and dies before the answer can be recorded."""

    def post(self, channel_id: ChannelId, message: Message, thread_ts: str | None = None) -> str:
        super().post(channel_id, message, thread_ts)
        raise Killed


def test_a_process_killed_between_post_and_record_leaves_one_message(world: World) -> None:
    open_case(world.ctx)
    with pytest.raises(Killed):
        world.sender(courier=world.courier(DyingGateway(world.gateway()._client))).step()
    world.clock.advance(world.tempo.lease)
    world.drain(world.sender("p2"))
    assert len(world.shown(DIGITS)) == 1


def test_a_lost_request_is_posted_after_the_search_found_nothing(world: World) -> None:
    open_case(world.ctx)
    world.sandbox.faults.add(SlackFault("refused", method="chat.postMessage", count=1))
    world.drain()
    world.clock.advance(timedelta(minutes=1))
    world.drain()
    assert len(world.shown(DIGITS)) == 1


def test_a_search_that_fails_keeps_the_attempt_open(world: World) -> None:
    open_case(world.ctx)
    world.sandbox.faults.add(SlackFault("accept_then_drop", method="chat.postMessage", count=1))
    world.sandbox.faults.add(SlackFault("rate_limited", method="conversations.history", count=1))
    world.sandbox.faults.add(
        SlackFault("error", method="conversations.history", count=1, error="missing_scope")
    )
    for _ in range(4):
        world.drain()
        world.clock.advance(timedelta(minutes=1))
    assert len(world.shown(DIGITS)) == 1


def test_a_429_pauses_its_channel_and_no_other(world: World) -> None:
    for number in range(2):
        open_case(world.ctx, f"order-{number}")
        open_case(world.ctx, f"scan-{number}", task="tumor")
    world.sandbox.faults.add(SlackFault("rate_limited", channel_id=DIGITS, retry_after=30, count=1))
    world.drain()
    assert (len(world.shown(DIGITS)), len(world.shown(ONCOLOGY))) == (0, 2)
    world.clock.advance(timedelta(seconds=30))
    world.drain()
    assert len(world.shown(DIGITS)) == 2


def test_slack_down_for_hours_loses_and_repeats_nothing(world: World) -> None:
    for number in range(5):
        open_case(world.ctx, f"order-{number}")
    fault = world.sandbox.faults.add(SlackFault("down"))
    for _ in range(24):
        world.drain()
        world.clock.advance(timedelta(minutes=15))
    world.sandbox.faults.clear(fault)
    world.clock.advance(timedelta(minutes=1))
    world.drain()
    assert len(world.shown(DIGITS)) == 5


def test_a_message_of_a_deleted_channel_is_held_and_names_the_mend(world: World) -> None:
    case = open_case(world.ctx)
    world.sandbox.workspace.membership.delete(world.sandbox.state.conversations[DIGITS])
    world.drain()
    reason = world.projection(case.case_id).last_error or ""
    assert "channel_not_found" in reason
    assert "policy" in reason
    assert world.projection(case.case_id).dead_reason is None


def test_a_message_deleted_while_we_slept_is_posted_once_more(world: World) -> None:
    case = open_case(world.ctx)
    world.drain()
    ts = str(world.projection(case.case_id).ts)
    world.sandbox.workspace.messages.delete(world.sandbox.state.conversations[DIGITS].messages[ts])
    decide(world.ctx, case)
    world.drain()
    assert len(world.shown(DIGITS)) == 1
    assert world.projection(case.case_id).ts != ts


def test_a_message_that_is_deleted_again_and_again_is_given_up(world: World) -> None:
    case = open_case(world.ctx)
    for _ in range(7):
        world.drain()
        ts = world.projection(case.case_id).ts
        if ts:
            with world.database.write() as tx:
                projections.lost(tx, DIGITS_ID, ts)
    assert "deleted" in (world.projection(case.case_id).dead_reason or "")


def test_a_poison_row_ends_as_a_dead_letter_and_its_neighbors_go_on(world: World) -> None:
    poison = open_case(world.ctx, "order-0", priority=0)
    open_case(world.ctx, "scan-0", task="tumor")
    tasks = {name: task for name, task in world.ctx.policy.tasks.items() if name != "fraud"}
    world.ctx = replace(
        world.ctx, active=PolicyHolder.of(world.ctx.policy.model_copy(update={"tasks": tasks}))
    )
    for _ in range(12):
        world.drain()
        world.clock.advance(timedelta(minutes=10))
    assert len(world.shown(ONCOLOGY)) == 1
    assert world.projection(poison.case_id).dead_reason


def test_a_revoked_token_gives_nothing_up_and_stops_the_calls(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [0.0]  # real seconds
    monkeypatch.setattr(slack_health, "time", SimpleNamespace(monotonic=lambda: passed[0]))
    case = open_case(world.ctx)
    fault = world.sandbox.faults.add(SlackFault("token_revoked"))
    courier = world.courier()
    sender = world.sender(courier=courier)
    assert sender.step()
    assert "token_revoked" in (courier.health.trouble or "")
    assert courier.health.held_for() > 0
    world.sandbox.faults.clear(fault)
    world.clock.advance(timedelta(minutes=1))
    assert not sender.step()
    passed[0] += courier.health.held_for()
    world.drain(sender)
    assert world.projection(case.case_id).dead_reason is None
    assert courier.health.trouble is None
    assert len(world.shown(DIGITS)) == 1


def test_the_riskiest_overtakes_those_that_wait(world: World) -> None:
    for number in range(20):
        open_case(world.ctx, f"order-{number}", priority=3)
    world.sender().step()
    open_case(world.ctx, "urgent", priority=0)
    world.clock.advance(timedelta(seconds=1))
    world.sender().step()
    assert "urgent" in world.shown(DIGITS)[1]


def test_a_picture_is_uploaded_once_and_shown(world: World) -> None:
    png = bytes.fromhex("89504e470d0a1a0a")
    with world.database.write() as tx:
        images.add_many(tx, [("img_1", "image/png", png)])
    case = open_case(world.ctx, image_id="img_1")
    world.drain()
    decide(world.ctx, case)
    world.drain()
    (message,) = world.sandbox.state.conversations[DIGITS].top_level()
    assert any(block["type"] == "image" for block in message.blocks or [])
    assert len(world.sandbox.state.files) == 1


def test_a_pictures_bytes_are_kept_until_its_message_is_there_and_no_longer(world: World) -> None:
    png = bytes.fromhex("89504e470d0a1a0a")
    with world.database.write() as tx:
        images.add_many(tx, [("img_1", "image/png", png)])
    open_case(world.ctx, image_id="img_1")
    world.sandbox.faults.add(SlackFault("server_error", method="chat.postMessage", count=1))
    kept = []
    for _ in range(2):
        world.sender().step()
        world.clock.advance(timedelta(minutes=1))
        with world.database.read() as tx:
            stored = images.get(tx, "img_1")
        assert stored is not None
        assert stored.slack_file_id is not None
        kept.append((len(world.shown(DIGITS)), stored.content))
    assert kept == [(0, png), (1, b"")]


def test_a_sender_that_lost_its_lease_changes_nothing(world: World) -> None:
    case = open_case(world.ctx)
    slow, quick = world.sender("slow"), world.sender("quick")
    with world.database.write() as tx:
        claim = slow._claim(tx)
    assert claim is not None
    world.clock.advance(world.tempo.lease)
    world.drain(quick)
    slow._send(claim)
    assert len(world.shown(DIGITS)) == 1
    assert world.projection(case.case_id).shown_version == 1


def test_threads_keep_a_channels_pace_and_stop_when_asked(world: World) -> None:
    for number in range(3):
        open_case(world.ctx, f"order-{number}")
        open_case(world.ctx, f"scan-{number}", task="tumor")
    wake = Wake()
    sender = ProjectionSender(world.courier(), wake, "p1")
    loop = Loop("messages", sender.wait_and_step, wake, threads=3)
    loop.start()
    for count in (1, 2, 3):
        eventually(lambda: min(len(world.shown(DIGITS)), len(world.shown(ONCOLOGY))) >= count)  # noqa: B023
        assert max(len(world.shown(DIGITS)), len(world.shown(ONCOLOGY))) == count
        world.clock.advance(timedelta(seconds=1))
    loop.ask_to_stop()
    assert loop.join(PATIENCE)


def test_an_erased_case_ends_as_a_dead_letter(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = open_case(world.ctx)

    def erased(_tx: object, case_id: str) -> None:
        raise CaseUnknown(case_id)

    with monkeypatch.context() as patch:
        patch.setattr(cases, "get", erased)
        world.drain()
    assert "no such case" in (world.projection(case.case_id).dead_reason or "")
