"""`secondlook audit`: is the record of who did what unbroken."""

import sys

import click

from bot.commands.installed import existing_database
from bot.commands.options import settings_option
from bot.settings import Settings
from storage import audit as trail


@click.group()
def audit() -> None:
    """Verify that the record of who did what is unbroken."""


@audit.command()
@settings_option
def verify(settings: Settings) -> None:
    """Walk the chain of entries; exit status 1 if one was edited, removed or added behind the bot's back."""
    with existing_database(settings) as database, database.read() as tx:
        report = trail.verify(tx)
    if report.ok:
        click.echo(f"Unbroken: {report.count} entries.")
        return
    click.echo(
        f"Broken at entry {report.first_bad_seq} of {report.count}: it was edited, removed or moved "
        "after it was written. Compare with a backup, and find out who can write to the database.",
        err=True,
    )
    sys.exit(1)
