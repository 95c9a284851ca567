"""The signed HTTP endpoint for Slack: verifies, checks, then dispatches off the event loop."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

import anyio.to_thread
import structlog
from anyio import CapacityLimiter
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.starlette.handler import to_starlette_response
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.slack.app import WORKERS
from bot.slack.hear.envelopes import PayloadRefused, read

log = structlog.get_logger()

PATH = "/slack/events"
LARGEST_BODY = 1 << 20


async def _body(request: Request) -> bytes | None:
    """The body; None if it is larger than 1 MiB: then it is not read to its end."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        # While it is read, before the signature: whoever is not Slack must not fill the memory first.
        if len(body) > LARGEST_BODY:
            return None
    return body


def _text(body: bytes) -> str | None:
    """What Slack sends is UTF-8; None for anything else."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_signed(verifier: SignatureVerifier, request: Request, body: str) -> bool:
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 15
    return is_number and signature.isascii() and verifier.is_valid(body, timestamp, signature)


class SlackDoor:
    """The route while the bot does not know yet who it is: Slack is asked to come again."""

    def __init__(self, path: str = PATH) -> None:
        self._opened: Route | None = None
        self.route = Route(path, self._answer, methods=["GET", "POST"])

    def open(self, app: App, signing_secret: str) -> None:
        """From now on what Slack sends is taken by `app`."""
        self._opened = slack_route(app, signing_secret)

    async def _answer(self, request: Request) -> Response:
        if self._opened is None:
            words = "Second Look is starting: nothing was taken, send it again in a moment."
            return PlainTextResponse(words, 503, {"retry-after": "5"})
        answer: Response = await self._opened.endpoint(request)
        return answer


def _is_certificate_check(request: Request, body: str) -> bool:
    """Slack looks now and then whether the address is certified (its documentation of slash commands)."""
    is_json = body.startswith("{") or "json" in request.headers.get("content-type", "")
    fields = [] if is_json else parse_qsl(body[:1_000])  # a message's own words are no such field
    return ("ssl_check", "1") in [*fields, *request.query_params.multi_items()]


def slack_route(app: App, signing_secret: str, path: str = PATH) -> Route:
    """The route that the composition root mounts beside the webhook API.

    What is not signed by Slack is answered 401 before anything looks into it, what is no payload of Slack's
    400 before any listener does; a look at the certificate is answered 200, signed or not.
    """
    # Of its own: anyio's usual 40 threads are shared with the webhook API, whose posts would hold up clicks.
    limiter = CapacityLimiter(WORKERS)
    verifier = SignatureVerifier(signing_secret)

    async def slack_events(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("The body is larger than 1 MiB.", 413)
        text = _text(body)
        if text is not None and _is_certificate_check(request, text):
            return PlainTextResponse("")
        if text is None or not _is_signed(verifier, request, text):
            return PlainTextResponse("The request is not signed by Slack.", 401)
        try:
            read(text, request.headers.get("content-type", ""))
        except PayloadRefused as refused:
            log.warning("slack.payload_refused", transport="http", reason=refused.detail)
            return PlainTextResponse(str(refused), 400)
        headers: dict[str, str | Sequence[str]] = dict(request.headers.items())
        bolt_request = BoltRequest(body=text, query=dict(request.query_params), headers=headers)
        # In a thread: a listener waits for the database, and the loop serves the webhook API meanwhile.
        answer = await anyio.to_thread.run_sync(app.dispatch, bolt_request, limiter=limiter)
        return to_starlette_response(answer)

    return Route(path, slack_events, methods=["GET", "POST"])
