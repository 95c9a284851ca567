"""Lives through the recorded bank's story on one database, and takes down everything that is to be kept."""

import itertools
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.released.bank import Post, bank
from tests.released.record.cases import Story, begin, close_the_old_desk, end
from tests.released.record.situations import Situation, situations
from tests.released.record.tap import Tap, tapping
from tests.released.record.weeks import HOUR, WEEKS, pass_week
from tests.released.slack_state import kept
from tests.scenarios.inbox import Inbox
from tests.scenarios.world import World

JsonObject = dict[str, Any]
POLICY = Path(__file__).with_name("policy.toml").read_text(encoding="utf-8")
START = datetime(2026, 6, 1, 10, tzinfo=UTC)
"""A Monday, long enough ago for no clock of a machine to be behind the story's end."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What one database's bank left behind."""

    recorded_at: datetime
    callback_url: str
    draw_key: bytes
    dump: str
    slack: JsonObject
    posts: list[Post]
    callbacks: list[JsonObject]
    situations: list[Situation]


def record(database_url: str, dump: Callable[[], str], weeks: int = WEEKS) -> Recording:
    """Live through so many weeks; the payloads are taken down after the dump and change nothing in it."""
    with bank(database_url, POLICY, START) as world, tapping() as tap:
        _start(world, tap)
        story = Story(world)
        begin(story)
        for week in range(weeks):
            story.posts += pass_week(world, week)
            world.advance(HOUR)
        end(story)
        made = Recording(
            recorded_at=world.clock.now(),
            callback_url=world.inbox.url,
            draw_key=world.app.ctx.draw_key,
            dump=dump(),
            slack=kept(world.slack),
            posts=story.posts,
            callbacks=_of_each_kind(world.inbox),
            situations=list(situations(story, tap)),
        )
        acted = _rows(dump()) - _rows(made.dump)
        assert not acted, f"what was only to be heard was acted on: {acted}"
        return made


def _rows(dump: str) -> set[str]:
    """Its lines in no order: PostgreSQL moves rows that were written anew just as they were."""
    return {line.rstrip(",;") for line in dump.splitlines()}


def _start(world: World, tap: Tap) -> None:
    close_the_old_desk(world)
    numbers: defaultdict[str, itertools.count[int]] = defaultdict(lambda: itertools.count(1))
    # Ids of the real length that say the same on both databases, and that a dump can be packed with.
    with patch("bot.process.wiring.new_id", lambda prefix: f"{prefix}_{next(numbers[prefix]):032x}"):
        world.start()
    tap.target = f"{world.app.url}/slack/events"
    world.slack.connect_url(tap.url)


def _of_each_kind(inbox: Inbox) -> list[JsonObject]:
    """The first callback of each type, whole."""
    first: dict[str, JsonObject] = {}
    for received in inbox.receiver.received:  # their signatures are weeks old by now, or minutes
        kind = json.loads(received.body)["type"]
        first.setdefault(kind, {"type": kind, "body": received.body.decode()})
    return list(first.values())
