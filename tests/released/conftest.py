"""Each recorded version on each database, restored and migrated once for a worker and copied for a test."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from shutil import copyfile
from uuid import uuid4

import pytest

from tests.postgres import Server, fresh_database
from tests.released.restoring import migrate, restored, taken_up
from tests.released.versions import DIALECTS, VERSIONS, Version
from tests.scenarios.world import World

Copies = Callable[[Version, str], AbstractContextManager[str]]
RECORDED = [
    pytest.param((version, name), id=f"{version.name}-{name}") for version in VERSIONS for name in DIALECTS
]


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Copies]:
    """Makes copies of migrated databases; what they are copied from is restored when it is first needed."""
    folder = tmp_path_factory.mktemp("released")
    originals: dict[tuple[str, str], str] = {}
    with ExitStack() as stack:

        @contextmanager
        def copy(version: Version, dialect: str) -> Iterator[str]:
            server = None if dialect == "sqlite" else request.getfixturevalue("postgres_server")
            key = version.name, dialect
            if key not in originals:
                originals[key] = stack.enter_context(restored(version, dialect, folder, server))
                migrate(originals[key])
            with _copy(originals[key], folder, server) as url:
                yield url

        yield copy


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
    found: tuple[Version, str] = request.param
    return found


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
