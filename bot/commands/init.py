"""`secondlook init`: the files of a new installation, with fresh secrets and what to do next."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from bot.record_keys import new_audit_key
from bot.starter.files import (
    CASE,
    ENV,
    MANIFEST,
    POLICY,
    Answers,
    random_draw_key,
    random_service_secret,
    render,
    write,
)

ABOUT = {
    POLICY: "what is asked, of whom, by when",
    ENV: "settings and secrets, readable by you only",
    MANIFEST: "the Slack app, for https://api.slack.com/apps",
    CASE: "a case to post for a first try",
}


@click.command()
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--bot-token", default="", help="Slack's bot token (xoxb-…), if you have it already.")
@click.option("--app-token", default="", help="Slack's app token (xapp-…), if you have it already.")
@click.option("--channel", "channel_id", default="", help="Id of the channel for cases, like C0123456789.")
@click.option(
    "--ask/--no-ask", default=None, help="Ask for what is not given (default: where somebody is typing)."
)
def init(directory: Path, bot_token: str, app_token: str, channel_id: str, *, ask: bool | None) -> None:
    """Write a starter policy, env file and Slack manifest into DIRECTORY.

    Overwrites nothing. The secrets it makes are random.
    """
    if ask if ask is not None else sys.stdin.isatty():
        click.echo("Press Enter at what you do not have yet.\n")
        bot_token = bot_token or _asked("Bot token (OAuth & Permissions, xoxb-…)", "xoxb-", is_secret=True)
        app_token = app_token or _asked("App token (Basic Information, xapp-…)", "xapp-", is_secret=True)
        channel_id = channel_id or _asked(
            "Channel id (channel details, bottom, C…)", "C", "G", is_secret=False
        )
    answers = Answers(
        random_draw_key(),
        random_service_secret(),
        _beginning("xoxb-")(bot_token),
        _beginning("xapp-")(app_token),
        _beginning("C", "G")(channel_id),
        audit_keys=new_audit_key(),
    )
    write(directory, render(answers))
    _report(directory, answers)


def _asked(question: str, *starts: str, is_secret: bool) -> str:
    answer: str = click.prompt(
        question, default="", show_default=False, hide_input=is_secret, value_proc=_beginning(*starts)
    )
    return answer


def _beginning(*starts: str) -> Callable[[str], str]:
    def checked(value: str) -> str:
        if value.strip() and not value.strip().startswith(starts):
            raise click.UsageError(f"It begins with {' or '.join(starts)}; this does not.")
        return value.strip()

    return checked


def _report(directory: Path, answers: Answers) -> None:
    click.echo(f"Written to {directory}:")
    for name, about in ABOUT.items():
        click.echo(f"  {name:<20} {about}")
    click.echo("\nNext:")
    for number, step in enumerate(_steps(directory, answers), 1):
        click.echo(f"  {number}. {step}")


def _steps(directory: Path, answers: Answers) -> list[str]:
    steps = []
    if not (answers.bot_token and answers.app_token):
        steps = [
            f"Create the app at https://api.slack.com/apps → Create New App → From a manifest: {MANIFEST}.",
            f"Install it, and put its bot token (xoxb-…) and an app token (xapp-…) into {directory / ENV}.",
        ]
    if not answers.channel_id:
        steps.append(f"Put your channel's id into {directory / POLICY}, and invite the bot there.")
    where = "" if directory.resolve() == Path.cwd() else f" --env-file {directory / ENV}"
    return [*steps, f"secondlook doctor{where}", f"secondlook serve{where}"]
