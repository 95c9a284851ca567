"""The HTTP endpoints that the app calls: Web API, response URLs, uploads."""

import json
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox.api.fault_injection import FaultInjector
from bot.sandbox.api.gateway import Gateway
from bot.sandbox.api.response_urls import Responder
from bot.sandbox.errors import ApiError
from bot.sandbox.json_types import JsonObject
from bot.sandbox.multipart import form_fields
from bot.sandbox.workspace import Workspace


class AppEndpoints:
    """Serves /api, /response, /upload and /files."""

    def __init__(
        self, workspace: Workspace, gateway: Gateway, responder: Responder, fault_injector: FaultInjector
    ) -> None:
        self._workspace = workspace
        self._gateway = gateway
        self._responder = responder
        self._fault_injector = fault_injector

    def routes(self) -> list[Route]:
        """What the app and its files need."""
        return [
            Route("/api/{method}", self.call, methods=["GET", "POST"]),
            Route("/response/{url_id}", self.respond, methods=["POST"]),
            Route("/upload/{file_id}", self.upload, methods=["POST", "PUT"]),
            Route("/files/{file_id}/{name:path}", self.download, methods=["GET"]),
        ]

    async def call(self, request: Request) -> Response:
        """A call of the Web API."""
        method = request.path_params["method"]
        args = await read_args(request)
        token = args.pop("token", None)
        bearer = _bearer(request) or token
        self._workspace.stats.called(method)

        def work() -> Response:
            answer = self._gateway.answer(method, args, bearer)
            return JSONResponse(answer.body, answer.status, dict(answer.headers))

        return await self._fault_injector.serve(request, method, _channel_id(args), work)

    async def respond(self, request: Request) -> Response:
        """What the app sends to a response URL; Slack answers `ok` as text, refusals as 404."""
        body = await read_args(request)

        def work() -> Response:
            try:
                self._responder.use(request.path_params["url_id"], body)
            except ApiError as refused:
                self._workspace.stats.rejected(refused.code)
                return JSONResponse(refused.body(), 404)
            return PlainTextResponse("ok")

        return await self._fault_injector.serve(request, "response_url", None, work)

    async def upload(self, request: Request) -> Response:
        """A file's bytes, raw or as a form."""
        stored = self._workspace.state.files.get(request.path_params["file_id"])
        content = _content(await request.body(), request.headers.get("content-type", ""))

        def work() -> Response:
            if stored is None or stored.is_complete or len(content) != stored.length:
                return PlainTextResponse("Unknown file, or not the announced length", 400)
            stored.content = content
            return PlainTextResponse(f"OK - {len(content)}")

        return await self._fault_injector.serve(request, "upload", None, work)

    async def download(self, request: Request) -> Response:
        """A completed file's bytes."""
        stored = self._workspace.state.files.get(request.path_params["file_id"])
        if stored is None or stored.content is None or not stored.is_complete:
            return PlainTextResponse("There is no such file.", 404)
        return Response(stored.content, media_type=stored.mimetype)


def _content(body: bytes, content_type: str) -> bytes:
    if not content_type.startswith("multipart/form-data"):
        return body
    return next(iter(form_fields(body, content_type).values()), b"")


def _channel_id(args: JsonObject) -> str | None:
    channel_id = args.get("channel") or args.get("channel_id")
    return channel_id if isinstance(channel_id, str) else None


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def read_args(request: Request) -> JsonObject:
    """Arguments from query, form or JSON."""
    return dict(request.query_params) | _body_args(
        await request.body(), request.headers.get("content-type", "")
    )


def _body_args(body: bytes, content_type: str) -> JsonObject:
    if content_type.startswith("application/json"):
        try:
            parsed = json.loads(body or b"{}")
        except ValueError:
            return {}
        return {k: v for k, v in parsed.items() if v is not None} if isinstance(parsed, dict) else {}
    if content_type.startswith("multipart/form-data"):
        return {name: value.decode() for name, value in form_fields(body, content_type).items()}
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
