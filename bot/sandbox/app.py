"""The sandbox's web application: every path it serves."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from bot.sandbox.parts import Parts

PAGE = Path(__file__).parent / "page"
NO_CACHE = {"cache-control": "no-cache"}


async def _page(_request: Request) -> FileResponse:
    return FileResponse(PAGE / "index.html", headers=NO_CACHE)


async def _permalink(request: Request) -> RedirectResponse:
    channel_id, ts = request.path_params["channel_id"], request.path_params["ts"]
    thread_ts = request.query_params.get("thread_ts")
    return RedirectResponse(f"/#{channel_id}/{ts}" + (f"?thread_ts={thread_ts}" if thread_ts else ""))


def build_app(parts: Parts) -> Starlette:
    """The application that serves these parts."""
    routes: list[BaseRoute] = [
        Route("/", _page),
        Mount("/page", StaticFiles(directory=PAGE, check_dir=False)),
        Route("/permalink/{channel_id}/{ts}", _permalink),
        Route("/ui/stream", parts.stream.endpoint),
        WebSocketRoute("/socket/{ticket}", parts.sockets.serve),
        *parts.app_endpoints.routes(),
        *parts.ui_endpoints.routes(),
        *parts.control.routes(),
    ]
    return Starlette(routes=routes)
