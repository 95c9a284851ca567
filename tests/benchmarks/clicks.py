"""How long a click takes to be acked while clicks and cases arrive at one process with SQLite."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from bot.slack.show.case_message import case_message
from storage.engine.database import Database
from tests.benchmarks.figure import Figure, at_most
from tests.benchmarks.load import END_OF_HEAD, Load, requests
from tests.slack.workspace import click_payload, signed
from tests.worlds.desk import World, make_world
from tests.worlds.people import ANN

SECONDS = 12
CLICKS_PER_SECOND = 50
CASES_PER_SECOND = 200
CONNECTIONS = 24


def _click(world: World, number: int) -> bytes:
    case = world.open("topic", "a")
    task = world.policy.task("topic")
    message = case_message(case, task, task.tiers[0], world.clock.now(), {}, version=1)
    payload = click_payload(message, "answer:0", ANN, None, f"{number}.1")
    body = urlencode({"payload": json.dumps(payload)})
    headers = {
        "host": "x",
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
        **signed(body),
    }
    head = "\r\n".join(
        ["POST /slack/events HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    )
    return head.encode() + END_OF_HEAD + body.encode()


async def _send(
    port: int, waiting: Iterator[tuple[float, bytes]], times: list[float], is_good: bytes
) -> None:
    """Send each request when it is due; its time counts from then, so that a queue shows."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for due, request in waiting:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        writer.write(request)
        head = await reader.readuntil(END_OF_HEAD)
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        await reader.readexactly(length)
        times.append(time.perf_counter() - due)
        if is_good not in head[:13]:
            raise RuntimeError(f"not taken: {head[:60]!r}")
    writer.close()
    await writer.wait_closed()


def _schedule(made: list[bytes], rate: int, start: float) -> Iterator[tuple[float, bytes]]:
    return ((start + number / rate, request) for number, request in enumerate(made))


async def _run(port: int, clicks: list[bytes], posted: list[bytes]) -> Load:
    start = time.perf_counter() + 0.5
    acked: list[float] = []
    stored: list[float] = []
    clicking = _schedule(clicks, CLICKS_PER_SECOND, start)
    posting = _schedule(posted, CASES_PER_SECOND, start)
    await asyncio.gather(
        *(_send(port, clicking, acked, b" 200 ") for _ in range(CONNECTIONS)),
        *(_send(port, posting, stored, b" 202 ") for _ in range(CONNECTIONS)),
    )
    return Load(len(acked) / (time.perf_counter() - start), tuple(sorted(acked)))


@contextmanager
def _served(url: str) -> Iterator[int]:
    command = [sys.executable, "-m", "tests.benchmarks.click_server", url]
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        yield int(server.stdout.readline())
    finally:
        server.stdin.close()
        server.wait(20)


def measure() -> list[Figure]:
    """The 99th percentile of the time to the ack, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'clicks.sqlite3'}"
        database = Database(url)
        database.upgrade()
        world = make_world(database)
        clicks = [_click(world, number) for number in range(SECONDS * CLICKS_PER_SECOND)]
        database.dispose()
        with _served(url) as port:
            load = asyncio.run(_run(port, clicks, requests("click", SECONDS * CASES_PER_SECOND)))
    detail = f"p50 {load.quantile(0.5):.1f} ms, {load.rate:.0f} clicks/s beside {CASES_PER_SECOND} cases/s"
    return [at_most("click acked, p99", load.quantile(0.99), 100, "ms", detail)]


if __name__ == "__main__":
    print("\n".join(figure.line() for figure in measure()))
