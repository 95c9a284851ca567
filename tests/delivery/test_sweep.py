"""A message deleted while nobody listened comes back once; those that are there are left alone."""

from datetime import timedelta

from bot.delivery.sweep import Sweep
from bot.sandbox import Fault
from bot.slack.message import Message
from tests.delivery.worlds import DIGITS, ONCOLOGY, World, open_case


def sweep(world: World) -> int:
    return Sweep(world.ctx, world.gateway()).run()["reposted"]


def delete_first(world: World, channel_id: str = DIGITS) -> None:
    message = world.sandbox.state.conversations[channel_id].top_level()[0]
    world.sandbox.workspace.posting.delete(message)


def test_a_deleted_message_is_posted_again_and_others_are_left_alone(world: World) -> None:
    for number in range(3):
        open_case(world.ctx, f"order-{number}")
    world.drain()
    delete_first(world)
    assert sweep(world) == 1
    world.drain()
    assert sorted(text.count("order-") > 0 for text in world.shown(DIGITS)) == [True] * 3
    assert sweep(world) == 0


def test_nothing_is_posted_again_when_a_channel_cannot_be_read(world: World) -> None:
    open_case(world.ctx)
    open_case(world.ctx, "scan-1", task="tumor")
    world.drain()
    delete_first(world)
    delete_first(world, ONCOLOGY)
    world.sandbox.faults.add(Fault("server_error", method="conversations.history", channel_id=DIGITS))
    assert sweep(world) == 1


def test_old_messages_are_not_looked_at(world: World) -> None:
    open_case(world.ctx)
    world.drain()
    delete_first(world)
    world.clock.advance(timedelta(days=2))
    assert sweep(world) == 0


def test_a_deleted_message_with_replies_is_posted_again(world: World) -> None:
    open_case(world.ctx)
    world.drain()
    message = world.sandbox.state.conversations[DIGITS].top_level()[0]
    world.gateway().post(DIGITS, Message("Still waiting."), message.ts)
    delete_first(world)
    assert sweep(world) == 1
