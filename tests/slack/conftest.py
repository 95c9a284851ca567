"""Fixtures of the Slack side's tests."""

from collections.abc import Iterator

import pytest

from storage.engine.database import Database
from tests.slack.workspace import Workspace, make_workspace
from tests.worlds.desk import make_world


@pytest.fixture
def workspace(sqlite_url: str) -> Iterator[Workspace]:
    """A Bolt app over a small world."""
    database = Database(sqlite_url)
    yield make_workspace(make_world(database))
    database.dispose()
