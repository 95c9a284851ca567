"""What a service may read of the digests: those of teams all of whose tasks it may post."""

from datetime import date

from bot.errors import BotError
from bot.usecases.context import Context
from bot.usecases.digest.period import key_of
from routing.policy import Policy
from storage.leads import digests
from storage.leads.digests import StoredDigest


class TeamUnknown(BotError):
    """The policy has no such team."""


class TeamForbidden(BotError):
    """The team has tasks that your service may not post."""


def newest(ctx: Context, service: str, team: str, limit: int) -> list[StoredDigest]:
    """The team's digests, at most `limit`, newest first. Raises TeamUnknown or TeamForbidden."""
    _check(ctx.policy, service, team)
    with ctx.database.read() as tx:
        return digests.history(tx, team, limit)


def ended_on(ctx: Context, service: str, team: str, last_day: date) -> StoredDigest | None:
    """The team's digest of the week that ended on that day; None if none was made.

    Raises TeamUnknown or TeamForbidden.
    """
    _check(ctx.policy, service, team)
    with ctx.database.read() as tx:
        return digests.get(tx, key_of(team, last_day))


def last_day_of(digest: StoredDigest) -> date:
    """The day of the team's calendar on which the week of its own digest ended."""
    return date.fromisoformat(digest.key.rpartition(":")[2])


def _check(policy: Policy, service: str, team: str) -> None:
    if team not in policy.teams:
        raise TeamUnknown
    # All of its tasks, not some: a digest quotes cases, and cannot be cut to what this service may see.
    if not set(policy.teams[team].tasks) <= set(policy.services[service].tasks):
        raise TeamForbidden
