"""Why a database does not answer, in words that name no host, user or password; and whether that may pass."""

import re
from dataclasses import dataclass

from storage.errors import DatabaseUnavailable


@dataclass(frozen=True, slots=True)
class Outage:
    """`is_mistake`: to wait helps only while somebody still sets the database up."""

    words: str
    is_mistake: bool = False


SILENT = Outage("it does not answer")
# libpq tells of a failed connection by its text only, without a code (PostgreSQL: libpq, PQerrorMessage).
_SIGNS = (
    (
        "password authentication failed|role .* does not exist",
        Outage("it refuses the user or the password", True),
    ),
    ("database .* does not exist", Outage("it has no database of that name", True)),
    ("no pg_hba.conf entry", Outage("it does not let this user in from here", True)),
    ("does not support SSL|certificate|SSL error", Outage("no encrypted connection can be made", True)),
    ("starting up|recovery", Outage("it is starting up")),
    ("shutting down|administrator command", Outage("it is shutting down")),
    ("too many clients|too many connections|connection slots", Outage("it takes no more connections")),
    ("resolve|name or service not known|translate host", Outage("its name is not known yet")),
    ("refused", Outage("it refuses connections")),
    ("time-?out|timed out", Outage("it does not answer in time")),
    ("no such table", Outage("it was never migrated: run `secondlook database upgrade`", True)),
    ("closed|terminat|lost|reset", Outage("it closed the connection")),
    ("connections are in use", Outage("all connections are in use")),
)
_OUTAGES = tuple((re.compile(sign, re.IGNORECASE), outage) for sign, outage in _SIGNS)


def outage_of(error: DatabaseUnavailable) -> Outage:
    """What is wrong with the database, as far as its driver's words tell."""
    original = getattr(error.__cause__, "orig", None)
    text = f"{error.detail}\n{original or ''}"
    return next((outage for sign, outage in _OUTAGES if sign.search(text)), SILENT)
