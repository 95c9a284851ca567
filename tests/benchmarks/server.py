"""`python -m tests.benchmarks.server bare|webhook|unsealed URL`: serves one of them until its input ends."""

import socket
import sys
import threading

import structlog
import uvicorn
from fastapi import FastAPI

from bot import log
from bot.http.app import build_api
from storage.engine.database import Database
from storage.record import record
from tests.benchmarks.bare import build_bare
from tests.http import shop


def app_of(kind: str, database: Database) -> FastAPI:
    """The yardstick, or the webhook API with its log on; `unsealed` puts acts on record, but no rows."""
    if kind == "bare":
        return build_bare(database)
    if kind == "unsealed":
        record._seals = lambda pending: {}
    ctx = shop.served(database)
    return build_api(ctx, shop.services(ctx.policy))


def main() -> None:
    """Serve on a free port, told on the first line of output."""
    kind, url = sys.argv[1:]
    log.configure()
    database = Database(url)
    app = app_of(kind, database)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.should_exit = True
    thread.join()
    structlog.reset_defaults()


if __name__ == "__main__":
    main()
