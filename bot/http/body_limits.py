"""Reads a request's body inside limits of size and time, whatever its headers claim."""

import asyncio
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request

from bot.http.problems import RequestFault, RequestRefused, unavailable

MIB = 1024 * 1024
CASE_BYTES = MIB
BATCH_BYTES = 8 * MIB
READING_BYTES = 64 * MIB
BODY_SECONDS = 10.0

JSON = "application/json"
NDJSON = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})


class BodyReader:
    """Reads bodies, holding at most `most_bytes` of unfinished ones in memory at any moment."""

    def __init__(self, most_bytes: int = READING_BYTES, seconds: float = BODY_SECONDS) -> None:
        self._free = most_bytes
        self._seconds = seconds

    async def read(self, request: Request, limit: int) -> bytes:
        """The whole body; raises RequestRefused: 413 over `limit` bytes, 408 slow, 400 cut off, 503 busy."""
        announced = request.headers.get("content-length", "")
        is_number = announced.isascii() and announced.isdigit()
        if is_number and int(announced[:20]) > limit:  # cut: int() refuses thousands of digits
            raise _too_large(limit)
        try:
            # Of the whole body: a time-out between two chunks never ends a drip of bytes.
            async with asyncio.timeout(self._seconds):
                return await self._collect(request, limit)
        except TimeoutError:
            raise _fault(408, f"the body took longer than {self._seconds:g} s", "body_too_slow") from None
        except ClientDisconnect:
            raise _fault(400, "the connection ended before the body did", "body_cut_off") from None

    async def _collect(self, request: Request, limit: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        try:
            async for chunk in request.stream():
                size += len(chunk)  # no lock: only the event loop's thread gets here
                self._free -= len(chunk)
                if size > limit:
                    raise _too_large(limit)
                if self._free < 0:
                    raise unavailable("too many large requests at once: try again in a moment")
                chunks.append(chunk)
        finally:
            self._free += size
        return b"".join(chunks)


def media_type(headers: Mapping[str, str], allowed: frozenset[str]) -> str:
    """The body's media type; raises RequestRefused (415) unless it is `allowed`, as UTF-8, uncompressed."""
    # Refused: a few compressed bytes may unpack to gigabytes.
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise _unsupported("content-encoding", "send the body uncompressed")
    name, _, parameters = headers.get("content-type", "").partition(";")
    if name.strip().lower() not in allowed:
        raise _unsupported("content-type", f"send one of: {', '.join(sorted(allowed))}")
    charset = parameters.lower().replace('"', "").strip().removeprefix("charset=")
    if charset not in {"", "utf-8", "utf8"}:
        raise _unsupported("content-type", "send UTF-8")
    return name.strip().lower()


def _too_large(limit: int) -> RequestRefused:
    return _fault(413, f"the body is larger than {limit} bytes", "body_too_large")


def _unsupported(header: str, message: str) -> RequestRefused:
    return RequestRefused(415, RequestFault(("header", header), message, "unsupported_media_type"))


def _fault(status: int, message: str, code: str) -> RequestRefused:
    return RequestRefused(status, RequestFault(("body",), message, code))
