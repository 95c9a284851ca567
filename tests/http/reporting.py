"""Teams with digests that were made, and two services that read them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.http import report_example
from bot.usecases.context import Context
from bot.usecases.digest.period import Period, key_of
from storage.engine.database import Database, Transaction
from storage.leads import digests
from storage.leads.digests import StoredDigest
from tests.http import shop
from tests.http.shop import Caller
from tests.worlds.policies import SHOP

TEAMS = """
[teams.risk]
channel = "fraud"
tasks = ["fraud"]

[teams.young]
channel = "fraud"
tasks = ["fraud"]

[teams.both]
channel = "fraud"
tasks = ["fraud", "loan"]
"""
WEEK = timedelta(days=7)
LAST_DAY = date(2026, 11, 16)
DAYS = (date(2026, 11, 2), date(2026, 11, 9), LAST_DAY)
UNTIL = datetime(2026, 11, 16, 9, tzinfo=UTC)
OLD = StoredDigest(
    key_of("both", DAYS[0]), "both", UNTIL - 3 * WEEK, UNTIL - 2 * WEEK, UNTIL, {"received": 7}
)
"""Made by a version that knew other numbers."""


@dataclass(frozen=True, slots=True)
class Readers:
    """The shop may post fraud, the bank fraud and loan."""

    shop: Caller
    bank: Caller


def keep(tx: Transaction, team: str, last_day: date) -> None:
    """The digest of the week that ended that day, made a second later."""
    until = UNTIL + (last_day - LAST_DAY)
    kept = StoredDigest(
        key_of(team, last_day), team, until - WEEK, until, until + timedelta(seconds=1), report_example.DIGEST
    )
    digests.keep(tx, kept)


def keep_private(tx: Transaction, team: str) -> None:
    """A digest that one person asked for."""
    period = Period(team, UNTIL - WEEK, UNTIL, LAST_DAY, person="U0NADIA")
    private = StoredDigest(period.key, team, UNTIL - WEEK, UNTIL, UNTIL, report_example.DIGEST)
    digests.keep(tx, private)


def context(database: Database) -> Context:
    """The world of the use cases, with three digests of the team risk, one of both, and a private one."""
    ctx = shop.served(database, SHOP + TEAMS)
    with database.write() as tx:
        for last_day in DAYS:
            keep(tx, "risk", last_day)
        keep(tx, "both", LAST_DAY)
        digests.keep(tx, OLD)
        keep_private(tx, "risk")
    return ctx
