"""The socket that a server listens on, and its end: no small answer waits, no connection is left open."""

import asyncio
import socket
from collections.abc import Iterable

from bot.errors import BotError

# asyncio takes a connection in steps of its loop: task, transport, protocol.
LOOPS_OF_AN_ACCEPT = 4


class PortTaken(BotError):
    """The port is taken: stop what listens there, or choose another (`serve`: by SECONDLOOK_PORT)."""


def listen(host: str, port: int, backlog: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # asyncio leaves this off for a listener it has not made; without it every small answer waits 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTaken(f"({host} port {port}: {error.strerror})") from error
    listener.listen(backlog)
    return listener


async def take_no_more(listeners: Iterable[socket.socket]) -> None:
    """Accept nothing from now on, and return when what was accepted has its protocol.

    A server must not be closed before: its close lets asyncio drop a connection that is half accepted
    (`_attach` asserts that the server is open) without closing its socket.
    """
    loop = asyncio.get_running_loop()
    for listener in listeners:
        loop.remove_reader(listener)
    for _ in range(LOOPS_OF_AN_ACCEPT):
        await asyncio.sleep(0)
