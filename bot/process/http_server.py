"""Serves an ASGI application from a thread of its own."""

import asyncio
import socket
import threading

import uvicorn
from starlette.types import ASGIApp

from bot.errors import BotError
from bot.listener import listen, take_no_more

START_SECONDS = 10.0
DRAIN_SECONDS = 5


class ServerFailed(BotError):
    """The web server did not start; the log says why."""


class _Server(uvicorn.Server):
    """A uvicorn server that leaves no connection behind."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await take_no_more(sockets or [])
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()  # it outlived the time to drain
        await asyncio.sleep(0)


class HttpServer:
    """uvicorn in a thread; port 0 takes a free one. Signals are the caller's business."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        # In the constructor: a port that is taken shows before a schema is migrated for nothing.
        self._listener = listen(host, port, 1024)
        address = self._listener.getsockname()
        self.port: int = address[1]
        self.url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{self.port}"  # noqa: S104
        config = uvicorn.Config(
            app,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._run, name="http-server", daemon=True)
        self._has_ended = threading.Event()

    def start(self) -> None:
        """Serve; returns when requests are answered. Raises ServerFailed."""
        self._thread.start()
        waited = 0.0
        while not self._server.started and waited < START_SECONDS and not self._has_ended.wait(0.01):
            waited += 0.01
        if not self._server.started:
            raise ServerFailed

    @property
    def is_serving(self) -> bool:
        """Whether requests are answered."""
        return self._server.started and not self._has_ended.is_set()

    def stop(self) -> None:
        """Take no more requests, answer those that came, and end."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(DRAIN_SECONDS + 5)
        if not self._thread.is_alive():  # else it closes it at its end
            self._listener.close()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._listener])
        finally:
            self._has_ended.set()
