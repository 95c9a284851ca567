"""The command `secondlook`: lists every command, and imports each only when it is called."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import click

from bot.errors import BotError
from routing.errors import RoutingError
from storage.errors import DatabaseUnavailable, SchemaTooNew, StorageError, UnsupportedDatabase

Loader = Callable[[], click.Command]
CANNOT = 2
ELSEWHERE = (DatabaseUnavailable, SchemaTooNew, UnsupportedDatabase)
"""What a database says that may be another than the one that was meant."""


# A function each, so that a command waits for no other's imports: `--help` needs neither numpy nor Slack.
def _demo() -> click.Command:
    from bot.demo.command import demo

    return demo


def _init() -> click.Command:
    from bot.commands.init import init

    return init


def _doctor() -> click.Command:
    from bot.commands.doctor import doctor

    return doctor


def _serve() -> click.Command:
    from bot.commands.serve import serve

    return serve


def _send() -> click.Command:
    from bot.commands.send import send

    return send


def _policy() -> click.Command:
    from bot.commands.policy import policy

    return policy


def _budget() -> click.Command:
    from bot.commands.budget import budget

    return budget


def _digest() -> click.Command:
    from bot.commands.digest import digest

    return digest


def _report() -> click.Command:
    from bot.commands.report import report

    return report


def _deliveries() -> click.Command:
    from bot.commands.deliveries import deliveries

    return deliveries


def _sandbox() -> click.Command:
    from bot.commands.sandbox import sandbox

    return sandbox


def _database() -> click.Command:
    from bot.commands.database import database

    return database


def _audit() -> click.Command:
    from bot.commands.audit import audit

    return audit


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command as the help lists it, and how to get it."""

    summary: str
    load: Loader


COMMANDS = {
    "demo": CommandEntry("See it work here: a real model, a local Slack in your browser.", _demo),
    "init": CommandEntry("Write a starter policy, env file and Slack manifest into DIR.", _init),
    "doctor": CommandEntry("Check tokens, scopes, channels, policy, database and callbacks.", _doctor),
    "serve": CommandEntry("Run the bot: webhook API, Slack, deliveries and reminders.", _serve),
    "send": CommandEntry("Sign a case in FILE and post it, as a service would.", _send),
    "policy": CommandEntry("Check a policy, or replay the past under it.", _policy),
    "budget": CommandEntry("Propose what to let through for the expert time there is.", _budget),
    "digest": CommandEntry("Show a team's digest before it is posted.", _digest),
    "report": CommandEntry("Print a team's digest as it was made, as table, JSON or CSV.", _report),
    "deliveries": CommandEntry("List what could not be delivered, and send it again.", _deliveries),
    "sandbox": CommandEntry("Run only the local Slack, to build against.", _sandbox),
    "database": CommandEntry("Bring the database up to date, or say whether it is.", _database),
    "audit": CommandEntry("Verify that the record of who did what is unbroken.", _audit),
}


class Commands(click.Group):
    """Commands in the order a newcomer needs them; only what is called is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, imported now."""
        listed = COMMANDS.get(cmd_name)
        return listed.load() if listed else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """A line each, from the list above: nothing is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, listed.summary) for name, listed in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what it refuses is printed in plain words, with exit status 2.

        Of a database that cannot be used it says where its address is set.
        """
        try:
            return super().invoke(ctx)
        except (BotError, RoutingError, StorageError) as error:
            where = f" {ctx.obj.database_origin}" if ctx.obj and isinstance(error, ELSEWHERE) else ""
            click.echo(f"secondlook: {error}{where}", err=True)
            sys.exit(CANNOT)


def _print_version(ctx: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked:
        from importlib.metadata import version

        click.echo(f"secondlook {version('secondlook')}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Say which."
)
def main() -> None:
    """Get the right expert to take a second look at predictions a model is unsure of.

    New here? Type `secondlook demo`.
    """


if __name__ == "__main__":
    main()
