"""`secondlook database`: bring the schema up to date, or say whether it is."""

import sys

import click

from bot.clock import SystemClock
from bot.commands.options import settings_option
from bot.doctor.database import check_database
from bot.doctor.finding import CheckStatus
from bot.record_keys import keyring
from bot.settings import Settings


@click.group()
def database() -> None:
    """Bring the database up to date, or say whether it is."""


@database.command()
@settings_option
def upgrade(settings: Settings) -> None:
    """Create or migrate the schema; harmless when it is up to date. Back up before a new version."""
    from storage.engine.database import Database

    opened = Database(settings.database_url, keyring=keyring(settings, may_make=True))
    try:
        opened.upgrade()
    finally:
        opened.dispose()
    click.echo(f"The {opened.dialect} database is up to date.")


@database.command()
@settings_option
def status(settings: Settings) -> None:
    """Say whether the database answers, is of this version and can be written; exit status 1 if not."""
    findings = check_database(settings.database_url, SystemClock().now(), settings.database_origin)
    for finding in findings:
        click.echo(f"{finding.what} {finding.mend}".strip())
    if any(finding.status is not CheckStatus.OK for finding in findings):
        sys.exit(1)
