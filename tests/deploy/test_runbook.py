"""The runbook speaks only of what exists, and its commands for backups work."""

import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from bot.cli import COMMANDS
from storage.delivery import claimed_events
from storage.engine.database import Database
from tests.places import ROOT
from tests.worlds.postgres import Server

RUNBOOK = (ROOT / "deploy" / "runbook.md").read_text()
CODE = "\n".join(path.read_text() for path in sorted((ROOT / "bot").rglob("*.py")))
NAMED = re.compile(r"secondlook_([a-z_]+)")
IN_CONTAINER = re.compile(r"^docker compose exec -T database (pg_\w+) (.+) [<>] backup.dump$", re.MULTILINE)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BACKUP = re.compile(r'^python -c "(.+VACUUM.+)" secondlook.sqlite3 backup.sqlite3$', re.MULTILINE)


def exists(words: list[str]) -> bool:
    """Whether the words name a command, or a group and a command of it."""
    listed = COMMANDS.get(words[0])
    command = listed.load() if listed else None
    if isinstance(command, click.Group):
        return len(words) > 1 and words[1] in command.commands
    return command is not None


def test_every_command_it_names_exists() -> None:
    found = re.findall(r"(?:^|`|bot )secondlook ([a-z]+)(?: ([a-z]+))?", RUNBOOK, re.MULTILINE)
    named = {pair for pair in found if pair[0] not in {"backup"}}
    assert len(named) > 5
    assert [pair for pair in named if not exists([word for word in pair if word])] == []


def test_every_figure_it_names_is_counted() -> None:
    figures = {name.removesuffix("_total") for name in NAMED.findall(RUNBOOK)}
    assert len(figures) > 4
    assert [name for name in figures if f'"{name}"' not in CODE and f'"secondlook_{name}"' not in CODE] == []


def test_every_variable_it_names_is_in_the_example() -> None:
    example = (ROOT / "deploy" / "env.example").read_text()
    named = set(re.findall(r"`((?:SECONDLOOK|SLACK|POSTGRES)_[A-Z_]+)`", RUNBOOK))
    assert named
    assert [name for name in named if name not in example] == []


def test_the_sqlite_backup_holds_what_is_only_in_the_log_yet(tmp_path: Path, sqlite_url: str) -> None:
    database = Database(sqlite_url)
    source, target = Path(sqlite_url.removeprefix("sqlite:///")), tmp_path / "backup.sqlite3"
    with sqlite3.connect(source) as writer:
        writer.execute("INSERT INTO events (key, claimed_at) VALUES ('kept', 1)")
        writer.commit()
        (program,) = BACKUP.findall(RUNBOOK)
        subprocess.run([sys.executable, "-c", program, str(source), str(target)], check=True)
    writer.close()
    database.dispose()
    with sqlite3.connect(target) as backup:
        assert backup.execute("SELECT key FROM events").fetchall() == [("kept",)]
    backup.close()


def claim(database: Database, key: str) -> bool:
    with database.write() as tx:
        return claimed_events.claim(tx, key, NOON)


def test_the_postgresql_backup_can_be_restored_over_what_came_later(
    postgres_server: Server, postgres_url: str, tmp_path: Path
) -> None:
    commands = dict(IN_CONTAINER.findall(RUNBOOK))
    name = urlsplit(postgres_url).path.removeprefix("/")
    backup = tmp_path / "backup.dump"

    def run(program: str, **streams: Any) -> None:
        words = commands[program].replace("--username secondlook", "--username postgres").split()
        where = ["--host", "127.0.0.1", "--port", str(postgres_server.port)]
        arguments = [name if word == "secondlook" else word for word in words]
        subprocess.run([postgres_server.binaries / program, *where, *arguments], check=True, **streams)

    database = Database(postgres_url)
    assert claim(database, "before")
    with backup.open("wb") as taken:
        run("pg_dump", stdout=taken)
    assert claim(database, "after")
    database.dispose()
    with backup.open("rb") as given:
        run("pg_restore", stdin=given)
    assert (claim(database, "before"), claim(database, "after")) == (False, True)
    database.dispose()
