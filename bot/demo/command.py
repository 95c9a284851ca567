"""`secondlook demo`: the whole loop on this machine, with a real model and a page in the browser."""

from pathlib import Path

import click

from bot.demo.script import CAPACITY, HEADLESS, WATCHED

WELCOME = """\
Second Look on this machine: a real model posts its predictions, and what it is not sure of is asked in a page
that looks like Slack. In a moment…
"""


@click.command()
@click.option("--cases", default=120, show_default=True, type=click.IntRange(1, CAPACITY))
@click.option("--seed", default=7, show_default=True, help="Which held-out items, and how experts answer.")
@click.option(
    "--speed", type=click.FloatRange(1, 3600), help="How fast the clock runs. [default: 60, headless 240]"
)
@click.option("--headless", is_flag=True, help="Simulated experts answer everything; end when all is done.")
@click.option(
    "--report",
    "report_path",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the totals there as JSON.",
)
@click.option("--port", default=0, help="The page's port. [default: a free one]")
@click.option("--browser/--no-browser", default=True, help="Open the page.")
def demo(
    cases: int,
    seed: int,
    speed: float | None,
    report_path: Path | None,
    port: int,
    *,
    headless: bool,
    browser: bool,
) -> None:
    """Train real models, post their predictions, and answer the uncertain ones in a Slack-like page."""
    click.echo(WELCOME)
    # Only now: what trains and serves takes seconds to import, in which a newcomer would see nothing.
    from bot.demo.performance import Performance, perform

    mode = HEADLESS if headless else WATCHED
    perform(Performance(mode, cases, seed, speed or mode.speed, port, browser and not headless, report_path))
