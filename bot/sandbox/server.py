"""Serves a local Slack in a thread of its own."""

import asyncio
import contextlib
import socket
import threading
import time
import webbrowser
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

import uvicorn

from bot.clock import Clock, SystemClock
from bot.listener import listen, take_no_more
from bot.sandbox.app import build_app
from bot.sandbox.config import SandboxConfig
from bot.sandbox.connections import http_protocol, socket_protocol
from bot.sandbox.delivery import Delivery
from bot.sandbox.errors import SandboxError
from bot.sandbox.faults import Faults
from bot.sandbox.json_types import JsonObject
from bot.sandbox.parts import Parts, build_parts
from bot.sandbox.state import WAIT_SECONDS, State
from bot.sandbox.workspace import Workspace

HOST = "127.0.0.1"
PATIENCE_SECONDS = 1.0


class NotRunning(SandboxError):
    """The local Slack is not running."""


class _Server(uvicorn.Server):
    """A uvicorn server that starts and stops at once and leaves signals alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stopping = asyncio.Event()

    async def main_loop(self) -> None:
        await self.stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await take_no_more(sockets or [])
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(set(self.server_state.tasks), timeout=PATIENCE_SECONDS)
        for connection in list(self.server_state.connections):
            if not connection.transport.is_closing():
                connection.transport.abort()  # a request that still runs would leave its socket open for ever
        await asyncio.sleep(0)
        for listener in sockets or []:
            listener.close()


class Sandbox:
    """A local Slack: `with Sandbox(config) as sandbox: ...`, or `start()` and `stop()`.

    `clock` gives the messages their `ts`; `monotonic` measures pace, trigger ids and response URLs.
    """

    def __init__(
        self,
        config: SandboxConfig,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.config = config
        self._listener = listen(HOST, config.port, 128)
        self.url = f"http://{HOST}:{self._listener.getsockname()[1]}"
        self._parts: Parts = build_parts(config, self.url, clock or SystemClock(), monotonic)
        self._thread = threading.Thread(target=self._run, name="local-slack", daemon=True)
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: _Server | None = None

    @property
    def state(self) -> State:
        """Everything it knows."""
        return self._parts.workspace.state

    @property
    def faults(self) -> Faults:
        """Troubles to switch on and off."""
        return self._parts.workspace.faults

    @property
    def workspace(self) -> Workspace:
        """The writers of the state: messages, membership, modals."""
        return self._parts.workspace

    @property
    def _delivery(self) -> Delivery:
        return self._parts.delivery

    @property
    def api_url(self) -> str:
        """What a WebClient takes as `base_url`."""
        return f"{self.url}/api/"

    @property
    def connection_count(self) -> int:
        """How many Socket Mode connections are open."""
        return self._parts.sockets.count

    def stats(self) -> JsonObject:
        """What `GET /control/stats` answers."""
        return self._parts.workspace.stats.snapshot()

    def wait_idle(self, timeout: float = WAIT_SECONDS) -> bool:
        """Block until no event is on its way to the app; False after `timeout` seconds."""
        return self._delivery.wait_idle(timeout)

    def wait_connected(self, count: int = 1, timeout: float = WAIT_SECONDS) -> bool:
        """Block until at least `count` Socket Mode connections are open; False after `timeout` seconds."""
        return self.state.wait_for(lambda _: self.connection_count >= count, timeout)

    def connect_url(self, url: str | None) -> None:
        """Send events and interactions to `url` from now on (None: to nobody); raises UrlNotVerified."""
        if url is not None:
            self._in_loop(lambda: self._delivery.verify_url(url))
        self._delivery.request_url = url

    def disconnect_sockets(self, reason: str = "refresh_requested") -> None:
        """Ask every Socket Mode connection to connect anew, and close it."""
        self._in_loop(lambda: self._parts.sockets.disconnect(reason))

    def drop_sockets(self) -> None:
        """Close every Socket Mode connection without a word, as a failing network does."""
        self._in_loop(self._parts.sockets.drop)

    def _in_loop(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if self._loop is None:
            raise NotRunning
        asyncio.run_coroutine_threadsafe(work(), self._loop).result(WAIT_SECONDS)

    def wait_stopped(self) -> None:
        """Block until another thread stops it."""
        self._thread.join()

    def start(self) -> None:
        """Serve; returns when the port answers."""
        self._thread.start()
        self._started.wait()  # it ends with the thread, too: no limit that a busy machine would pass
        if self._loop is None:
            raise NotRunning

    def stop(self) -> None:
        """End every connection and the thread; does nothing the second time."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._halt)
            self._thread.join(10)
            self._loop = None
        if not self._thread.is_alive():  # else it closes it at its end
            self._listener.close()

    def _halt(self) -> None:
        self._parts.stream.stop()
        self._parts.fault_injector.stop()
        self._delivery.stop()
        if self._server is not None:
            self._server.stopping.set()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._started.set()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = _Server(self._uvicorn_config())
        self._delivery.start(loop)
        self._parts.stream.start(loop)
        loop.call_soon(self._announce, loop)
        await self._server._serve([self._listener])  # serve() would capture signals

    def _announce(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._server is not None and self._server.started:
            self._loop = loop
            self._started.set()
        else:
            loop.call_soon(self._announce, loop)  # uvicorn tells nobody when it begins to serve

    def _uvicorn_config(self) -> uvicorn.Config:
        return uvicorn.Config(
            build_app(self._parts),
            http=http_protocol(self._parts.connections),
            ws=socket_protocol(self._parts.sockets.is_silent),
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=60,
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(
    config: SandboxConfig, open_browser: bool, on_ready: Callable[[Sandbox], None] | None = None
) -> None:
    """Serve a local Slack until interrupted (Ctrl+C), with its page in the browser if wanted.

    `on_ready` is called once it serves, for instance to print its address.
    """
    with Sandbox(config) as sandbox, contextlib.suppress(KeyboardInterrupt):
        if open_browser:
            webbrowser.open(sandbox.url)
        if on_ready is not None:
            on_ready(sandbox)
        sandbox.wait_stopped()
