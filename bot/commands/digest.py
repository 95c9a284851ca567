"""`secondlook digest`: what a team would read of the last seven days, before it is posted."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bot.clock import SystemClock
from bot.commands.existing_database import existing_database
from bot.commands.options import settings_option
from bot.commands.policy_in_force import policy_in_force
from bot.commands.team_name import team_name
from bot.settings import Settings
from bot.usecases.digest import weekly
from routing.digest.digest import Digest

WEEK = timedelta(days=7)


@click.group()
def digest() -> None:
    """Show a team's digest before it is posted."""


@digest.command()
@click.argument("team", required=False)
@click.option(
    "--png", type=click.Path(dir_okay=False, path_type=Path), help="Write the digest's picture there."
)
@settings_option
def preview(team: str | None, png: Path | None, settings: Settings) -> None:
    """Print what TEAM would read of the last seven days, beside the seven before; posts nothing.

    TEAM may be left out where the policy has only one.
    """
    from bot.commands.digest_text import show, shown

    now = SystemClock().now()
    with existing_database(settings) as database:
        policy = policy_in_force(database, settings)
        name = team_name(policy, team)
        summary = weekly.digest_of(database, policy, name, now - WEEK, now, now)
    zone = ZoneInfo(policy.teams[name].timezone)
    show(shown(name, summary, zone))
    if png is not None:
        _draw(summary, f"{name}, {now.astimezone(zone):%d %b %Y}", png)


def _draw(summary: Digest, title: str, path: Path) -> None:
    from bot.pictures.digest_picture import draw_digest

    picture = draw_digest(title, summary)
    if picture is None:
        click.echo("No picture: nothing came in, and nothing was decided.")
        return
    path.write_bytes(picture)
    click.echo(f"The picture is in {path}.")
