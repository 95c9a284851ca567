"""What commands that look back at logged predictions share: their world, and a bar of progress."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot.clock import SystemClock
from bot.commands.existing_database import existing_database
from bot.commands.policy_in_force import policy_in_force
from bot.ids import new_id
from bot.settings import Settings
from bot.usecases.context import Context, PolicyHolder
from bot.usecases.plan.replay import Tell
from routing.policy import Policy

NOBODY = ""
"""Nothing is asked of anybody in Slack."""


@contextmanager
def world(settings: Settings, policy: Policy | None = None) -> Iterator[Context]:
    """The use cases' world over this installation's database, closed at the end, and its policy in force.

    `policy` takes the place of that.
    """
    draw_key = settings.need_draw_key()
    with existing_database(settings) as database:
        present = PolicyHolder.of(policy or policy_in_force(database, settings))
        yield Context(database, present, SystemClock(), new_id, draw_key, NOBODY)


@contextmanager
def progress_bar() -> Iterator[Tell]:
    """A bar on the error stream, so that what is printed can be piped; gone at the end."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("routing again", total=None)

        def tell(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        yield tell
