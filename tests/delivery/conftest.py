"""A world on each database, with a local Slack that has no pace of its own."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.sandbox import Sandbox, SandboxConfig
from storage.engine.database import Database
from tests.delivery.worlds import StillClock, World, context
from tests.patience import patient


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[Sandbox]:
    with Sandbox(replace(patient(SandboxConfig.default()), pace=0.0), clock) as running:
        yield running


@pytest.fixture
def world(database: Database, clock: StillClock, sandbox: Sandbox) -> World:
    return World(context(database, clock), clock, sandbox)
