"""What a webhook answer costs beside a bare FastAPI handler on the same database."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from storage.engine.database import Database
from tests.benchmarks.figure import Figure, at_most
from tests.benchmarks.load import Load, post_all, requests
from tests.worlds import postgres

ROUNDS = 5  # odd, so that one of them is the median
REQUESTS = 2_000
CONNECTIONS = (1, 32)
MOST_TIMES = 3.0
Measure = Callable[[str, int, int, int], Figure]


@dataclass(frozen=True)
class _Round:
    """Both under the same requests, one after the other."""

    bare: Load
    webhook: Load

    @property
    def ratio(self) -> float:
        """How many times a bare answer one of ours costs."""
        return self.bare.rate / self.webhook.rate


@contextmanager
def served(kind: str, url: str) -> Iterator[int]:
    """The port of one of the servers, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.server", kind, url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield int(process.stdout.readline())
        process.stdin.close()


def measure() -> Iterator[Figure]:
    """The cost on SQLite, and on PostgreSQL where it can be started."""
    yield from beside("bare", _figure)


def beside(kind: str, figure: Measure) -> Iterator[Figure]:
    """Each figure of the server `kind` beside the webhook's, on databases of their own.

    `figure` gets the dialect's name, both ports and how many requests are under way at once.
    """
    kinds = (kind, "webhook")
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{Path(folder)}/{name}.sqlite3" for name in kinds]
        yield from _figures("SQLite", kinds, urls, figure)
    try:
        with postgres.running(postgres.SAFE) as server:
            names = [f"{name}_{uuid4().hex[:8]}" for name in kinds]
            for name in names:
                server.execute(f"CREATE DATABASE {name}")
            yield from _figures("PostgreSQL", kinds, [server.url(name) for name in names], figure)
    except postgres.NoPostgres as reason:
        print(f"     PostgreSQL left out: {reason}")


def _figures(
    dialect: str,
    kinds: tuple[str, str],
    urls: list[str],
    figure: Measure,
) -> Iterator[Figure]:
    for url in urls:
        database = Database(url)
        database.upgrade()
        database.dispose()
    with served(kinds[0], urls[0]) as other, served(kinds[1], urls[1]) as webhook:
        for port in (other, webhook):
            post_all(port, requests("warm", 200), 8)
        for connections in CONNECTIONS:
            yield figure(dialect, other, webhook, connections)


def _figure(dialect: str, bare: int, webhook: int, connections: int) -> Figure:
    """The round with the median ratio; the two take turns, so that a busy machine slows both."""
    count = REQUESTS if connections > 1 else REQUESTS // 4
    rounds = []
    for number in range(ROUNDS):
        ours = requests(f"{connections}-{number}", count)
        rounds.append(_Round(post_all(bare, ours, connections), post_all(webhook, ours, connections)))
    chosen = sorted(rounds, key=lambda one: one.ratio)[ROUNDS // 2]
    name = f"webhook answer / bare handler, {dialect}, {connections} at once"
    shown = f"bare {_shown(chosen.bare)}; webhook {_shown(chosen.webhook)}"
    return at_most(name, chosen.ratio, MOST_TIMES, "x", shown)


def _shown(load: Load) -> str:
    return f"{load.rate:.0f}/s p99 {load.quantile(0.99):.0f} ms"
