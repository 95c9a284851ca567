"""`secondlook audit`: is the record of who did what unbroken, and how far does it reach."""

import sys
from collections.abc import Iterable, Iterator

import click

from bot.clock import SystemClock
from bot.commands.existing_database import existing_database
from bot.commands.options import settings_option
from bot.settings import Settings
from bot.words.record_words import sentence, summary
from storage import audit as trail
from storage.record import anchor as anchors
from storage.record.anchor import Anchor

SHOWN = 20
ADVICE = "Compare with a backup, and find out who can write to the database."


@click.group()
def audit() -> None:
    """Verify that the record of who did what is unbroken."""


@audit.command()
@click.option(
    "--anchor",
    "kept",
    multiple=True,
    metavar="ANCHOR",
    callback=lambda _ctx, _param, texts: tuple(_parsed(texts)),
    help="An anchor from the log or a digest, such as 12-9f86d081884c7d65: shows what was cut off since.",
)
@settings_option
def verify(settings: Settings, kept: tuple[Anchor, ...]) -> None:
    """Check every entry and row of the record; exit status 1 if one was edited behind the bot's back."""
    with existing_database(settings) as database, database.read() as tx:
        report = trail.verify(tx, kept)
    click.echo(summary(report), err=not report.ok)
    if report.ok:
        return
    for finding in report.findings[:SHOWN]:
        click.echo(f"  {sentence(finding)}", err=True)
    count = report.total
    if count > SHOWN:
        click.echo(f"  … and {count - SHOWN} more.", err=True)
    if count:
        click.echo(ADVICE, err=True)
    sys.exit(1)


@audit.command()
@settings_option
def anchor(settings: Settings) -> None:
    """Print how far the record reaches now; keep it elsewhere, for `audit verify --anchor`."""
    with existing_database(settings) as database:
        with database.write() as tx:
            anchors.cast(tx, SystemClock().now())
        with database.read() as tx:  # another transaction: only what is committed may be kept elsewhere
            last = anchors.last(tx)
    click.echo("Nothing is on record yet." if last is None else str(last))


def _parsed(texts: Iterable[str]) -> Iterator[Anchor]:
    for text in texts:
        try:
            yield Anchor.parse(text)
        except ValueError as error:
            raise click.BadParameter(f"{text!r} is {error}.") from None
