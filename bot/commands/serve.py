"""`secondlook serve`: the bot, until it is asked to stop."""

import dataclasses

import click

from bot.commands.options import settings_option
from bot.settings import Settings


@click.command()
@click.option("--host", default=None, help="Listen there instead of SECONDLOOK_HOST.")
@click.option("--port", default=None, type=click.IntRange(0, 65_535), help="Instead of SECONDLOOK_PORT.")
@settings_option
def serve(settings: Settings, host: str | None, port: int | None) -> None:
    """Run the bot: webhook API, Slack, deliveries and reminders.

    Migrates the database first. The log goes to standard error, one line of JSON each. Ends on Ctrl+C or
    SIGTERM, when what came in is stored.
    """
    from bot.process import wiring

    chosen = dataclasses.replace(
        settings, host=host or settings.host, port=settings.port if port is None else port
    )
    words = "Second Look takes cases at {url} (its API: {url}/docs). Stop it with Ctrl+C."
    wiring.serve(chosen, lambda url: click.echo(words.format(url=url)))
