"""`secondlook policy replay`: what another policy would have done with what came in."""

from datetime import timedelta
from pathlib import Path

import click
from rich.console import Console

from bot.commands.past import progress_bar, world
from bot.commands.plan_text import shown_replay
from bot.settings import Settings
from bot.usecases.plan import replay
from routing.policy import Policy


def run(
    policy: Policy, name: str, back: timedelta, png: Path | None, settings: Settings, *, is_past: bool = False
) -> None:
    """Print the replay of `policy`, which is called `name`, and draw it if asked."""
    with world(settings) as ctx, progress_bar() as tell:
        replayed = replay.replay(ctx, policy, back, tell, is_past=is_past)
    console = Console(highlight=False)
    for part in shown_replay(replayed, name):
        console.print(part)
    if png is not None:
        from bot.pictures.plan_picture import draw_replay

        png.write_bytes(draw_replay(replayed, f"Replay of {name}"))
        click.echo(f"The picture is in {png}.")
