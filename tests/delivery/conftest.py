"""A world on each database, with a local Slack that has no pace of its own."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.sandbox import Sandbox, SandboxConfig
from storage.engine.database import Database
from tests.patience import patient
from tests.worlds.clocks import MONDAY, StillClock
from tests.worlds.delivery import World, delivering


@pytest.fixture
def clock() -> StillClock:
    return StillClock(MONDAY)


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[Sandbox]:
    with Sandbox(replace(patient(SandboxConfig.default()), pace=0.0), clock) as running:
        yield running


@pytest.fixture
def world(database: Database, clock: StillClock, sandbox: Sandbox) -> World:
    return World(delivering(database, clock), clock, sandbox)
