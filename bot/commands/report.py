"""`secondlook report`: a team's digest as it was made, or of any period, for people and for programs."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click
from pydantic import ValidationError

from bot.clock import SystemClock
from bot.commands.existing_database import existing_database
from bot.commands.options import settings_option
from bot.commands.policy_in_force import policy_in_force
from bot.commands.team_name import team_name
from bot.errors import BotError
from bot.settings import Settings
from bot.usecases.digest.digest_document import from_document, to_document
from bot.words.digest_code_words import code_words, with_words
from bot.words.moments import moment_words
from routing.digest.csv import to_csv
from routing.digest.digest import Digest
from routing.policy import Policy
from storage.engine.database import Database
from storage.leads import digests as kept_digests
from storage.leads.digests import StoredDigest

WEEK = timedelta(days=7)
MOST = 520
"""Ten years of weeks."""


class NoDigest(BotError):
    """No digest of this team was made yet."""


class DigestUnreadable(BotError):
    """The digest was made by a version that this one cannot read."""


@click.command()
@click.argument("team", required=False)
@click.option("--json", "form", flag_value="json", help="Print it as JSON, as GET /v1/reports gives it.")
@click.option("--csv", "form", flag_value="csv", help="Print it as CSV, one line per number.")
@click.option("--last", type=click.IntRange(1, MOST), help="List the newest digests instead, a line each.")
@click.option("--since", help="Measure a period now: its first moment, such as 2026-11-01.")
@click.option("--until", help="Its end, such as 2026-11-08T09:00; default: now. Times are the team's own.")
@settings_option
def report(
    team: str | None,
    form: str | None,
    last: int | None,
    since: str | None,
    until: str | None,
    settings: Settings,
) -> None:
    """Print the newest digest of TEAM as it was made; its numbers are those in Slack.

    TEAM may be left out where the policy has only one.
    """
    if last is not None and (form or since or until):
        raise click.UsageError("--last lists digests: give it without --json, --csv, --since and --until.")
    with existing_database(settings) as database:
        policy = policy_in_force(database, settings)
        name = team_name(policy, team)
        zone = ZoneInfo(policy.teams[name].timezone)
        if last is not None:
            from bot.commands.digest_text import listed, show

            show([listed(name, [(digest, _read(digest)) for digest in _kept(database, name, last)], zone)])
            return
        digest = _digest(database, policy, name, since, until)
    _print(name, digest, form, zone)


def _digest(database: Database, policy: Policy, team: str, since: str | None, until: str | None) -> Digest:
    if since is None and until is None:
        return _read(_kept(database, team, 1)[0])
    from bot.usecases.digest.weekly import digest_of

    now, zone = SystemClock().now(), ZoneInfo(policy.teams[team].timezone)
    end = _moment(until, zone, "--until") if until else now
    start = _moment(since, zone, "--since") if since else end - WEEK
    if start >= end:
        raise click.UsageError(
            f"The period ends before it begins, on {moment_words(end, zone)}: move --since."
        )
    return digest_of(database, policy, team, start, end, now)


def _moment(text: str, zone: ZoneInfo, option: str) -> datetime:
    """A moment in UTC; what names no time zone is the team's time."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"{text!r} is no day or moment; write 2026-11-01 or 2026-11-01T09:00."
        raise click.BadParameter(message, param_hint=option) from None


def _kept(database: Database, team: str, limit: int) -> list[StoredDigest]:
    with database.read() as tx:
        digests = kept_digests.history(tx, team, limit)
    if not digests:
        raise NoDigest(
            f"`secondlook serve` makes {team}'s at its time; "
            f"`secondlook report {team} --since DAY` measures a period now."
        )
    return digests


def _read(kept: StoredDigest) -> Digest:
    try:
        return from_document(kept.document)
    except ValidationError:
        since, until = (moment.isoformat(timespec="minutes") for moment in (kept.since_at, kept.until_at))
        raise DigestUnreadable(f"Measure the period anew with --since {since} --until {until}.") from None


def _print(team: str, digest: Digest, form: str | None, zone: ZoneInfo) -> None:
    if form == "json":
        click.echo(json.dumps(with_words(to_document(digest)), ensure_ascii=False, indent=2))
    elif form == "csv":
        click.echo(to_csv(digest, code_words), nl=False)
    else:
        from bot.commands.digest_text import show, shown

        show(shown(team, digest, zone))
