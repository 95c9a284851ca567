"""Whether the process lives, whether it can work, and its figures."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from bot.http.batch_writer import Writer
from bot.http.health_shapes import Alive, Ready
from bot.http.metrics import Metrics
from bot.http.openapi import OPEN
from bot.http.problems import JsonObject, json_response
from bot.outages.database_health import waiting_words
from bot.usecases.context import Context
from bot.usecases.repairs.undelivered import UndeliveredCounts, counts
from storage.delivery import channel_readings, message_queue, outbox, thread_readings
from storage.engine import deadline
from storage.engine.database import Transaction
from storage.errors import DatabaseUnavailable, StorageError


@dataclass(frozen=True, slots=True)
class SlackState:
    """Whether Slack can be reached, and where not what to do about it."""

    is_ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class PolicyState:
    """Which policy is in force; `detail` says in words what keeps another from it, if anything does."""

    is_ok: bool
    version: str
    detail: str


ANSWER_SECONDS = 5.0
"""A probe without an answer takes the process for dead: it would be killed though it only waits."""
WAITING = ("oldest_undelivered_for", "channels_to_read", "threads_to_read", "dead_letters", "held_messages")
ReadSlackState = Callable[[], SlackState]
ReadPolicyState = Callable[[], PolicyState]
TAGS: list[str | Enum] = ["Running"]
METRICS_DOCUMENT: dict[str, Any] = {
    "tags": TAGS,
    "openapi_extra": OPEN,
    "responses": {
        200: {
            "description": "All figures in Prometheus' text format.",
            "content": {
                "text/plain": {"schema": {"type": "string"}, "example": "secondlook_intake_queue 0.0\n"}
            },
        }
    },
}
READY_DOCUMENT: dict[str, Any] = {
    "tags": TAGS,
    "openapi_extra": OPEN,
    "response_model": Ready,
    "responses": {503: {"model": Ready, "description": "The database or the intake is not there."}},
}


def add(
    router: APIRouter,
    ctx: Context,
    writer: Writer,
    metrics: Metrics,
    slack_state: ReadSlackState,
    policy_state: ReadPolicyState,
) -> None:
    """Add the routes for those who run the bot; unsigned, and telling nothing about cases."""

    @router.get("/", include_in_schema=False)
    def front_door() -> Response:
        """Whoever opens the bare address in a browser wants the API's page."""
        return RedirectResponse("/docs")

    @router.get("/healthz", tags=TAGS, response_model=Alive, openapi_extra=OPEN, summary="Is it alive?")
    def healthz() -> JsonObject:
        """Always 200 while the process answers."""
        # Of the process alone: a probe that asked the database would have every replica restarted with it.
        return {"status": "alive"}

    @router.get("/readyz", summary="Can it work?", **READY_DOCUMENT)
    def readyz() -> Response:
        """503 where cases cannot be taken.

        Trouble with Slack is told (`degraded`) but is no reason to refuse cases: they wait until it is back.
        So are dead letters and messages that wait for a repair, which is a person's work: see their numbers.
        A policy file that is refused is told, and the policy before it stays in force.
        """
        answer = readiness(ctx, writer, slack_state(), policy_state())
        return json_response(503 if answer["status"] == "unavailable" else 200, answer)

    @router.get("/metrics", response_class=Response, summary="Figures for Prometheus", **METRICS_DOCUMENT)
    def read_metrics() -> Response:
        """Requests, intake, predictions and deliveries."""
        return Response(metrics.exposition(), media_type=metrics.content_type)


def watch(metrics: Metrics, ctx: Context) -> None:
    """Add the figures of what could not be delivered; not a number while the database does not answer."""

    def reading(read: Callable[[UndeliveredCounts], int]) -> Callable[[], float]:
        def figure() -> float:
            try:
                with deadline.within(ANSWER_SECONDS), ctx.database.read() as tx:
                    return float(read(counts(tx)))
            except StorageError:
                # Not 0: a dashboard must not show that nothing is dead because nobody could look.
                return math.nan

        return figure

    dead = "Messages, notices and callbacks that were given up."
    metrics.watch("dead_letters", dead, reading(lambda undelivered: undelivered.dead))
    waiting = "Messages and notices that wait for a repair in Slack."
    metrics.watch("held_messages", waiting, reading(lambda undelivered: undelivered.held))


def readiness(ctx: Context, writer: Writer, slack: SlackState, policy: PolicyState) -> JsonObject:
    """What `/readyz` answers."""
    waits = writer.refuses()
    database, waiting = _unknown(waits) if waits else _database(ctx)
    is_working = database["is_ok"] and writer.is_open
    # Without Slack cases are taken and wait: to answer 503 would turn its outage into ours.
    status = ("ready" if slack.is_ok else "degraded") if is_working else "unavailable"
    return {
        "status": status,
        "database": database,
        "slack": {"is_ok": slack.is_ok, "detail": slack.detail},
        "policy": asdict(policy),
        **waiting,
    }


def undelivered_for(ctx: Context, tx: Transaction) -> float | None:
    """Seconds that the oldest undelivered message, notice or callback has waited; raises StorageError."""
    waiting = (outbox.oldest_undelivered_at(tx), message_queue.oldest_waiting_at(tx))
    moments: list[datetime] = [moment for moment in waiting if moment is not None]
    return max(0.0, (ctx.clock.now() - min(moments)).total_seconds()) if moments else None


def _database(ctx: Context) -> tuple[JsonObject, JsonObject]:
    """Whether the database answers, and what waits by it."""
    try:
        with deadline.within(ANSWER_SECONDS), ctx.database.read() as tx:
            undelivered, to_read = counts(tx), (channel_readings.waiting(tx), thread_readings.waiting(tx))
            waiting = (undelivered_for(ctx, tx), *to_read, undelivered.dead, undelivered.held)
    except StorageError as error:
        if isinstance(error, DatabaseUnavailable):
            return _unknown(waiting_words(error))
        return _unknown((type(error).__doc__ or "").strip())
    return {"is_ok": True, "detail": "answers"}, dict(zip(WAITING, waiting, strict=True))


def _unknown(detail: str) -> tuple[JsonObject, JsonObject]:
    return {"is_ok": False, "detail": detail}, dict.fromkeys(WAITING)
