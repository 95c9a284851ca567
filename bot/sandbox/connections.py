"""The sandbox's side of TCP connections: which can be cut, and which stay silent."""

import asyncio
from collections.abc import Callable

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

Address = tuple[str, int]


class Connections:
    """Knows the transport of each client address, so that a fault can cut it without an answer."""

    def __init__(self) -> None:
        self._transports: dict[Address, asyncio.Transport] = {}

    def opened(self, address: Address | None, transport: asyncio.Transport) -> None:
        """A client connected."""
        if address is not None:
            self._transports[address] = transport

    def closed(self, address: Address | None) -> None:
        """A client is gone."""
        if address is not None:
            self._transports.pop(address, None)

    def cut(self, address: Address | None) -> None:
        """Reset the client's connection."""
        transport = self._transports.pop(address, None) if address is not None else None
        if transport is not None:
            transport.abort()


def http_protocol(connections: Connections) -> type[H11Protocol]:
    """A protocol that reports its connections."""

    class CuttableProtocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
            super().connection_made(transport)
            connections.opened(self.client, transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.closed(self.client)
            super().connection_lost(exc)

    return CuttableProtocol


def socket_protocol(is_silent: Callable[[], bool]) -> type[WebSocketsSansIOProtocol]:
    """A WebSocket protocol that does not answer pings while `is_silent`."""

    class SilenceableProtocol(WebSocketsSansIOProtocol):
        def handle_ping(self) -> None:
            if is_silent():
                self.conn.data_to_send()  # takes the prepared pong away
            else:
                super().handle_ping()

    return SilenceableProtocol
