"""Builds the webhook API: plain routes for what services post, FastAPI's for the rest."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from importlib import metadata
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import request_response

from bot.http import case_reads, fault_words, health, openapi, problems, report_reads
from bot.http.access_log import AccessLog
from bot.http.batch_writer import Refuses, Writer
from bot.http.body_limits import BodyReader
from bot.http.case_answers import first_answer
from bot.http.case_parser import Parser
from bot.http.case_posts import Door
from bot.http.head_requests import HeadAsGet
from bot.http.health import PolicyState, ReadPolicyState, ReadSlackState, SlackState
from bot.http.metrics import Metrics
from bot.http.rate_limit import Rates
from bot.http.signatures import Services
from bot.usecases.context import Context
from bot.usecases.intake.outcome import Outcome
from bot.usecases.intake.receive import Posting, receive_by_policy

DRAIN_SECONDS = 8.0
PlainEndpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class PlainRoute(APIRoute):
    """A route that FastAPI documents and Starlette serves: no parameters are solved, no model is filled."""

    def __init__(self, path: str, endpoint: PlainEndpoint, **documentation: Any) -> None:
        super().__init__(path, endpoint, **documentation)
        self.app = request_response(endpoint)


def slack_not_watched() -> SlackState:
    """The state of Slack where nobody watches it."""
    return SlackState(is_ok=True, detail="not watched")


def _policy_state(ctx: Context) -> PolicyState:
    """The state of the policy where no file is followed."""
    return PolicyState(is_ok=True, version=ctx.policy.version, detail="active")


def build_api(
    ctx: Context,
    services: Services,
    *,
    slack_state: ReadSlackState = slack_not_watched,
    policy_state: ReadPolicyState | None = None,
    metrics: Metrics | None = None,
    on_stored: Callable[[], None] = lambda: None,
    refuses: Refuses = lambda: None,
) -> FastAPI:
    """The webhook API as an ASGI application; its writer starts and drains with the application's lifespan.

    `on_stored` is called after each transaction that may have left something to deliver; while
    `refuses` gives a reason nothing is taken.
    """
    metrics = metrics or Metrics()
    writer = Writer(_receiver(ctx, metrics, on_stored), metrics.flushed, refuses=refuses)
    metrics.watch("intake_queue", "Requests that wait to be stored.", lambda: float(writer.queue_depth))
    health.watch(metrics, ctx)
    rates = Rates(partial(_per_minute, ctx))
    door = Door(services, Parser(ctx), rates, writer, BodyReader())
    app = FastAPIOffline(
        title="Second Look",
        version=metadata.version("secondlook"),
        lifespan=_lifespan(writer),
        redoc_url=None,
    )
    _add_plain_routes(app, door)
    # Not routers of their own: including one builds every model of it again at the first request.
    case_reads.add(app.router, ctx, services, rates)
    report_reads.add(app.router, ctx, services, rates)
    health.add(app.router, ctx, writer, metrics, slack_state, policy_state or partial(_policy_state, ctx))
    problems.install(app)
    app.add_exception_handler(RequestValidationError, fault_words.invalid_request)
    openapi.complete(app)
    app.add_middleware(AccessLog, metrics=metrics)
    # Added last, so outermost: routes and the log see a GET, and what HEAD answers cannot drift from it.
    app.add_middleware(HeadAsGet)
    return app


def _per_minute(ctx: Context, service: str) -> int:
    sender = ctx.policy.services.get(service)
    return sender.rate_per_minute if sender else 1  # it has just left the policy, and is refused next


def _add_plain_routes(app: FastAPI, door: Door) -> None:
    plain: dict[str, Any] = {"methods": ["POST"], "tags": ["Posting"], "route_class_override": PlainRoute}
    app.router.add_api_route("/v1/cases", door.post_case, **plain, **openapi.POST_CASE)
    app.router.add_api_route("/v1/cases/batch", door.post_batch, **plain, **openapi.POST_BATCH)


def _receiver(
    ctx: Context, metrics: Metrics, on_stored: Callable[[], None]
) -> Callable[[Sequence[Posting]], Sequence[Outcome]]:
    def stored(postings: Sequence[Posting]) -> Sequence[Outcome]:
        outcomes = receive_by_policy(ctx, postings, first_answer)
        metrics.stored(outcomes)
        on_stored()
        return outcomes

    return stored


def _lifespan(writer: Writer) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        writer.start()
        try:
            yield
        finally:
            # In a thread: those whose postings wait are answered by the loop that would be waiting here.
            await run_in_threadpool(writer.close, DRAIN_SECONDS)

    return lifespan
