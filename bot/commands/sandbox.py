"""`secondlook sandbox`: only the local Slack, with what a bot needs to talk to it."""

import dataclasses
import threading
import webbrowser

import click

from bot.errors import BotError
from bot.sandbox import Sandbox, SandboxConfig
from bot.sandbox.errors import SandboxError

PORT = 8090
SETTINGS = """\
The local Slack is at {url}

To point a bot at it, put this into its env file:

SLACK_API_URL={api_url}
SLACK_BOT_TOKEN={bot_token}
SLACK_APP_TOKEN={app_token}
SLACK_SIGNING_SECRET={signing_secret}

Its channels: {channels}
Stop with Ctrl+C."""


class SandboxNotStarted(BotError):
    """The local Slack did not start."""


@click.command()
@click.option(
    "--port", default=PORT, show_default=True, type=click.IntRange(0, 65_535), help="0: a free one."
)
@click.option("--browser/--no-browser", default=True, help="Open the page in the browser.")
@click.option("--request-url", default=None, help="Send events there, signed, instead of Socket Mode.")
def sandbox(port: int, request_url: str | None, *, browser: bool) -> None:
    """Run only the local Slack: its page, its Web API and both transports, on this machine alone."""
    config = dataclasses.replace(SandboxConfig.default(), port=port, request_url=request_url)
    try:
        with Sandbox(config) as local:
            click.echo(settings_text(local))
            if browser:
                webbrowser.open(local.url)
            threading.Event().wait()
    except KeyboardInterrupt:
        click.echo("Stopped.")
    except SandboxError as error:
        raise SandboxNotStarted(str(error)) from error


def settings_text(local: Sandbox) -> str:
    """Where it is, and the settings that point a bot at it; its tokens work nowhere else."""
    config = local.config
    return SETTINGS.format(
        url=local.url,
        api_url=local.api_url,
        bot_token=config.bot_token,
        app_token=config.app_token,
        signing_secret=config.signing_secret,
        channels=", ".join(f"{channel.id} (#{channel.name})" for channel in config.channels),
    )
