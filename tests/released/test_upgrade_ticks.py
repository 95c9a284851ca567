"""What runs from time to time finds nothing to do on a released version's database that was not due."""

from collections import Counter
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.sandbox.messages import SlackMessage
from storage.engine.database import Database
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
        shown = _shown(world)
        world.start()
        _settle(world)
        world.advance(HOUR)
        _settle(world)

        more = _shown(world) - shown
        assert {place: count for place, count in more.items() if place in shown or count > 1} == {}
        assert _shown(world) >= shown
        assert set(messages) <= set(_read(upgraded_url, MESSAGES))
        assert {name: _read(upgraded_url, query) for name, query in IN_FORCE.items()} == before
        assert _dead(upgraded_url) == {**dead, "projections": []}  # its channel is archived: it waits


def test_dead_letters_are_sent_when_somebody_says_so(
    upgraded: World, upgraded_url: str, tmp_path: Any, monkeypatch: Any
) -> None:
    world, operator = upgraded, Operator(upgraded, tmp_path)
    monkeypatch.setattr("bot.commands.deliveries.SystemClock", lambda: world.clock)
    world.inbox.answer(200)
    world.slack.state.conversations["C0OLD"].is_archived = False
    letters = operator.dead_letters()
    assert len(letters) > sum(map(len, _dead(upgraded_url).values())) > 0

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
    """Wait until nothing is on its way but callbacks, and what waits for a repair in Slack."""
    query = "SELECT row_id FROM outbox WHERE is_pending AND kind <> 'callback'"
    waiting = "SELECT row_id FROM projections WHERE is_due AND held_since IS NULL"
    world.eventually(lambda: not _read(world.database_url, query) and not _read(world.database_url, waiting))
    assert world.slack.wait_idle()


def _shown(world: World) -> Counter[tuple[str, str]]:
    """How often the bot's messages stand in each channel: of cases by case, others by their words."""
    with world.slack.state.reading() as state:
        messages = [post for chat in state.conversations.values() for post in chat.messages.values()]
    ours = [post for post in messages if post.bot_id and post.ephemeral_to is None and not post.is_reply]
    return Counter((post.channel_id, _case_of(post) or post.text) for post in ours)


def _case_of(message: SlackMessage) -> str:
    return str(((message.metadata or {}).get("event_payload") or {}).get("case_id", ""))


def _dead(url: str) -> dict[str, Any]:
    return {table: _read(url, DEAD.format(table=table, id=name)) for table, name in LETTERS.items()}


def _read(url: str, query: str) -> list[tuple[Any, ...]]:
    database = Database(url)
    with database.read() as tx:
        rows = [tuple(row) for row in tx.execute(sa.text(query))]
    database.dispose()
    return rows
