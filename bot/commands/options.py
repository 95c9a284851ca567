"""The options that several commands share."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.settings import Settings, read_settings
from routing.policy import parse_duration

Command = TypeVar("Command", bound=Callable[..., Any])


def settings_option(command: Command) -> Command:
    """Give the command `settings`, read from the environment and `--env-file`."""
    option = click.option(
        "--env-file",
        "settings",
        type=click.Path(dir_okay=False, path_type=Path),
        default=Path(".env"),
        show_default=True,
        callback=_read,
        help="File of NAME=value lines; the environment wins.",
    )
    return option(command)


def _read(ctx: click.Context, param: click.Parameter, path: Path) -> Settings:
    is_named = ctx.get_parameter_source(param.name or "") is not click.core.ParameterSource.DEFAULT
    if is_named and not path.is_file():
        raise click.BadParameter(f"{path} does not exist; `secondlook init DIR` writes one.", ctx, param)
    settings = read_settings(env_file=path)
    ctx.find_root().obj = settings  # the group says of errors where a setting comes from
    return settings


def since_option(command: Command) -> Command:
    """Give the command `back`: how long ago what it looks at began."""
    option = click.option(
        "--since",
        "back",
        default="30d",
        show_default=True,
        callback=_duration,
        help='How far to look back, such as "12h", "30d" or "8w".',
    )
    return option(command)


def _duration(ctx: click.Context, param: click.Parameter, text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", ctx, param) from None
