"""The socket that servers listen on: what it refuses, and what it leaves behind."""

import gc
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

from bot.listener import PortTaken, listen
from bot.process.http_server import HttpServer
from bot.sandbox import Sandbox, SandboxConfig
from tests.patience import PATIENCE

REQUEST = b"GET /api/auth.test HTTP/1.1\r\nHost: x\r\n\r\n"
ROUNDS = 5


async def silent(_scope: object, _receive: object, _send: object) -> None:
    """An application that never answers."""


def local_slack() -> tuple[str, Callable[[], None]]:
    sandbox = Sandbox(SandboxConfig.default())
    sandbox.start()
    return sandbox.url, sandbox.stop


def web_server() -> tuple[str, Callable[[], None]]:
    server = HttpServer(silent, "127.0.0.1", 0)
    server.start()
    return server.url, server.stop


class Crowd:
    """Clients that go on connecting until nobody listens any more."""

    def __init__(self, url: str, words: bytes) -> None:
        self._port = int(url.rpartition(":")[2])
        self._words = words
        self._clients: list[socket.socket] = []
        self._is_large = threading.Event()
        self._threads = [threading.Thread(target=self._connect) for _ in range(3)]
        for thread in self._threads:
            thread.start()
        assert self._is_large.wait(PATIENCE)

    def _connect(self) -> None:
        with suppress(OSError):
            while True:
                client = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
                self._clients.append(client)
                client.sendall(self._words)
                if len(self._clients) > 20:
                    self._is_large.set()

    def leave(self) -> None:
        for thread in self._threads:
            thread.join(PATIENCE)
        for client in self._clients:
            client.close()


@pytest.mark.parametrize(("server", "words"), [(local_slack, b""), (local_slack, REQUEST), (web_server, b"")])
def test_a_server_that_stops_while_clients_connect_leaves_no_socket_open(
    server: Callable[[], tuple[str, Callable[[], None]]], words: bytes
) -> None:
    for _ in range(ROUNDS):
        url, stop = server()
        crowd = Crowd(url, words)
        stop()
        crowd.leave()

    gc.collect()  # a socket that was left open is a ResourceWarning, which fails the test


def test_a_port_that_something_listens_on_is_refused_by_its_number() -> None:
    with listen("127.0.0.1", 0, 1) as taken, pytest.raises(PortTaken, match=str(taken.getsockname()[1])):
        listen("127.0.0.1", taken.getsockname()[1], 1)
