"""Which policy is active for all replicas, and whether the file here holds another version."""

from collections.abc import Iterator
from datetime import datetime

from bot.doctor.database import read_in
from bot.doctor.finding import CheckFinding, ok, warn
from bot.usecases.active_policy import LIVE_FOR
from bot.words.moments import moment_words
from routing.policy import Policy
from storage import policies, replicas
from storage.engine.database import Database

NAME = "active policy"
WAITS = (
    "A running process takes a changed file up within seconds. A version that was active before counts when "
    "a file is changed to it, or when no running process has the active one in its file any more."
)


def check_active_policy(url: str, policy: Policy, now: datetime) -> tuple[CheckFinding, ...]:
    """The active version beside the file's, and the processes that run with another file.

    Nothing where the database cannot tell.
    """
    return read_in(url, lambda database: _findings(database, policy, now))


def _findings(database: Database, policy: Policy, now: datetime) -> Iterator[CheckFinding]:
    with database.read() as tx:
        active = policies.active(tx)
        live = replicas.seen_since(tx, now - LIVE_FOR)
    if active is None:
        yield ok(NAME, "none yet: `secondlook serve` takes that of its file")
        return
    since = f"version {active.version} since {moment_words(active.at)}, brought by {active.replica}"
    if policy.version == active.version:
        yield ok(NAME, f"{since}, as the file says")
    else:
        yield warn(NAME, f"{since}; the file holds version {policy.version}.", WAITS)
    for replica in live:
        if replica.policy_version != active.version:
            other = f"{replica.name} runs with a file of version {replica.policy_version}"
            yield warn(NAME, f"{other}, and goes by the active one.", "Give it the same file.")
