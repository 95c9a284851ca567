"""Each recorded version on each database, restored and migrated once for a worker and copied for a test."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from uuid import uuid4

import pytest

from tests.released.restoring import migrate, restored, taken_up
from tests.released.versions import DIALECTS, VERSIONS, Version
from tests.scenarios.world import World
from tests.worlds.postgres import Server, fresh_database

Copies = Callable[[Version, str], AbstractContextManager[str]]
RECORDED = [
    pytest.param((version, name), id=f"{version.name}-{name}") for version in VERSIONS for name in DIALECTS
]


@dataclass
class Originals:
    """Migrated databases of one dialect, restored when they are first needed, to be copied."""

    dialect: str
    folder: Path
    server: Server | None
    stack: ExitStack
    urls: dict[str, str] = field(default_factory=dict)

    def copy(self, version: Version) -> AbstractContextManager[str]:
        """A copy of the version's."""
        if version.name not in self.urls:
            url = self.stack.enter_context(restored(version, self.dialect, self.folder, self.server))
            migrate(url)
            self.urls[version.name] = url
        return _copy(self.urls[version.name], self.folder, self.server)


@pytest.fixture(scope="session")
def sqlite_originals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Originals]:
    """Those on SQLite."""
    with ExitStack() as stack:
        yield Originals("sqlite", tmp_path_factory.mktemp("released"), None, stack)


@pytest.fixture(scope="session")
def postgresql_originals(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Server
) -> Iterator[Originals]:
    """Those on PostgreSQL, dropped before their server stops."""
    with ExitStack() as stack:
        yield Originals("postgresql", tmp_path_factory.mktemp("released"), postgres_server, stack)


@pytest.fixture(scope="session")
def copies(request: pytest.FixtureRequest) -> Copies:
    """Makes copies of a version's migrated database."""

    def copy(version: Version, dialect: str) -> AbstractContextManager[str]:
        originals: Originals = request.getfixturevalue(f"{dialect}_originals")
        return originals.copy(version)

    return copy


@contextmanager
def _copy(original: str, folder: Path, server: Server | None) -> Iterator[str]:
    name = f"copy_{uuid4().hex}"
    if server is None:
        path = folder / f"{name}.sqlite3"
        copyfile(original.removeprefix("sqlite:///"), path)
        yield f"sqlite:///{path}"
    else:
        template = original.rpartition("/")[2].partition("?")[0]
        with fresh_database(server, name, template) as url:
            yield url


@pytest.fixture(params=RECORDED)
def recorded(request: pytest.FixtureRequest) -> tuple[Version, str]:
    """A recorded version and the name of a database."""
    recorded: tuple[Version, str] = request.param
    return recorded


@pytest.fixture
def upgraded_url(recorded: tuple[Version, str], copies: Copies) -> Iterator[str]:
    """The address of the version's database, migrated to the newest schema; the test's own."""
    with copies(*recorded) as url:
        yield url


@pytest.fixture
def upgraded(recorded: tuple[Version, str], upgraded_url: str) -> Iterator[World]:
    """The version's bank on its migrated database at the moment of recording, its application running."""
    with taken_up(*recorded, upgraded_url) as world:
        world.start()
        yield world
