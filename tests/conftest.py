"""What tests of every part share: a database of each dialect, migrated and empty."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from hypothesis import HealthCheck, settings

from storage.engine.database import Database
from tests.patience import PATIENCE
from tests.worlds import caches, memory, postgres, process_state

HANGING = 10
"""Whoever takes as many times our patience hangs, and names itself."""
settings.register_profile("facts", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("facts")  # no test asserts on the wall clock, and machines are small and noisy


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Spare the machine work: thousands of applications and databases come and go."""
    _keep_bytecode(config)
    if config.option.timeout is None:
        config.option.timeout = HANGING * PATIENCE
    if (folder := memory.folder()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)  # where pytest makes its temporary folders
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads that wait for each other double the work
    caches.share()
    console = structlog.dev.ConsoleRenderer.get_active()
    console.exception_formatter = structlog.dev.plain_traceback  # drawing every local takes up to a minute
    gc.set_threshold(100_000, 50, 1_000)  # what is searched for garbage is mostly modules, which stay


def _keep_bytecode(config: pytest.Config) -> None:
    """Keep compiled modules in pytest's cache where the environment forbids them beside the sources.

    Without them every worker, and every process that a test starts, compiles thousands of modules anew.
    """
    if sys.dont_write_bytecode:
        folder = str(config.rootpath / ".pytest_cache" / "bytecode")
        sys.pycache_prefix, sys.dont_write_bytecode = folder, False
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(autouse=True)
def process_state_put_back() -> Iterator[None]:
    """No test inherits a log or blocked signals from another: `serve` sets both for its process."""
    with process_state.put_back():
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A server for this worker, started by the first test that needs it."""
    try:
        running = postgres.running()
        server = running.__enter__()
    except postgres.NoPostgres as reason:
        pytest.skip(f"PostgreSQL: {reason}")
    try:
        postgres.make_template(server)
        yield server
    finally:
        running.__exit__(None, None, None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that each test's own is copied from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    database.dispose()
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """The address of a migrated, empty SQLite file."""
    path = tmp_path / "secondlook.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    """The address of a migrated, empty PostgreSQL database."""
    with postgres.fresh_database(postgres_server, f"test_{uuid4().hex}") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty database, once for each dialect."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database, once for each dialect."""
    opened = Database(database_url)
    yield opened
    opened.dispose()
