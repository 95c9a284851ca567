"""Serves a Bolt app over real HTTP on a loopback port."""

from collections.abc import Iterator
from contextlib import contextmanager

from slack_bolt import App
from starlette.applications import Starlette

from bot.slack.http_route import PATH, slack_route
from tests.worlds.serving import serving


@contextmanager
def served(app: App, signing_secret: str) -> Iterator[str]:
    """The address of the endpoint while it is served."""
    with serving(Starlette(routes=[slack_route(app, signing_secret)]), lifespan="off") as url:
        yield f"{url}{PATH}"
