"""Lets any request fail in the way that is switched on."""

import asyncio
import contextlib
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.connections import Connections
from bot.sandbox.faults import FaultKind, Faults, SlackFault
from bot.sandbox.stats import Stats

TRANSPORT_FAULTS: tuple[FaultKind, ...] = (
    "refused",
    "down",
    "time_out",
    "slow",
    "rate_limited",
    "server_error",
    "error",
    "accept_then_drop",
)


class FaultInjector:
    """Does a request's work, unless a fault prevents it or hides the answer."""

    def __init__(self, faults: Faults, stats: Stats, connections: Connections) -> None:
        self._faults = faults
        self._stats = stats
        self._connections = connections
        self._closing = asyncio.Event()

    def stop(self) -> None:
        """End every wait; call in the event loop."""
        self._closing.set()

    async def serve(
        self, request: Request, method: str, channel_id: str | None, work: Callable[[], Response]
    ) -> Response:
        """The answer of `work`, or of the first fault that concerns the call."""
        fault = self._faults.take(TRANSPORT_FAULTS, method, channel_id)
        if fault is None:
            return work()
        if fault.kind in ("time_out", "slow"):
            with contextlib.suppress(TimeoutError):  # a timer alone would hold the server up when it stops
                await asyncio.wait_for(self._closing.wait(), fault.seconds)
        response = work() if fault.kind in ("slow", "accept_then_drop") else self._refuse(fault)
        if fault.kind in ("time_out", "refused", "accept_then_drop") and request.client:
            self._connections.cut((request.client.host, request.client.port))
        return response

    def _refuse(self, fault: SlackFault) -> Response:
        codes = {"rate_limited": "ratelimited", "error": fault.error}
        code = codes.get(fault.kind, fault.kind)
        self._stats.rejected(code)
        if fault.kind == "rate_limited":
            headers = {"retry-after": str(fault.retry_after)}
            return JSONResponse({"ok": False, "error": code}, 429, headers)
        if fault.kind == "error":
            return JSONResponse({"ok": False, "error": code})
        return Response("The local Slack is told to fail.", 503 if fault.kind == "down" else 500)
