"""Counts every request and writes a structured line for it."""

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.http.metrics import Metrics
from bot.http.problems import RequestFault, json_response, problem
from bot.log import line_of

log = structlog.get_logger()
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NOTES = "secondlook.notes"
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
CLIENT_GONE = 499
FAILED = problem([RequestFault((), "this went wrong on our side, and is on record", "internal")])


def note(scope: Scope, **facts: object) -> None:
    """Add facts to the request's line: names and ids, never what was posted."""
    scope.setdefault(NOTES, {}).update(facts)


class AccessLog:
    """ASGI middleware: counts and logs by route template, so that no caller can invent a label."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer through the application, then count and log."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[NOTES] = {}
        started = time.monotonic()
        status = CLIENT_GONE

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 - a request's outermost frame: the line says only where
            log.error("http.failed", error=type(error).__name__, at_line=line_of(error))  # noqa: TRY400
            if status == CLIENT_GONE:  # nothing was sent yet; after a first byte no other answer can follow
                await json_response(500, FAILED)(scope, receive, sending)
        finally:
            self._record(scope, status, time.monotonic() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        # The template, not the address: each made-up address would be another label that is kept for ever.
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.answered(method, route, status, seconds)
        if route not in QUIET:
            took_ms = round(seconds * 1000, 1)
            log.info(
                "http.answered", method=method, route=route, status=status, took_ms=took_ms, **scope[NOTES]
            )
