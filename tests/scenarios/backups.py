"""Backing a world's database up, and putting the backup in its place."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.scenarios.world import World
from tests.worlds import postgres


@dataclass(frozen=True)
class Backup:
    """A copy of a stopped world's database; `server` where that is PostgreSQL."""

    world: World
    copy: str
    server: postgres.Server | None

    def restore(self) -> None:
        """Put the copy in the database's place; the world must be stopped."""
        if self.server is None:
            path = _file(self.world)
            for suffix in ("-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            shutil.copyfile(self.copy, path)
        else:
            name = _name(self.world)
            self.server.execute(f"DROP DATABASE {name} WITH (FORCE)")
            self.server.execute(f"CREATE DATABASE {name} TEMPLATE {self.copy} STRATEGY FILE_COPY")


def back_up(world: World, server: postgres.Server | None) -> Backup:
    """Copy the database of a stopped world."""
    if server is None:
        path = _file(world)
        copy = path.with_name("backup.sqlite3")
        assert not path.with_name(path.name + "-wal").exists(), "it was not closed"
        shutil.copyfile(path, copy)
        return Backup(world, str(copy), None)
    copy_name = f"{_name(world)}_backup"
    server.execute(f"CREATE DATABASE {copy_name} TEMPLATE {_name(world)} STRATEGY FILE_COPY")
    return Backup(world, copy_name, server)


def _file(world: World) -> Path:
    return Path(world.database_url.removeprefix("sqlite:///"))


def _name(world: World) -> str:
    return urlsplit(world.database_url).path.removeprefix("/")
