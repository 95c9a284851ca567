"""Socket Mode: connections of the app, each payload to exactly one of them."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.errors import DispatchFailed, NotConnected
from bot.sandbox.faults import Faults
from bot.sandbox.json_types import JsonObject

MOST_CONNECTIONS = 10
POLICY_VIOLATION = 1008
GOING_AWAY = 1001


@dataclass(eq=False)
class _Connection:
    socket: WebSocket
    pending: dict[str, asyncio.Future[JsonObject]] = field(default_factory=dict)


class Sockets:
    """The open connections; all methods but `issue_ticket` and `count` run in the sandbox's event loop."""

    def __init__(self, app_id: str, faults: Faults, on_change: Callable[[str], None]) -> None:
        self._app_id = app_id
        self._on_change = on_change
        self._faults = faults
        self._tickets: set[str] = set()
        self._connections: list[_Connection] = []
        self._next = 0

    @property
    def count(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def issue_ticket(self) -> str:
        """A ticket that opens a connection once."""
        ticket = secrets.token_urlsafe(18)
        self._tickets.add(ticket)
        return ticket

    def is_silent(self) -> bool:
        """Whether the fault `socket_silent` is on."""
        return any(fault.kind == "socket_silent" for fault in self._faults.active())

    async def serve(self, socket: WebSocket) -> None:
        """Greet a connection and read its acknowledgments until it ends."""
        ticket = socket.path_params["ticket"]
        if ticket not in self._tickets or self._faults.take(("socket_refuse",)) is not None:
            await socket.close(POLICY_VIOLATION)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        if self.count >= MOST_CONNECTIONS:
            await self._part(socket, "too_many_websockets")
            return
        await self._converse(_Connection(socket))

    async def _converse(self, connection: _Connection) -> None:
        self._connections.append(connection)
        try:
            await connection.socket.send_text(json.dumps(self._hello()))
            self._on_change("connection")
            while True:
                self._acknowledge(connection, await connection.socket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            self._forget(connection)

    def _hello(self) -> JsonObject:
        return {
            "type": "hello",
            "num_connections": self.count,
            "debug_info": {"host": "local", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }

    def _acknowledge(self, connection: _Connection, text: str) -> None:
        if self.is_silent():
            return
        try:
            answer = json.loads(text)
        except ValueError:
            return
        envelope_id = answer.get("envelope_id") if isinstance(answer, dict) else None
        waiting = connection.pending.pop(str(envelope_id), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer.get("payload") or {})

    def _forget(self, connection: _Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
            self._on_change("connection")
        for waiting in connection.pending.values():
            if not waiting.done():
                waiting.set_exception(DispatchFailed("dispatch_failed", "The connection ended."))

    async def deliver(self, kind: str, payload: JsonObject, seconds: float, **more: Any) -> JsonObject:
        """Send an envelope to one connection and wait for its acknowledgment's payload.

        Raises NotConnected, TimeoutError, or DispatchFailed when the connection ends meanwhile.
        """
        if not self._connections:
            raise NotConnected
        self._next += 1
        connection = self._connections[self._next % len(self._connections)]
        envelope_id = secrets.token_hex(16)
        envelope = {"type": kind, "envelope_id": envelope_id, "payload": payload, **more}
        waiting = connection.pending[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            if not self.is_silent():
                await connection.socket.send_text(json.dumps(envelope))
            return await asyncio.wait_for(waiting, seconds)
        except (WebSocketDisconnect, RuntimeError) as gone:
            raise DispatchFailed("dispatch_failed", "The connection ended.") from gone
        finally:
            connection.pending.pop(envelope_id, None)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to go and connect anew, as Slack does every few hours."""
        for connection in list(self._connections):
            await self._part(connection.socket, reason)
            self._forget(connection)

    async def drop(self) -> None:
        """Close every connection without a word, as a failing network does."""
        for connection in list(self._connections):
            await connection.socket.close(GOING_AWAY)
            self._forget(connection)

    async def _part(self, socket: WebSocket, reason: str) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await socket.send_text(json.dumps({"type": "disconnect", "reason": reason, "debug_info": {}}))
            await socket.close(GOING_AWAY)
