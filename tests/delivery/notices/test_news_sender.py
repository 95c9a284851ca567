"""News about a task appears once in the team's channel, with its examples, and marks its alarms as told."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.delivery.notices.news_message import Example, news_message
from bot.delivery.notices.news_sender import NewsSender
from bot.delivery.sender.attempts import Courier
from bot.sandbox import SlackFault
from bot.slack.api.gateway import SlackPermanent
from bot.slack.limits import message_violations
from bot.usecases.outgoing import NEWS, News
from storage import tables
from storage.cases import predictions
from storage.delivery import holds, outbox, slack_pace
from storage.delivery.outbox_item import Item
from storage.errors import DatabaseUnavailable, DataRefused
from storage.measured import alarms
from storage.measured.alarms import StoredAlarm
from tests.worlds.clocks import MONDAY
from tests.worlds.delivery import World, open_case
from tests.worlds.people import LEADS

TOLD = News(
    team="leads",
    sentence="fraud, tier standard: nothing is accepted without review any more.",
    details=("7 of 90 audited cases were wrong.",),
    advice="Look at the examples.",
    case_ids=("case_order-1", "case_unknown", "case_order-2"),
    alarm_keys=("a1",),
)


def queue(world: World, news: News = TOLD) -> None:
    with world.database.write() as tx:
        outbox.add_many(tx, [Item("out_n1", NEWS, "n1", news.to_payload(), world.clock.now())])


def deliver(world: World, courier: Courier | None = None, seconds: int = 120) -> None:
    sender = NewsSender(courier or world.courier(), "p1")
    for _ in range(seconds // 6):
        sender.step()
        world.clock.advance(timedelta(seconds=6))


def test_news_as_json_is_the_same_news() -> None:
    assert News.from_payload(TOLD.to_payload()) == TOLD


def test_news_appears_in_the_teams_channel_with_links_to_its_examples(world: World) -> None:
    open_case(world.ctx, "order-1")
    world.drain()
    open_case(world.ctx, "order-2")
    queue(world)
    deliver(world)
    (message,) = world.sandbox.state.conversations[LEADS].top_level()
    for words in (TOLD.sentence, *TOLD.details, TOLD.advice, "order-1: fraud, 71% sure, order-2: fraud"):
        assert words in message.text
    assert str(message.blocks).count("'link'") == 1
    assert "Input of order-1" not in f"{message.text} {message.blocks}"


def test_the_alarms_that_it_tells_are_noted_as_told(world: World) -> None:
    with world.database.write() as tx:
        for key in ("a1", "a2"):
            alarms.raise_once(tx, StoredAlarm(key, "error", "fraud", {}, MONDAY))
    queue(world)
    deliver(world)
    with world.database.read() as tx:
        found = alarms.since(tx, ["fraud"], MONDAY, MONDAY + timedelta(days=1))
    assert [one.told_at is not None for one in found] == [True, False]


def test_a_lost_answer_makes_no_second_message(world: World) -> None:
    queue(world)
    world.sandbox.faults.add(SlackFault("accept_then_drop", method="chat.postMessage", count=2))
    deliver(world)
    assert len(world.shown(LEADS)) == 1


def test_a_team_that_left_the_policy_is_told_nothing(world: World) -> None:
    queue(world)
    world.ctx.policy.teams.clear()
    deliver(world)
    assert world.shown(LEADS) == []
    with world.database.read() as tx:
        assert outbox.oldest_undelivered_at(tx) is None


def test_news_waits_for_its_turn_in_the_channel(world: World) -> None:
    queue(world)
    courier = world.courier()
    with world.database.write() as tx:
        slack_pace.open_many(tx, [LEADS])
        assert slack_pace.take(tx, LEADS, world.clock.now(), timedelta(seconds=1))
    sender = NewsSender(courier, "p1")
    assert sender.step()
    assert world.shown(LEADS) == []
    deliver(world, courier)
    assert len(world.shown(LEADS)) == 1


def test_news_waits_for_slack_and_for_its_channel(world: World) -> None:
    queue(world)
    fault = world.sandbox.faults.add(SlackFault("down"))
    deliver(world)
    world.sandbox.faults.clear(fault)
    leads, membership = world.sandbox.state.conversations[LEADS], world.sandbox.workspace.membership
    membership.archive(leads, "U0NADIA", is_archived=True)
    deliver(world, seconds=600)
    with world.database.read() as tx:
        (held,) = holds.items(tx, 10)
    assert "is_archived" in (held.last_error or "")
    membership.archive(leads, "U0NADIA", is_archived=False)
    world.clock.advance(timedelta(hours=1))
    deliver(world)
    assert len(world.shown(LEADS)) == 1


def test_news_waits_while_slack_refuses_the_token(world: World) -> None:
    queue(world)
    courier = world.courier()
    courier.health.refused(SlackPermanent("token_revoked", "Install the app again."))
    assert not NewsSender(courier, "p1").step()


def test_an_example_without_an_address_is_named_without(world: World) -> None:
    open_case(world.ctx, "order-1")
    world.drain()
    queue(world)
    world.sandbox.faults.add(SlackFault("down", method="chat.getPermalink"))
    deliver(world)
    (message,) = world.sandbox.state.conversations[LEADS].top_level()
    assert "order-1: fraud" in message.text
    assert "'link'" not in str(message.blocks)


def test_a_database_that_does_not_answer_leaves_the_news_for_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(world)
    with monkeypatch.context() as broken:
        broken.setattr(predictions, "get", unavailable)
        with pytest.raises(DatabaseUnavailable):
            NewsSender(world.courier(), "p1").step()
    deliver(world, seconds=600)
    assert len(world.shown(LEADS)) == 1


def test_news_that_the_database_refuses_are_tried_less_and_less_often(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(world)
    with monkeypatch.context() as broken:
        broken.setattr(predictions, "get", refused)
        NewsSender(world.courier(), "p1").step()
    with world.ctx.database.read() as tx:
        row = tx.execute(sa.select(tables.outbox)).one()
    assert (row.failures, row.owner) == (1, None)
    assert "DataRefused" in row.last_error


def refused(*of: object) -> None:
    raise DataRefused


def unavailable(*of: object) -> None:
    raise DatabaseUnavailable


@pytest.mark.parametrize("name", ["x", "é" * 75, "<!channel> & " * 60, "👩🏽‍⚕️" * 400, "שלום עולם"])
def test_all_news_is_inside_slacks_limits_and_pings_nobody(name: str) -> None:
    news = News("leads", name, (name,) * 60, name, ("c",), ())
    examples = [Example(name, "https://acme.slack.com/archives/C1/p1"), Example(name, None)]
    message = news_message(news, examples)
    assert message_violations(message.payload()) == ()
    assert "<!" not in message.text


def test_news_of_one_sentence_is_one_block() -> None:
    message = news_message(News("leads", "It happened."), [])
    assert message.text == "It happened."
    assert len(message.blocks) == 1
