"""`python -m tests.benchmarks.click_server URL`: webhook API and Slack's endpoint in one process."""

import gc
import socket
import sys
import threading

import uvicorn

from bot import log
from bot.http.app import build_api
from bot.slack.app import BotIdentity, build_app
from bot.slack.http_route import slack_route
from storage.engine.database import Database
from tests.http import shop
from tests.slack.workspace import SECRET, RecordingGateway, no_replay
from tests.worlds.desk import make_world


def main() -> None:
    """Serve on a free port, told on the first line of output, until the input ends."""
    log.configure()
    database = Database(sys.argv[1])
    ctx = shop.served(database)
    api = build_api(ctx, shop.services(ctx.policy))
    app = build_app(
        make_world(database).ctx,
        RecordingGateway(),
        signing_secret=SECRET,
        identity=BotIdentity("U0BOT", "B0BOT"),
        wake=lambda: None,
        replay=no_replay,
    )
    api.router.routes.append(slack_route(app, SECRET))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(api, log_config=None, lifespan="on", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    gc.freeze()  # as `serve` does
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    main()
