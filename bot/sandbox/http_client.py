"""A signed HTTP request to the app, cancellable, without a thread."""

import asyncio
import hashlib
import hmac
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import h11

CHUNK = 65_536


@dataclass(frozen=True)
class HttpReply:
    """What the app answered; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def signature_headers(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """Slack's v0 signature: HMAC-SHA256 of `v0:{timestamp}:{raw body}`."""
    timestamp = str(int(now.timestamp()))
    basis = b"v0:" + timestamp.encode() + b":" + body
    digest = hmac.new(secret.encode(), basis, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": timestamp, "x-slack-signature": f"v0={digest}"}


async def post(url: str, body: bytes, headers: Mapping[str, str]) -> HttpReply:
    """POST `body`; raises OSError when the connection fails, ConnectionError when the answer breaks off."""
    parts = urlsplit(url)
    is_secure = parts.scheme == "https"
    context = ssl.create_default_context() if is_secure else None
    port = parts.port or (443 if is_secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=context)
    try:
        connection = h11.Connection(h11.CLIENT)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        request = h11.Request(method="POST", target=target, headers=_headers(parts.netloc, body, headers))
        for event in (request, h11.Data(data=body), h11.EndOfMessage()):
            writer.write(connection.send(event) or b"")
        await writer.drain()
        return await _read(connection, reader)
    except h11.RemoteProtocolError as broken:
        raise ConnectionError(str(broken)) from broken
    finally:
        writer.close()


def _headers(host: str, body: bytes, headers: Mapping[str, str]) -> list[tuple[str, str]]:
    fixed = {
        "host": host,
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "accept": "application/json,*/*",
        "content-length": str(len(body)),
        "connection": "close",
    }
    return [*fixed.items(), *headers.items()]


async def _read(connection: h11.Connection, reader: asyncio.StreamReader) -> HttpReply:
    status, headers, body = 0, dict[str, str](), b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(CHUNK))
        elif isinstance(event, h11.Response):
            status = event.status_code
            headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        else:
            return HttpReply(status, headers, body)
