"""What happened in channels while nobody listened: deleted messages come back once, others are left alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from bot.delivery.history import missed_in_channel
from bot.sandbox import SlackFault
from bot.slack.blocks.message import Message
from bot.usecases.context import PolicyHolder
from bot.usecases.repairs import message_homes
from bot.usecases.review import catch_up
from routing.policy import load_policy
from storage.delivery import channel_readings, thread_readings
from storage.tables import projections
from tests.worlds.delivery import World, open_case
from tests.worlds.people import DIGITS, DIGITS_ID, ONCOLOGY
from tests.worlds.policies import ORDERS


def sweep(world: World) -> int:
    """A gap has ended: how many messages are posted anew."""
    before = posted(world)
    world.look_again()
    world.read_histories()
    world.drain()
    return posted(world) - before


def posted(world: World) -> int:
    return int(world.sandbox.stats()["posted"])


def histories(world: World) -> int:
    return int(world.sandbox.stats()["calls"].get("conversations.history", 0))


def waiting(world: World) -> int:
    with world.database.read() as tx:
        return channel_readings.waiting(tx)


def delete_first(world: World, channel_id: str = DIGITS) -> None:
    message = world.sandbox.state.conversations[channel_id].top_level()[0]
    world.sandbox.workspace.messages.delete(message)


def test_a_deleted_message_is_posted_again_and_others_are_left_alone(world: World) -> None:
    for number in range(3):
        open_case(world.ctx, f"order-{number}")
    world.drain()
    delete_first(world)
    assert sweep(world) == 1
    assert sorted(text.count("order-") > 0 for text in world.shown(DIGITS)) == [True] * 3
    assert sweep(world) == 0


def test_a_gap_after_which_nothing_has_changed_costs_a_call_a_channel(world: World) -> None:
    for number in range(3):
        open_case(world.ctx, f"order-{number}")
    world.drain()
    world.look_again()
    world.read_histories()
    assert histories(world) == len(world.ctx.policy.channels)
    assert world.sandbox.stats()["calls"].get("conversations.replies", 0) == 0


@pytest.mark.parametrize("kind", ["rate_limited", "server_error", "refused", "down"])
def test_a_channel_that_slack_does_not_give_is_read_later_and_no_other_twice(world: World, kind: str) -> None:
    open_case(world.ctx)
    open_case(world.ctx, "scan-1", task="tumor")
    world.drain()
    delete_first(world)
    delete_first(world, ONCOLOGY)
    fault = SlackFault(kind, "conversations.history", DIGITS, count=2, retry_after=40)  # type: ignore[arg-type]
    world.sandbox.faults.add(fault)
    for _ in range(20):
        sweep_on(world)
    assert [len(world.shown(one)) for one in (DIGITS, ONCOLOGY)] == [1, 1]
    assert (histories(world), waiting(world)) == (len(world.ctx.policy.channels) + 2, 0)


def sweep_on(world: World) -> None:
    """Read what is still wanted, after a while; by a process that has just begun."""
    if not histories(world):
        world.look_again()
    world.read_histories()
    world.drain()
    world.clock.advance(timedelta(seconds=20))


def test_slack_is_left_alone_as_long_as_it_asks(world: World) -> None:
    open_case(world.ctx)
    world.drain()
    world.look_again()
    world.sandbox.faults.add(SlackFault("rate_limited", "conversations.history", count=1, retry_after=40))
    world.read_histories()
    world.clock.advance(timedelta(seconds=35))
    world.read_histories()
    assert histories(world) == 1
    world.clock.advance(timedelta(seconds=5))
    world.read_histories()
    assert waiting(world) == 0


@pytest.mark.parametrize("error", ["channel_not_found", "not_in_channel", "is_archived", "missing_scope"])
def test_a_channel_that_may_not_be_read_is_given_up_until_the_next_gap(world: World, error: str) -> None:
    open_case(world.ctx)
    world.drain()
    delete_first(world)
    number = world.sandbox.faults.add(SlackFault("error", "conversations.history", DIGITS, error=error))
    assert (sweep(world), waiting(world)) == (0, 0)
    world.sandbox.faults.clear(number)
    assert sweep(world) == 1


def test_a_gap_that_ends_while_a_channel_is_read_is_looked_at_too(world: World) -> None:
    open_case(world.ctx)
    world.drain()
    world.look_again()
    with world.database.write() as tx:
        begun = channel_readings.claim(tx, "p2", world.clock.now(), timedelta(minutes=1))
        assert begun is not None
    world.look_again()
    with world.database.write() as tx:
        channel_readings.finish(tx, begun, world.clock.now())
        again = channel_readings.claim(tx, "p2", world.clock.now(), timedelta(minutes=1))
    assert again is not None
    assert again.channel_id == begun.channel_id


def test_gaps_that_end_before_a_channel_is_read_cost_one_look(world: World) -> None:
    open_case(world.ctx)
    world.drain()
    for _ in range(3):
        world.look_again()
    world.read_histories()
    assert histories(world) == len(world.ctx.policy.channels)


@pytest.mark.parametrize("starts", [1, 2])
def test_a_channel_that_all_cases_left_before_slack_was_there_does_not_wait_for_ever(
    world: World, starts: int
) -> None:
    wrong = load_policy(ORDERS.replace(f'id = "{DIGITS}"', 'id = "C0DIGITZ"'), "policy.toml")
    before = replace(world.ctx, active=PolicyHolder.of(wrong))
    open_case(before)
    for _ in range(starts):
        catch_up.begin(before)
    message_homes.rehome_all(world.database, world.ctx.policy, world.clock.now())
    world.look_again()
    world.read_histories()
    assert waiting(world) == 0
    world.drain()
    assert len(world.shown(DIGITS)) == 1


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
    world.gateway().post(DIGITS_ID, Message("Still waiting."), message.ts)
    delete_first(world)
    assert sweep(world) == 1


def test_a_deleted_message_is_found_below_what_people_talked_since(world: World) -> None:
    for number in range(5):
        open_case(world.ctx, f"order-{number}")
    world.drain()
    delete_first(world)
    for number in range(450):
        world.gateway().post(DIGITS_ID, Message(f"Talk {number}."))
    assert sweep(world) == 1
    assert histories(world) == len(world.ctx.policy.channels) + 2


def test_messages_that_do_not_fit_in_one_look_at_the_rows_are_compared_in_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missed_in_channel, "MOST_ROWS", 2)
    for number in range(5):
        open_case(world.ctx, f"order-{number}")
    world.drain()
    delete_first(world)
    assert sweep(world) == 1


def test_every_thread_older_than_the_history_is_wanted_however_many_there_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missed_in_channel, "MOST_ROWS", 2)
    for number in range(5):
        open_case(world.ctx, f"order-{number}")
    world.drain()
    world.clock.advance(missed_in_channel.LOOK_BACK + timedelta(days=1))
    sweep(world)
    with world.database.read() as tx:
        assert thread_readings.waiting(tx) == 5


def test_what_a_start_holds_is_looked_for_below_what_people_talked_since(world: World) -> None:
    open_case(world.ctx)
    world.drain()
    backup = {"ts": None, "shown_version": 0, "is_due": True, "wanted_at": world.clock.now()}
    with world.database.write() as tx:
        tx.execute(sa.update(projections).values(backup))
    for number in range(450):
        world.gateway().post(DIGITS_ID, Message(f"Talk {number}."))
    catch_up.begin(world.ctx)
    assert sweep(world) == 0


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the block asks of the database."""
    texts: list[str] = []

    def note(_: Any, __: Any, text: str, *___: Any) -> None:
        texts.append(text)

    event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield texts
    finally:
        event.remove(sa.Engine, "before_cursor_execute", note)


def test_messages_that_show_what_is_wanted_cost_no_statement_each(world: World) -> None:
    for number in range(8):
        open_case(world.ctx, f"order-{number}")
    world.drain()
    world.look_again()
    with statements() as texts:
        world.read_histories()
    assert histories(world) == len(world.ctx.policy.channels)
    assert [text for text in texts if text.startswith("UPDATE projections")] == []
