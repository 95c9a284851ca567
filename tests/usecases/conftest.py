"""Fixtures of the use cases' tests."""

import pytest

from storage.engine.database import Database
from tests.worlds.desk import World, make_world


@pytest.fixture
def world(database: Database) -> World:
    """A small world on each dialect."""
    return make_world(database)
