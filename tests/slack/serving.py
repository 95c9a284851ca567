"""Serves a Bolt app over real HTTP on a loopback port."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from slack_bolt import App
from starlette.applications import Starlette

from bot.slack.http_route import PATH, slack_route


@contextmanager
def served(app: App, signing_secret: str) -> Iterator[str]:
    """The address of the endpoint while it is served."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        Starlette(routes=[slack_route(app, signing_secret)]), lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
