"""What could not be delivered is counted, and told to the teams that it concerns, once a day."""

from datetime import timedelta
from typing import Any

import pytest

from bot.usecases.outgoing import CALLBACK, NEWS, NOTICE, News
from bot.usecases.repairs import undelivered, undelivered_news
from routing.policy import load_policy
from storage.delivery import holds, outbox, projections, slack_pace
from storage.delivery.outbox_item import Item
from storage.engine.database import Transaction
from tests.worlds.clocks import FRIDAY
from tests.worlds.desk import World
from tests.worlds.people import CHANNEL, CHANNEL_ID
from tests.worlds.policies import DESK

TEAMS = """
[teams.risk]
channel = "seniors"
timezone = "UTC"
tasks = ["fraud", "team"]
[teams.desk]
channel = "fraud"
timezone = "UTC"
tasks = ["fraud"]
"""
WHY = "Slack refuses this call, and will again until something is changed. (not_in_channel) Invite the bot."
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def led(world: World) -> World:
    """A world in which two teams read digests."""
    world.policy = load_policy(DESK + TEAMS, "policy.toml")
    return world


def hold(tx: Transaction, place: str = CHANNEL) -> None:
    holds.hold(tx, place, FRIDAY, WHY, 30 * SECOND, HOUR)


def bury(tx: Transaction, reason: str = "(invalid_charset) This is a defect; report it.") -> None:
    held = projections.claim(tx, "p1", FRIDAY, SECOND, timedelta(0))
    assert held is not None
    projections.bury(tx, held, reason)


def news(world: World) -> list[News]:
    with world.database.write() as tx:
        claims = outbox.claim(tx, {NEWS}, "test", world.clock.moment, SECOND, 100)
        for claim in claims:
            outbox.finish(tx, claim, world.clock.moment)
    return [News.from_payload(claim.item.payload) for claim in claims]


def bury_item(
    tx: Transaction, kind: str, payload: dict[str, Any], ordering_key: str | None, why: str
) -> None:
    outbox.add_many(tx, [Item(f"out_{kind}", kind, kind, payload, FRIDAY, ordering_key)])
    (held,) = outbox.claim(tx, {kind}, "p1", FRIDAY, SECOND, 1)
    outbox.bury(tx, held, why)


def test_a_reason_is_told_apart_from_its_code() -> None:
    assert undelivered.cause(WHY) == undelivered.Cause("not_in_channel", "Invite the bot.")
    assert undelivered.cause("Deleted 6 times.") == undelivered.Cause("", "Deleted 6 times.")


def test_both_kinds_are_counted(led: World) -> None:
    with led.database.read() as tx:
        assert undelivered.counts(tx) == undelivered.UndeliveredCounts(0, 0)
    for _ in range(3):
        led.open()
    with led.database.write() as tx:
        bury(tx)
        hold(tx)
        assert undelivered.counts(tx) == undelivered.UndeliveredCounts(dead=1, held=2)


def test_a_team_is_told_once_a_day_how_many_wait_and_for_what(led: World) -> None:
    for _ in range(12):
        led.open()
    with led.database.write() as tx:
        hold(tx)
    assert undelivered_news.tell_teams(led.ctx) == {}
    led.clock.sleep(2 * MINUTE)
    undelivered_news.tell_teams(led.ctx)
    undelivered_news.tell_teams(led.ctx)
    (told,) = news(led)
    assert told.team == "risk"
    assert told.sentence == "12 messages could not be shown in #fraud: Invite the bot."
    led.clock.sleep(timedelta(days=1))
    undelivered_news.tell_teams(led.ctx)
    assert len(news(led)) == 1


def test_a_team_whose_own_channel_is_refused_is_not_told_there(led: World) -> None:
    led.open()
    with led.database.write() as tx:
        hold(tx)
    led.clock.sleep(2 * MINUTE)
    assert undelivered_news.tell_teams(led.ctx) == {"causes": 2, "unreachable": 1}
    assert [told.team for told in news(led)] == ["risk"]


def test_what_was_given_up_is_told_with_the_way_back(led: World) -> None:
    led.open()
    led.open("team", "sales")
    with led.database.write() as tx:
        bury(tx)
        bury(tx)
    led.clock.sleep(2 * MINUTE)
    undelivered_news.tell_teams(led.ctx)
    told = {one.team: one for one in news(led)}
    assert "2 messages could not be shown in #fraud and will not be tried again" in told["risk"].sentence
    assert told["desk"].sentence.startswith("1 message could")
    assert "deliveries retry" in told["risk"].advice


def test_frozen_messages_are_told_as_what_they_are(led: World) -> None:
    case = led.open()
    led.post(case, "1.1")
    with led.database.write() as tx:
        projections.redraw(tx, case.case_id, FRIDAY)
        hold(tx, slack_pace.updates_of(CHANNEL_ID))
    led.clock.sleep(2 * MINUTE)
    undelivered_news.tell_teams(led.ctx)
    assert {one.sentence for one in news(led)} == {
        "1 message in #fraud could not be brought up to date: Invite the bot."
    }


def test_dead_notices_and_callbacks_are_told_to_the_teams_of_their_task(led: World) -> None:
    case = led.open("team", "sales")
    with led.database.write() as tx:
        bury_item(tx, NOTICE, {"case_ids": [case.case_id]}, None, "(user_not_found) Check the person's id.")
        bury_item(tx, CALLBACK, {}, case.case_id, "410 Gone")
    led.clock.sleep(2 * MINUTE)
    undelivered_news.tell_teams(led.ctx)
    assert [(one.team, one.sentence) for one in news(led)] == [
        ("risk", "1 callback could not be delivered: 410 Gone"),
        ("risk", "1 notice could not be delivered: Check the person's id."),
    ]


def test_old_deaths_are_no_news(led: World) -> None:
    led.open()
    with led.database.write() as tx:
        bury(tx)
    led.clock.sleep(timedelta(days=2))
    assert undelivered_news.tell_teams(led.ctx) == {}
