"""Whole databases as SQL text, and back: schema, rows and how far the migrations came."""

import os
import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg

from tests.worlds.postgres import Server

_SERVERS_OWN = re.compile(
    r"^(--.*|\\(un)?restrict .*|SET (?!client_encoding|standard_conforming|check_function_bodies).*)$\n",
    re.MULTILINE,
)
"""What names the server that was dumped, or asks another one for what only this one has."""


def dump_sqlite(path: Path) -> str:
    """The database as SQL."""
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump()) + "\n"


def restore_sqlite(path: Path, text: str) -> None:
    """Make the database anew."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"PRAGMA synchronous=OFF;\n{text}")


def dump_postgres(server: Server, database: str) -> str:
    """The database as plain SQL that any server takes: no owners, no settings of this one."""
    command = (
        *(server.binaries / "pg_dump", "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=200"),
        *(f"--dbname={server.url(database)}",),
    )
    environment = os.environ | {"PGTZ": "UTC", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    head, rows, tail = _parts(done.stdout)
    return _SERVERS_OWN.sub("", head) + rows + _SERVERS_OWN.sub("", tail)


def _parts(text: str) -> tuple[str, str, str]:
    """What comes before the first row, the rows, and what comes after the last."""
    begins = text.index("INSERT INTO")
    ends = text.index(";\n", text.rindex("INSERT INTO")) + 2
    return text[:begins], text[begins:ends], text[ends:]


def restore_postgres(server: Server, database: str, text: str) -> None:
    """Fill the new database, which has to be empty."""
    with psycopg.connect(server.url(database), autocommit=True) as connection:
        connection.execute(text.encode())
