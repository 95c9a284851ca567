"""What runs from time to time finds nothing to do on a released version's database that was not due."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from storage.database import Database
from tests.released.restoring import taken_up
from tests.released.versions import Version
from tests.scenarios.operating import Operator
from tests.scenarios.world import World

Recorded = tuple[Version, str]
IN_FORCE = {
    "certificates": "SELECT certificate_id, threshold FROM certificates"
    " WHERE certificate_id IS NOT NULL AND revoked_at IS NULL ORDER BY row_id",
    "calibrators": "SELECT task, model_name, model_version, sequence, version, is_used FROM calibrators"
    " ORDER BY row_id",
    "audit_shares": "SELECT task, tier, share FROM audit_shares ORDER BY row_id",
}
DEAD = "SELECT {id}, dead_reason FROM {table} WHERE dead_reason IS NOT NULL ORDER BY row_id"
LETTERS = {"projections": "projection_id", "outbox": "item_id"}
MESSAGES = "SELECT projection_id, channel_id, ts FROM projections WHERE ts IS NOT NULL ORDER BY row_id"
HOUR = timedelta(hours=1)


def test_an_hour_changes_nothing_in_force_and_posts_nothing_twice(
    recorded: Recorded, upgraded_url: str
) -> None:
    before = {name: _read(upgraded_url, query) for name, query in IN_FORCE.items()}
    dead, messages = _dead(upgraded_url), _read(upgraded_url, MESSAGES)
    assert all(before.values())
    assert all(dead.values())

    with taken_up(*recorded, upgraded_url) as world:
        held = _messages(world)
        world.start()
        _settle(world)
        world.inbox.answer(200)
        world.advance(HOUR)
        _settle(world)

        assert {name: _read(upgraded_url, query) for name, query in IN_FORCE.items()} == before
        assert _dead(upgraded_url) == dead
        assert set(messages) <= set(_read(upgraded_url, MESSAGES))
        posted = {place for place in _messages(world) - held if world_message(world, place).metadata}
        assert {_case_of(world, place) for place in posted} & {
            _case_of(world, place) for place in held
        } <= _escalated(world, posted)


def _escalated(world: World, posted: set[tuple[str, str]]) -> set[str]:
    """Cases whose new message stands in a channel that had none of it."""
    known = {(projection, channel) for projection, channel, _ in _read(world.database_url, MESSAGES)}
    assert len(known) == len(_read(world.database_url, MESSAGES))
    return {_case_of(world, place) for place in posted if place[0] == "C0LEADS"}


def world_message(world: World, place: tuple[str, str]) -> Any:
    """The message that stands there."""
    channel, ts = place
    return world.slack.state.conversations[channel].messages[ts]


def _case_of(world: World, place: tuple[str, str]) -> str:
    payload = (world_message(world, place).metadata or {}).get("event_payload") or {}
    return str(payload.get("case_id", place))


def test_dead_letters_are_sent_when_somebody_says_so(
    upgraded: World, upgraded_url: str, tmp_path: Any, monkeypatch: Any
) -> None:
    world, operator = upgraded, Operator(upgraded, tmp_path)
    monkeypatch.setattr("bot.commands.deliveries.SystemClock", lambda: world.clock)
    world.inbox.answer(200)
    world.slack.state.conversations["C0OLD"].is_archived = False
    letters = operator.dead_letters()
    assert len(letters) == sum(map(len, _dead(upgraded_url).values())) > 1

    for letter in letters:
        assert operator.run("deliveries", "retry", letter.split()[0]).exit_code == 0
    world.app.deliveries.wake()

    world.eventually(lambda: not any(_dead(upgraded_url).values()) and _is_sent(world, letters))
    assert operator.dead_letters() == []


def _is_sent(world: World, letters: list[str]) -> bool:
    ids = [letter.split()[0] for letter in letters]
    items, ours = (
        "SELECT item_id FROM outbox WHERE is_pending",
        "SELECT projection_id FROM projections WHERE ts IS NULL OR is_due",
    )
    waits = {row[0] for query in (items, ours) for row in _read(world.database_url, query)}
    return not waits & set(ids)


def _settle(world: World) -> None:
    """Wait until nothing is on its way but callbacks that the endpoint does not take."""
    query = "SELECT row_id FROM outbox WHERE is_pending AND kind <> 'callback'"
    waiting = "SELECT row_id FROM projections WHERE is_due"
    world.eventually(lambda: not _read(world.database_url, query) and not _read(world.database_url, waiting))
    assert world.slack.wait_idle()


def _messages(world: World) -> set[tuple[str, str]]:
    """Where every message of the bot's stands."""
    with world.slack.state.reading() as state:
        return {
            (channel, ts)
            for channel, one in state.conversations.items()
            for ts, message in one.messages.items()
            if message.bot_id and message.ephemeral_to is None and not message.is_reply
        }


def _dead(url: str) -> dict[str, Any]:
    return {table: _read(url, DEAD.format(table=table, id=name)) for table, name in LETTERS.items()}


def _read(url: str, query: str) -> list[tuple[Any, ...]]:
    database = Database(url)
    with database.read() as tx:
        found = [tuple(row) for row in tx.execute(sa.text(query))]
    database.dispose()
    return found
