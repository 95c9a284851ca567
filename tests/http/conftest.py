"""The API on both databases, with a shop that posts to it."""

from collections.abc import Iterator

import pytest

from bot.http.app import build_api
from bot.usecases.context import Context
from storage.engine.database import Database
from tests.http import reporting, shop
from tests.http.reporting import Readers
from tests.http.shop import SECRETS, Caller
from tests.worlds.serving import serving


@pytest.fixture
def ctx(database: Database) -> Context:
    """The world of the use cases, once for each database."""
    return shop.served(database)


@pytest.fixture
def caller(ctx: Context) -> Iterator[Caller]:
    """A shop before a running server, once for each database."""
    with serving(build_api(ctx, shop.services(ctx.policy))) as url:
        yield Caller(url)


@pytest.fixture
def bank(caller: Caller) -> Caller:
    """Another service before the same server."""
    return Caller(caller.url, SECRETS["BANK_SECRET"])


@pytest.fixture
def quick(sqlite_url: str) -> Iterator[Caller]:
    """A shop before a running server on SQLite: for what does not depend on the database."""
    database = Database(sqlite_url)
    ctx = shop.served(database)
    with serving(build_api(ctx, shop.services(ctx.policy))) as url:
        yield Caller(url)
    database.dispose()


@pytest.fixture
def readers(database: Database) -> Iterator[Readers]:
    """A shop and a bank before a server that keeps reports, once for each database."""
    ctx = reporting.context(database)
    with serving(build_api(ctx, shop.services(ctx.policy))) as url:
        yield Readers(Caller(url), Caller(url, SECRETS["BANK_SECRET"]))
