"""The world of each story: by default over Socket Mode on SQLite and over signed HTTP on PostgreSQL."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zlib import crc32

import pytest

from bot.delivery.sender.durations import Tempo
from tests.scenarios.world import AT_ONCE, POLICY, World, running_world
from tests.worlds.clocks import MONDAY

DATABASES = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}
DIAGONAL = ("socket-sqlite", "http-postgresql")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of its two worlds a story has one every day, half of the stories each, and the other among the long."""
    for item in items:
        if isinstance(item, pytest.Function) and item.path.is_relative_to(Path(__file__).parent):
            own = [marker for marker in item.iter_markers("parametrize") if marker.args[0] == "world"]
            world = item.callspec.params.get("world") if hasattr(item, "callspec") else None
            if world and not own and world != DIAGONAL[crc32(item.originalname.encode()) % 2]:
                item.add_marker(pytest.mark.long)


@pytest.fixture
def policy_text() -> str:
    """The policy; a story with another one overrides this fixture (`$callback_url` is filled in)."""
    return POLICY


@pytest.fixture
def start() -> datetime:
    """When the story begins; a story with another moment overrides this fixture."""
    return MONDAY


@pytest.fixture
def tempo() -> Tempo:
    """How fast Slack is called: without pause; a story about pace overrides this fixture."""
    return AT_ONCE


@pytest.fixture(params=DIAGONAL)
def world(request: pytest.FixtureRequest, policy_text: str, start: datetime, tempo: Tempo) -> Iterator[World]:
    """A running world; a story that has to hold everywhere takes all of `EVERYWHERE`."""
    transport, _, database = request.param.partition("-")
    url: str = request.getfixturevalue(DATABASES[database])
    is_socket = transport == "socket"
    with running_world(url, is_socket=is_socket, policy_text=policy_text, start=start, tempo=tempo) as made:
        yield made
