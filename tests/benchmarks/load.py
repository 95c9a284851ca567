"""Posts requests that were signed beforehand, over many connections, and notes how long each answer took."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.http.shop import case, sign

END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True)
class Load:
    """What a run showed: answers per second, and each answer's time in seconds, ascending."""

    rate: float
    times: tuple[float, ...]

    def quantile(self, share: float) -> float:
        """The time that this share of the answers stayed under, in milliseconds."""
        return self.times[min(len(self.times) - 1, int(share * len(self.times)))] * 1000


def requests(prefix: str, count: int) -> list[bytes]:
    """Whole signed requests with bodies of about 1.5 KB, as bytes."""
    return [_request(f"{prefix}-{number}") for number in range(count)]


def post_all(port: int, made: list[bytes], connections: int) -> Load:
    """Send every request once; raises RuntimeError for an answer other than 202."""
    return asyncio.run(_post_all(port, made, connections))


def _body(external_id: str) -> dict[str, Any]:
    fields = {f"field {number}": "x" * 40 for number in range(12)} | {"amount": 499.0}
    return case(external_id, input={"text": "Two payments within a minute. " * 15, "fields": fields})


def _request(external_id: str) -> bytes:
    body = json.dumps(_body(external_id)).encode()
    headers = {
        "host": "x",
        "content-type": "application/json",
        "content-length": str(len(body)),
        **sign(body),
    }
    head = "\r\n".join(["POST /v1/cases HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())])
    return head.encode() + END_OF_HEAD + body


async def _post_all(port: int, made: list[bytes], connections: int) -> Load:
    waiting = iter(made)
    times: list[float] = []
    started = time.perf_counter()
    await asyncio.gather(*(_connection(port, waiting, times) for _ in range(connections)))
    return Load(len(made) / (time.perf_counter() - started), tuple(sorted(times)))


async def _connection(port: int, waiting: Iterator[bytes], times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in waiting:
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(END_OF_HEAD)
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        answer = await reader.readexactly(length)
        times.append(time.perf_counter() - started)
        if b" 202 " not in head[:13]:
            raise RuntimeError(f"not stored: {head[:40]!r} {answer[:200]!r}")
    writer.close()
    await writer.wait_closed()
