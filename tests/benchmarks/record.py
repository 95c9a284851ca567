"""What the seals of rows cost of a webhook answer: the same intake with and without them."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from storage.database import Database
from tests import postgres
from tests.benchmarks.figure import Figure, at_most
from tests.benchmarks.intake import CONNECTIONS, served
from tests.benchmarks.load import post_all, requests

ROUNDS = 8
REQUESTS = 1_200
MOST = 10.0  # per cent
KINDS = ("unsealed", "webhook")


def measure() -> Iterator[Figure]:
    """The share on SQLite, and on PostgreSQL where it can be started."""
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{Path(folder)}/{kind}.sqlite3" for kind in KINDS]
        yield from _figures("SQLite", *urls)
    try:
        with postgres.running(postgres.SAFE) as server:
            names = [f"{kind}_{uuid4().hex[:8]}" for kind in KINDS]
            for name in names:
                server.execute(f"CREATE DATABASE {name}")
            yield from _figures("PostgreSQL", *(server.url(name) for name in names))
    except postgres.NoPostgres as reason:
        print(f"     PostgreSQL left out: {reason}")


def _figures(dialect: str, unsealed_url: str, sealed_url: str) -> Iterator[Figure]:
    for url in (unsealed_url, sealed_url):
        database = Database(url)
        database.upgrade()
        database.dispose()
    with served("unsealed", unsealed_url) as unsealed, served("webhook", sealed_url) as sealed:
        for port in (unsealed, sealed):
            post_all(port, requests("warm", 200), 8)
        for connections in CONNECTIONS:
            yield _figure(dialect, unsealed, sealed, connections)


def _figure(dialect: str, unsealed: int, sealed: int, connections: int) -> Figure:
    """The fastest round of each: what else the machine does only ever slows one. They take turns."""
    count = REQUESTS if connections > 1 else REQUESTS // 4
    rates: dict[int, list[float]] = {unsealed: [], sealed: []}
    for number in range(ROUNDS):
        made = requests(f"{connections}-{number}", count)
        for port in (unsealed, sealed) if number % 2 else (sealed, unsealed):
            rates[port].append(post_all(port, made, connections).rate)
    without, whole = max(rates[unsealed]), max(rates[sealed])
    name = f"seals of a webhook answer, {dialect}, {connections} at once"
    shown = f"without {without:.0f}/s; with {whole:.0f}/s"
    return at_most(name, 100 * (1 - whole / without), MOST, "%", shown)
