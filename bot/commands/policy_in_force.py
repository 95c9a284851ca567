"""The policy that commands go by: the one that is active for all processes, else that of the file."""

import click

from bot.policy.policy_file import read_policy
from bot.settings import Settings
from bot.usecases.active_policy import kept
from routing.errors import InvalidPolicy, UnreadablePolicy
from routing.policy import Policy
from storage import policies
from storage.engine.database import Database

DIFFERS = "{file} holds another policy than the one that is active. "
BY_ACTIVE = "This goes by the active one; `secondlook policy status` says more."
BY_FILE = "This goes by the file; `secondlook policy status` says more."
UNREADABLE = "The policy that is active was kept by another version of Second Look. "


def policy_in_force(database: Database, settings: Settings) -> Policy:
    """The active policy of the database, the file's where it has none; says so where the two differ.

    A file that cannot work is no hindrance where another policy is active. Raises InvalidPolicy.
    """
    with database.read() as tx:
        active = policies.active(tx)
    if active is None:
        return read_policy(settings.policy_path, settings.policy_origin)
    try:
        policy = kept(database, active.version)
    except UnreadablePolicy:
        click.echo(UNREADABLE + BY_FILE, err=True)
        return read_policy(settings.policy_path, settings.policy_origin)
    try:
        own = read_policy(settings.policy_path, settings.policy_origin).version
    except InvalidPolicy as error:
        click.echo(f"{error} {BY_ACTIVE}", err=True)
        return policy
    if own != active.version:
        click.echo(DIFFERS.format(file=settings.policy_path) + BY_ACTIVE, err=True)
    return policy
