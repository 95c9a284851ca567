"""A callback endpoint on loopback that misbehaves on request."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Received:
    """One request as it arrived."""

    headers: dict[str, str]
    body: bytes


Behavior = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Receiver:
    """Answers each request by the first of `script`, the last one for ever."""

    url: str = ""
    script: list[Behavior] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    def next_behavior(self) -> Behavior:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


def answers(status: int, body: bytes = b"", **headers: str) -> Behavior:
    """Answers `status`."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return act


def drips_headers(handler: BaseHTTPRequestHandler) -> None:
    """Sends a byte of a head that never ends, often enough for a time-out per byte never to strike."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
    while True:
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.02)


def endless_body(status: int, **headers: str) -> Behavior:
    """Answers `status` with a body that never ends."""

    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 4096)

    return act


def hangs(handler: BaseHTTPRequestHandler) -> None:
    """Reads the request and says nothing."""
    handler.connection.recv(1)


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """Drops the connection instead of an answer."""
    handler.close_connection = True


@contextmanager
def receiving(*script: Behavior, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver on a free loopback port that acts by `script`, over TLS where it has a certificate."""
    receiver = Receiver(script=list(script) or [answers(200)])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append(Received({k.lower(): v for k, v in self.headers.items()}, body))
            try:
                receiver.next_behavior()(self)
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    scheme = "http" if tls is None else "https"
    receiver.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/callback"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
