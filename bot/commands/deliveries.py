"""`secondlook deliveries`: what could not be delivered, why, and once more."""

import sys
from dataclasses import dataclass

import click
from rich.console import Console
from rich.table import Table

from bot.clock import SystemClock
from bot.commands.installed import existing_database
from bot.commands.options import settings_option
from bot.settings import Settings
from storage import outbox, projections
from storage.database import Database, Transaction

MOST = 1000


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Something that is tried no more."""

    letter_id: str
    kind: str
    subject: str
    failures: int
    reason: str


@click.group()
def deliveries() -> None:
    """List what could not be delivered, and send it again."""


@deliveries.command("list")
@settings_option
def list_(settings: Settings) -> None:
    """List the dead letters: messages, callbacks and notices that are tried no more, with the reason."""
    with existing_database(settings) as database, database.read() as tx:
        letters = dead_letters(tx)
    if not letters:
        click.echo("No dead letters: everything was delivered or is on its way.")
        return
    Console(highlight=False).print(_table(letters))
    click.echo("Mend the reason, then: secondlook deliveries retry ID, or --all.")


@deliveries.command()
@click.argument("letter_id", metavar="[ID]", required=False)
@click.option("--all", "is_all", is_flag=True, help="Every dead letter.")
@settings_option
def retry(letter_id: str | None, settings: Settings, *, is_all: bool) -> None:
    """Send the dead letter ID again, or all of them; the running bot takes them up within seconds."""
    if (letter_id is None) != is_all:
        raise click.UsageError("Give an ID of `secondlook deliveries list`, or --all.")
    with existing_database(settings) as database:
        count = _revive(database, letter_id)
    if letter_id is not None and not count:
        click.echo(f"{letter_id} is not a dead letter; see `secondlook deliveries list`.", err=True)
        sys.exit(1)
    click.echo(f"{count} on the way again." if count else "No dead letters.")


def dead_letters(tx: Transaction) -> list[DeadLetter]:
    """All dead letters, messages first, oldest first."""
    messages = [
        DeadLetter(row.projection_id, "message", row.case_id, row.failures, row.dead_reason or "")
        for row in projections.dead(tx, MOST)
    ]
    items = [
        DeadLetter(
            item.item_id, item.kind, item.ordering_key or item.key, item.failures, item.dead_reason or ""
        )
        for item in outbox.dead(tx, MOST)
    ]
    return messages + items


def _revive(database: Database, letter_id: str | None) -> int:
    now = SystemClock().now()
    with database.write() as tx:
        return outbox.revive(tx, letter_id, now) + projections.revive(tx, letter_id, now)


def _table(letters: list[DeadLetter]) -> Table:
    table = Table("ID", "What", "About", "Tries", "Reason", box=None, header_style="bold")
    for letter in letters:
        table.add_row(letter.letter_id, letter.kind, letter.subject, str(letter.failures), letter.reason)
    return table
