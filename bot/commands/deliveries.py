"""`secondlook deliveries`: what could not be delivered or waits for a repair, why, and once more."""

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.clock import SystemClock
from bot.commands.existing_database import existing_database
from bot.commands.options import settings_option
from bot.policy.policy_file import read_policy
from bot.settings import Settings
from bot.usecases.repairs import message_homes
from routing.errors import InvalidPolicy
from storage.cases import predictions
from storage.delivery import holds, outbox, projections
from storage.delivery.outbox_item import Item
from storage.delivery.projection_state import Projection
from storage.engine.database import Database, Transaction

MOST = 1000
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Something that is tried no more, or waits for a repair in Slack; about a case, or for a team."""

    letter_id: str
    kind: str
    case_id: str
    team: str
    failures: int
    reason: str


@click.group()
def deliveries() -> None:
    """List what could not be delivered, and send it again."""


@deliveries.command("list")
@settings_option
def list_(settings: Settings) -> None:
    """List what could not be delivered, with the reason.

    Dead letters are messages, callbacks and notices that are tried no more; what is held waits for a repair
    in Slack and goes by itself after it.
    """
    with existing_database(settings) as database, database.read() as tx:
        letters, held = dead_letters(tx), held_letters(tx)
        names = predictions.external_ids(tx, [letter.case_id for letter in (*letters, *held)])
    if held:
        click.echo(f"{len(held)} held until the reason is repaired in Slack; they go by themselves then:")
        Console(highlight=False).print(_table(held, names))
    if not letters:
        click.echo("No dead letters: everything was delivered or is on its way.")
        return
    Console(highlight=False).print(_table(letters, names))
    click.echo("Mend the reason, then: secondlook deliveries retry ID, or --all.")


@deliveries.command()
@click.argument("letter_id", metavar="[ID]", required=False)
@click.option("--all", "is_all", is_flag=True, help="Everything dead or held.")
@settings_option
def retry(letter_id: str | None, settings: Settings, *, is_all: bool) -> None:
    """Send ID again, or all, in the channels that the policy names now; the bot takes them up in seconds."""
    if (letter_id is None) != is_all:
        raise click.UsageError("Give an ID of `secondlook deliveries list`, or --all.")
    with existing_database(settings) as database:
        count = _revive(database, settings, letter_id)
    if letter_id is not None and not count:
        click.echo(f"{letter_id} is not a dead letter, nor held; see `secondlook deliveries list`.", err=True)
        sys.exit(1)
    click.echo(f"{count} on the way again." if count else "No dead letters.")


def dead_letters(tx: Transaction) -> list[DeadLetter]:
    """All dead letters, messages first, oldest first."""
    messages = [_message_letter(row, row.dead_reason or "") for row in projections.dead(tx, MOST)]
    return messages + [_outbox_letter(item, item.dead_reason or "") for item in outbox.dead(tx, MOST)]


def held_letters(tx: Transaction) -> list[DeadLetter]:
    """What waits for a repair in Slack, messages first, oldest first."""
    messages = [
        _message_letter(row, hold.reason)
        for hold in holds.all_of(tx)
        for row in holds.messages(tx, hold, MOST)
    ]
    return messages + [_outbox_letter(item, item.last_error or "") for item in holds.items(tx, MOST)]


def _message_letter(row: Projection, reason: str) -> DeadLetter:
    return DeadLetter(row.projection_id, "message", row.case_id, "", row.failures, reason)


def _outbox_letter(item: Item, reason: str) -> DeadLetter:
    team = str(item.payload.get("team") or "")
    return DeadLetter(item.item_id, item.kind, item.ordering_key or "", team, item.failures, reason)


def _revive(database: Database, settings: Settings, letter_id: str | None) -> int:
    """Try them again where the policy now says, which may have been mended since they died."""
    now = SystemClock().now()
    with database.write() as tx:
        held = [letter for letter in held_letters(tx) if letter_id in (None, letter.letter_id)]
        letter_ids = None if letter_id is None else [letter_id]
        count = outbox.revive(tx, letter_ids, now) + projections.revive(tx, letter_ids, now) + len(held)
        holds.look_again(tx, now)
        holds.hurry(tx, now)
    # By the file: whoever tries again has just mended it, perhaps before the bot has read it.
    with suppress(InvalidPolicy):  # the bot says where the policy is wrong, and moves them too
        message_homes.rehome_all(database, read_policy(settings.policy_path, settings.policy_origin), now)
    return count


def _table(letters: list[DeadLetter], names: Mapping[str, str]) -> Table:
    """A line each; cases go by the service's own id, which is by our id in `names`."""
    table = Table("ID", "What", "About", "Tries", "Reason", box=None, header_style="bold")
    for letter in letters:
        about = names.get(letter.case_id) or letter.team or NOTHING
        table.add_row(*map(Text, (letter.letter_id, letter.kind, about, str(letter.failures), letter.reason)))
    return table
