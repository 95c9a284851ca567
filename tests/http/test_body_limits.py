"""Reading bodies: the clock and the memory that all of them share."""

import asyncio
from collections.abc import Sequence

import pytest
from starlette.requests import Request
from starlette.types import Message

from bot.http.body_limits import BodyReader
from bot.http.problems import RequestRefused


def request(chunks: Sequence[bytes], *, ends: bool = True) -> Request:
    """A request whose body arrives in these chunks, and then ends or hangs."""
    waiting = [*chunks]

    async def receive() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting) or not ends}
        return await asyncio.Future()

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


def read(reader: BodyReader, *args: Request, limit: int = 100) -> bytes:
    return asyncio.run(reader.read(args[0], limit))


def test_chunks_are_joined() -> None:
    assert read(BodyReader(), request([b"ab", b"", b"c"])) == b"abc"


def test_a_body_that_never_ends_times_out() -> None:
    with pytest.raises(RequestRefused) as caught:
        read(BodyReader(seconds=0.01), request([b"a"], ends=False))
    assert caught.value.status == 408


def test_all_unfinished_bodies_share_one_memory_and_give_it_back() -> None:
    reader = BodyReader(most_bytes=10)
    for _ in range(3):
        with pytest.raises(RequestRefused) as caught:
            read(reader, request([b"x" * 6, b"x" * 6]))
        assert (caught.value.status, caught.value.headers["retry-after"]) == (503, "1")
    assert read(reader, request([b"x" * 10])) == b"x" * 10
    with pytest.raises(RequestRefused):
        read(reader, request([b"x" * 8]), limit=7)
    assert read(reader, request([b"x" * 10])) == b"x" * 10
