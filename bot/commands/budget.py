"""`secondlook budget`: thresholds and audit shares that lose the least for the expert time there is."""

import sys
from datetime import timedelta
from pathlib import Path

import click

from bot.commands.options import settings_option, since_option
from bot.policy.policy_file import read_policy
from bot.settings import Settings
from routing.errors import InvalidPolicy
from routing.evidence.plan import Budget
from routing.policy import check


@click.command()
@click.option("--minutes", type=click.FloatRange(min=0), required=True, help="Expert minutes in a week.")
@click.option(
    "--width",
    type=click.FloatRange(0, 0.5, min_open=True),
    help="Check more at random, until what goes through wrong is known to within ± this much after a week.",
)
@click.option("--by", help="With --width: that of each large slice of this name, such as country, as well.")
@since_option
@click.option("--png", type=click.Path(dir_okay=False, path_type=Path), help="Write the curve there.")
@settings_option
def budget(
    minutes: float,
    width: float | None,
    by: str | None,
    back: timedelta,
    png: Path | None,
    settings: Settings,
) -> None:
    """Propose what goes through by itself, and how much of it is checked, with the least expected loss.

    Changes nothing: it prints the lines of the policy to change, and checks the policy that they make.
    """
    from rich.console import Console

    from bot.commands.past import progress_bar, world
    from bot.commands.plan_text import shown_budget
    from bot.usecases.plan import replay

    if by is not None and width is None:
        raise click.UsageError("--by says for which slices --width holds; give --width, such as 0.02")
    own = read_policy(settings.policy_path, settings.policy_origin)  # whose lines are to be changed
    with world(settings, own) as ctx, progress_bar() as tell:
        plan = replay.budget(ctx, minutes, back, width, tell, by)
    console = Console(highlight=False)
    for part in shown_budget(plan):
        console.print(part)
    if png is not None:
        from bot.pictures.plan_picture import draw_budget

        png.write_bytes(draw_budget(plan, "Budget of expert time"))
        click.echo(f"The picture is in {png}.")
    _propose(plan, settings.policy_path)


def _propose(plan: Budget, path: Path) -> None:
    """Print the lines to change, and what the policy's check says of the result; exit status 1 if refused."""
    from bot.policy.policy_change import changed, lines

    plans = [tier for tier in plan.tiers if tier.is_changed]
    if not plans:
        click.echo(f"{path} needs no change.")
        return
    click.echo(f"\nChange in {path}:")
    for tier in plans:
        click.echo(f'\n# [[tasks.{tier.task}.tiers]] with name = "{tier.tier}"')
        for line in lines(tier):
            click.echo(line)
    try:
        proposed = changed(path, plans)
    except InvalidPolicy as error:
        click.echo(error.detail.strip("\n"), err=True)
        sys.exit(1)
    click.echo()
    for finding in check(proposed):
        click.secho(f"! {finding.line(str(path))}", fg="yellow")
    click.echo(
        f"With it {path} can work: version {proposed.version}. "
        f"Try it first: secondlook policy replay --policy NEW.toml"
    )
