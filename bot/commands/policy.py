"""`secondlook policy`: every error at once, the table of what goes where, or a replay of the past."""

import sys
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bot.clock import SystemClock
from bot.commands.options import settings_option, since_option
from bot.doctor.active_policy import check_active_policy
from bot.doctor.departures import departure_findings
from bot.doctor.finding import CheckStatus
from bot.errors import SettingsInvalid
from bot.policy.policy_file import read_policy
from bot.settings import Settings, read_settings
from bot.words.rules_in_words import TableRow, table
from routing.errors import InvalidPolicy
from routing.finding import Finding
from routing.policy import Policy, Task, check
from routing.policy.working_hours import Day

COLUMNS = ("rule", "takes", "goes through by itself", "else looked at by", "due in", "if nobody decides")
DAYS: Mapping[Day, str] = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


@click.group()
def policy() -> None:
    """Check a policy, print what goes where, which is active, and what another would have done."""


@policy.command("check")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--env-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(".env"),
    show_default=True,
    help="File of NAME=value lines; the environment wins.",
)
def check_(file: Path, env_file: Path) -> None:
    """Print what FILE sends where; or every error with its mend, and exit status 1.

    Where there is a database, also what leaves the policy in force, and how many open cases that touches.
    """
    read = _read(file)
    console = Console(highlight=False)
    for part in shown(read):
        console.print(part)
    for finding in (*check(read), *_departures(read, env_file)):
        click.secho(f"! {finding.line(str(file))}", fg="yellow")
    click.echo(f"{file} can work: version {read.version}.")


@policy.command()
@settings_option
def status(settings: Settings) -> None:
    """Say which policy is active for all processes; exit status 1 where a file holds another one."""
    read = _read(settings.policy_path, settings.policy_origin)
    findings = check_active_policy(settings.database_url, read, SystemClock().now())
    for finding in findings:
        click.echo(f"{finding.what} {finding.mend}".strip())
    for departure in departure_findings(settings.database_url, read):
        click.echo(departure.line(settings.policy_path.name))
    if not findings:
        click.echo("The database cannot tell; `secondlook database status` says why.", err=True)
    if not findings or any(finding.status is not CheckStatus.OK for finding in findings):
        sys.exit(1)


@policy.command()
@click.option(
    "--policy",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The policy to try.",
)
@since_option
@click.option("--png", type=click.Path(dir_okay=False, path_type=Path), help="Write a picture of it there.")
@click.option(
    "--as-it-was", "is_past", is_flag=True, help="Beside it what was done then, with what was in force then."
)
@settings_option
def replay(file: Path, back: timedelta, png: Path | None, is_past: bool, settings: Settings) -> None:
    """Print what another policy would have done with what came in; changes nothing.

    How much would be looked at, how much of what goes through would be wrong, late cases and cost, beside
    what the policy now would have done; and where the data cannot say.
    """
    read = _read(file)
    from bot.commands.replay import run

    run(read, file.name, back, png, settings, is_past=is_past)


def _read(file: Path, origin: str = "") -> Policy:
    """The policy in the file; or every error, and exit status 1."""
    try:
        return read_policy(file, origin)
    except InvalidPolicy as error:
        click.echo(error.detail.strip("\n"), err=True)
        sys.exit(1)


def _departures(read: Policy, env_file: Path) -> tuple[Finding, ...]:
    """What leaves with the policy; nothing where the settings are no help, as a policy needs none."""
    try:
        settings = read_settings(env_file=env_file)
    except SettingsInvalid:
        return ()
    return departure_findings(settings.database_url, read)


def shown(read: Policy) -> list[RenderableType]:
    """The whole policy for the eye: services, a table for each task, teams."""
    tables = [_table(read.tasks[name], rows) for name, rows in groupby(table(read), lambda row: row.task)]
    return [*map(Text, _services(read)), *tables, *map(Text, _teams(read))]


def _services(read: Policy) -> list[str]:
    return [
        f"{name} posts {', '.join(service.tasks)}; decisions go to "
        f"{service.callback_url or 'the feed GET /v1/decisions'}"
        f"{f', through {service.proxy}, whose address alone is checked' if service.proxy else ''}."
        for name, service in read.services.items()
    ]


def _teams(read: Policy) -> list[str]:
    return [
        f"#{team.channel} reads the digest of {', '.join(team.tasks)}: "
        f"every {DAYS[team.digest_day]} at {team.digest_at} ({team.timezone})."
        for team in read.teams.values()
    ]


def _table(task: Task, rows: Iterable[TableRow]) -> Table:
    answers = ", ".join(label.shown for label in task.asks.options)
    title = Text.assemble((task.name, "bold"), f": {task.question} ({answers})")
    drawn = Table(title=title, title_justify="left", title_style="", header_style="bold", show_lines=True)
    for column in COLUMNS:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*map(Text, _cells(row)))
    return drawn


def _cells(row: TableRow) -> tuple[str, ...]:
    audit = "" if row.audit == "none" else f"; {row.audit} of it checked at random"
    exceptions = "" if row.exceptions == "none" else f"; except with {row.exceptions}"
    labels = "" if row.quorum == "1" else f", {row.quorum} answers needed"
    labels += f", {row.certainty}" if row.certainty else ""
    late = row.escalation.replace("; ", "\n")
    return (
        row.tier,
        row.when,
        row.accept_above + audit + exceptions,
        f"{row.channel}: {row.experts}{labels}",
        row.due_in,
        late,
    )
